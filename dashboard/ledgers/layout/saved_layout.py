"""The saved layout of a sheet: recognise the layout by its titles, use its settings, make new ones to be saved.

`loading.saved_layouts` keeps them on disk; here no file is read or written, so that the reader process can use it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dashboard.definitions import forms
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import known_titles, title_text
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.instructions import Instructions, Layout, SavedLayout


def saved_for(sheet: Sheet, remembered: Mapping[str, SavedLayout]) -> tuple[Instructions, SavedLayout] | None:
    """The settings saved for a sheet's layout, with the rows and columns of this sheet; None where there are none."""
    if not remembered:
        return None
    for last in range(min(known_titles.SEARCHED_ROWS, len(sheet.rows))):
        for first in range(max(0, last - known_titles.DEEPEST + 1), last + 1):
            saved = remembered.get(fingerprint(sheet, first, last))
            if saved is not None:
                return _placed(saved.instructions, sheet, first, last), saved
    return None


def to_save(
    instructions: Instructions, sheet: Sheet, header: Header, file_name: str, today: date
) -> tuple[str, SavedLayout]:
    """(fingerprint, settings to be saved) of a sheet that was read with manual settings.

    Where the user assigned columns, what was recognised in the other columns is saved with them.
    """
    rows = header.first_row, header.last_row
    left = _left(sheet, *rows)
    layout = None
    if instructions.layout is not None:
        filled = {index: column for column, index in header.columns.items()}
        titled = [index for index, (title, _) in enumerate(known_titles.titles(sheet, *rows)) if title]
        layout = Layout((0, rows[1] - rows[0]), tuple((index - left, filled.get(index)) for index in titled))
    titles = tuple(title for title, _ in known_titles.titles(sheet, *rows) if title)
    ledger = header.form.kind if instructions.ledger or layout else None
    saved = Instructions(ledger, unit=instructions.unit, layout=layout)
    return fingerprint(sheet, *rows), SavedLayout(saved, today.isoformat(), titles, file_name)


def fits(instructions: Instructions) -> bool:
    """Whether saved settings can still be used: their ledger and fields are among the present forms."""
    if instructions.ledger is None:
        return instructions.layout is None
    if instructions.ledger not in forms.kinds():
        return False
    form = forms.get(instructions.ledger)
    return instructions.layout is None or all(form.has(column) for _, column in instructions.layout.columns if column)


def fingerprint(sheet: Sheet, first: int, last: int) -> str:
    """A layout's fingerprint: hash of the normalised titles in rows ``first`` to ``last``, from the leftmost."""
    left = _left(sheet, first, last)
    rows = ["\x1f".join(title_text.normal(str(cell)) for cell in row[left:]) for row in sheet.rows[first : last + 1]]
    return hashlib.sha256("\x1e".join(row.rstrip("\x1f") for row in rows).encode()).hexdigest()[:32]


def _placed(instructions: Instructions, sheet: Sheet, first: int, last: int) -> Instructions:
    """Saved settings with the header's rows and the columns counted as in this sheet."""
    if instructions.layout is None:
        return instructions
    left = _left(sheet, first, last)
    columns = tuple((index + left, column) for index, column in instructions.layout.columns)
    return replace(instructions, layout=Layout((first, last), columns))


def _left(sheet: Sheet, first: int, last: int) -> int:
    """The index of the leftmost cell of the rows that is not blank."""
    rows = sheet.rows[first : last + 1]
    return min((next((i for i, cell in enumerate(row) if str(cell).strip()), len(row)) for row in rows), default=0)
