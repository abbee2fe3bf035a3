"""What a person says of one file or sheet before it is read: its ledger, its header's rows, its columns, year, unit."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.errors import SheetRefused
from dashboard.ledgers.layout import header_search, known_titles, title_text
from dashboard.ledgers.layout.header_search import Header


@dataclass(frozen=True)
class Layout:
    """Where a sheet's header stands and what its columns hold (列对应关系), as a person says it.

    ``header_rows`` are the first and last row, from 0; None leaves them to the reader. ``columns`` are pairs of a
    column's index, from 0, and the database column it fills, None for a column that is not to be read.
    """

    header_rows: tuple[int, int] | None = None
    columns: tuple[tuple[int, str | None], ...] = ()


@dataclass(frozen=True)
class Instructions:
    """What a person says about one file; None leaves it to the file.

    ``is_left_out``: the sheet is not to be read. ``is_about_layout``: something is said of this very sheet that holds
    for others of its layout, which the year never does. What is certain was said of this very sheet, or of its layout,
    and goes before what the sheet itself says.
    ``sheets`` says more of single sheets, by the file's path within an archive ('' outside one) and the sheet's name
    ('' where it has none). ``remembered`` is what was confirmed at earlier loads, by fingerprint of the header.
    """

    ledger: str | None = None
    year: int | None = None
    unit: str | None = None
    layout: Layout | None = None
    is_skipped: bool = False
    is_about_layout: bool = False
    year_is_certain: bool = False
    unit_is_certain: bool = False
    sheets: Mapping[tuple[str, str], "Instructions"] = field(default_factory=dict, hash=False)
    remembered: Mapping[str, "SavedLayout"] = field(default_factory=dict, hash=False)

    def about(self, inner: str, sheet: str | None) -> "Instructions":
        """What is said about one sheet: its own words before those about the file."""
        own = self.sheets.get((inner, sheet or ""))
        if own is None:
            return replace(self, sheets={}, remembered={})
        return replace(
            own,
            ledger=own.ledger or self.ledger,
            year=own.year or self.year,
            unit=own.unit or self.unit,
            layout=own.layout or self.layout,
            is_about_layout=bool(own.ledger or own.unit or own.layout),
            year_is_certain=own.year is not None,
            unit_is_certain=own.unit is not None,
        )


@dataclass(frozen=True)
class SavedLayout:
    """What was confirmed for a layout: ``said`` of the columns as counted from the header's leftmost title.

    ``saved_on`` is the day (2026-11-22), ``titles`` the header's titles, ``file_name`` the file they came in.
    """

    instructions: Instructions
    saved_on: str
    titles: tuple[str, ...]
    file_name: str

    @property
    def in_words(self) -> str:
        """What is remembered, in words."""
        known = {
            "台账种类": self.instructions.ledger,
            "列对应关系": self.instructions.layout,
            "金额单位": self.instructions.unit,
        }
        return "、".join(words for words, value in known.items() if value)

    @property
    def ledger_name(self) -> str:
        """The ledger's name; '' where it is left to the header, or no longer one of the forms."""
        return forms.get(self.instructions.ledger).name if self.instructions.ledger in forms.kinds() else ""


def saved_for(sheet: Sheet, remembered: Mapping[str, SavedLayout]) -> tuple[Instructions, SavedLayout] | None:
    """What is remembered for the layout of a sheet, with its columns and rows as they stand in this sheet."""
    if not remembered:
        return None
    for last in range(min(known_titles.SEARCHED_ROWS, len(sheet.rows))):
        for first in range(max(0, last - known_titles.DEEPEST + 1), last + 1):
            known = remembered.get(fingerprint(sheet, first, last))
            if known is not None:
                return _placed(known.instructions, sheet, first, last), known
    return None


def to_save(said: Instructions, sheet: Sheet, found: Header, file_name: str, today: date) -> tuple[str, SavedLayout]:
    """The fingerprint of a sheet's layout and what is to be remembered of what a person said about it.

    Where the person said what the columns hold, what was understood of the others is remembered with it.
    """
    rows = found.first_row, found.last_row
    left = _left(sheet, *rows)
    layout = None
    if said.layout is not None:
        filled = {index: column for column, index in found.columns.items()}
        titled = [index for index, (title, _) in enumerate(known_titles.titles(sheet, *rows)) if title]
        layout = Layout((0, rows[1] - rows[0]), tuple((index - left, filled.get(index)) for index in titled))
    titles = tuple(title for title, _ in known_titles.titles(sheet, *rows) if title)
    kept = Instructions(found.form.kind if said.ledger or layout else None, unit=said.unit, layout=layout)
    return fingerprint(sheet, *rows), SavedLayout(kept, today.isoformat(), titles, file_name)


def fits(said: Instructions) -> bool:
    """Whether what is remembered can still be meant: its ledger and fields are those of the forms as they are now."""
    if said.ledger is None:
        return said.layout is None
    if said.ledger not in forms.kinds():
        return False
    form = forms.get(said.ledger)
    return said.layout is None or all(form.has(column) for _, column in said.layout.columns if column)


def read(sheet: Sheet, layout: Layout, kind: str | None) -> Header | None:
    """The header as a person says it is; None where the kind is left open and no ledger fits. Raises SheetRefused."""
    rows = layout.header_rows
    if rows is None:
        found = header_search.find(sheet, kind)
        if found is None:
            return None
    else:
        if not 0 <= rows[0] <= rows[1] < len(sheet.rows) or rows[1] - rows[0] >= known_titles.DEEPEST:
            raise SheetRefused("header_rows_impossible", first=rows[0] + 1, last=rows[1] + 1, rows=len(sheet.rows))
        considered = [forms.get(kind)] if kind else forms.all_forms()
        found = max(
            (header_search.at(sheet, form, *rows) for form in considered),
            key=lambda one: header_search.rank(sheet, one),
        )
        if kind is None and not found.columns:
            return None
    return _assigned(sheet, found, layout.columns)


def fingerprint(sheet: Sheet, first: int, last: int) -> str:
    """What tells a layout from others: the titles of the header's rows, tidied, in their order, from the leftmost."""
    left = _left(sheet, first, last)
    rows = ["\x1f".join(title_text.normal(str(cell)) for cell in row[left:]) for row in sheet.rows[first : last + 1]]
    return hashlib.sha256("\x1e".join(row.rstrip("\x1f") for row in rows).encode()).hexdigest()[:32]


def _assigned(sheet: Sheet, found: Header, columns: Sequence[tuple[int, str | None]]) -> Header:
    """The header with the columns a person assigned; what was found stands for the others."""
    if not columns:
        return found
    titles = known_titles.titles(sheet, found.first_row, found.last_row)
    named = {index: title or column_letters(index) for index, (title, _) in enumerate(titles)}
    _refuse_impossible(found.form, columns, named)
    said = dict(columns)
    taken = {column for column in said.values() if column}
    mapped = {column: index for column, index in found.columns.items() if index not in said and column not in taken} | {
        column: index for index, column in columns if column
    }
    return header_search.of(found.form, found.first_row, found.last_row, titles, mapped)


def _refuse_impossible(form: Form, columns: Sequence[tuple[int, str | None]], named: Mapping[int, str]) -> None:
    by_field: dict[str, list[int]] = {}
    for index, column in columns:
        if index not in named or (column and not form.has(column)):
            raise SheetRefused("columns_assigned_nowhere", letter=column_letters(index), ledger=form.name)
        if column:
            by_field.setdefault(column, []).append(index)
    for column, indexes in by_field.items():
        if len(indexes) > 1:
            listed = "、".join(f"{column_letters(index)} 列“{named[index]}”" for index in indexes)
            raise SheetRefused("columns_assigned_twice", field=form.field(column).title, columns=listed)


def _placed(said: Instructions, sheet: Sheet, first: int, last: int) -> Instructions:
    if said.layout is None:
        return said
    left = _left(sheet, first, last)
    columns = tuple((index + left, column) for index, column in said.layout.columns)
    return replace(said, layout=Layout((first, last), columns))


def _left(sheet: Sheet, first: int, last: int) -> int:
    """The index of the leftmost cell of the rows that is not blank."""
    rows = sheet.rows[first : last + 1]
    return min((next((i for i, cell in enumerate(row) if str(cell).strip()), len(row)) for row in rows), default=0)
