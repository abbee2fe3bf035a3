"""Record in a sheet's `Recognition` what was recognised: its header, its columns, the values that no column has."""

import itertools
from typing import Any

from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import known_titles, title_text
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.recognition import ColumnUse, Recognition

# How many of a sheet's first rows and columns are kept for the page, so that the user can point out its header.
_SHOWN_ROWS = 12
_SHOWN_COLUMNS = 30


def unread(sheet: Sheet) -> Recognition:
    """The recognition of a sheet whose header is not known yet: its first rows, masked."""
    rows = sheet.rows[:_SHOWN_ROWS]
    return Recognition([[_shown(cell) for cell in row[:_SHOWN_COLUMNS]] for row in rows], len(sheet.rows))


def note_header(recognition: Recognition, sheet: Sheet, header: Header) -> None:
    """Record where the header is and what its columns hold."""
    recognition.kind = header.form.kind
    recognition.header_rows = header.first_row + 1, header.last_row + 1
    fields = {index: column for column, index in header.columns.items()}
    first = next(
        (row for row in itertools.islice(sheet.rows, header.last_row + 1, None) if any(cell != "" for cell in row)),
        [],
    )
    recognition.columns = []
    for index, (title, group) in enumerate(known_titles.titles(sheet, header.first_row, header.last_row)):
        if title or index in fields:
            field = header.form.field(fields[index]) if index in fields else None
            example = _shown(first[index], field.personal if field else "") if index < len(first) else ""
            name = title_text.named(title, group)
            recognition.columns.append(
                ColumnUse(index, name, field.column if field else None, field.title if field else None, example)
            )
    recognition.missing = list(header.missing)


def note_given(recognition: Recognition, header: Header) -> None:
    """Record the values that the sheet's name or title gives for every row; the year is recorded when it is used."""
    recognition.given = [
        (header.form.field(column).title, issues.plain(given.value), given.source)
        for column, given in header.given.items()
        if header.form.field(column).type != "year"
    ]


def _shown(cell: Any, personal: str = "") -> str:
    return issues.masked(cell, personal) or ""
