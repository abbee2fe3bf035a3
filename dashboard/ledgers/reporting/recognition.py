"""What was understood of a sheet: its header, its columns, its data rows, its unit and year; told, not decided here."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.layout import known_titles, title_text
from dashboard.ledgers.layout.header_search import Header
from dashboard.ledgers.reporting import issues

if TYPE_CHECKING:
    from dashboard.ledgers.layout.instructions import SavedLayout

# How many of a sheet's first rows and columns are shown, so that a person can say which of them is the header.
_SHOWN_ROWS = 12
_SHOWN_COLUMNS = 30


@dataclass(frozen=True)
class ColumnUse:
    """A sender's column: its index from 0, its title, the field it fills (both None: not read), a masked example."""

    index: int
    title: str
    column: str | None
    field: str | None
    example: str

    @property
    def letter(self) -> str:
        """The column as Excel names it."""
        return column_letters(self.index)


@dataclass
class Recognition:
    """What was understood of one sheet. Row numbers are as Excel shows them; None and blanks: not known.

    ``top`` are the sheet's first rows, masked; ``is_one_of_several``: the sheet fills more than this ledger or year;
    ``non_data_rows`` are the rows that are no data, by the notice that tells of them; ``units`` are the titles by
    (unit, where it was found); ``given`` are values that no column has, such as the village in a sheet's name:
    (field, value, where it was found). ``layout`` is what a person said now that may be saved (`instructions.to_save`),
    ``saved_on`` the day of the saved layout that was used.
    """

    top: list[list[str]] = field(default_factory=list)
    height: int = 0
    kind: str | None = None
    is_one_of_several: bool = False
    header_rows: tuple[int, int] | None = None
    columns: list[ColumnUse] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    data_rows: tuple[int, int] | None = None
    rows: int = 0
    non_data_rows: dict[str, list[int]] = field(default_factory=dict)
    units: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    year: int | None = None
    year_from: str = ""
    given: list[tuple[str, str, str]] = field(default_factory=list)
    layout: "tuple[str, SavedLayout] | None" = None
    saved_on: str = ""

    @classmethod
    def of(cls, sheet: Sheet) -> "Recognition":
        """What a sheet shows before its header is known."""
        rows = sheet.rows[:_SHOWN_ROWS]
        return cls([[_shown(cell) for cell in row[:_SHOWN_COLUMNS]] for row in rows], len(sheet.rows))

    def note_header(self, sheet: Sheet, found: Header) -> None:
        """Where the header stands and what its columns hold."""
        self.kind = found.form.kind
        self.header_rows = found.first_row + 1, found.last_row + 1
        fields = {index: column for column, index in found.columns.items()}
        first = next(
            (row for row in itertools.islice(sheet.rows, found.last_row + 1, None) if any(cell != "" for cell in row)),
            [],
        )
        self.columns = []
        for index, (title, group) in enumerate(known_titles.titles(sheet, found.first_row, found.last_row)):
            if title or index in fields:
                known = found.form.field(fields[index]) if index in fields else None
                example = _shown(first[index], known.personal if known else "") if index < len(first) else ""
                name = title_text.named(title, group)
                self.columns.append(
                    ColumnUse(index, name, known.column if known else None, known.title if known else None, example)
                )
        self.missing = list(found.missing)

    def note_rows(self, rows: Sequence[int], non_data_rows: Mapping[str, Iterable[int]]) -> None:
        """Which rows, by index, are data and which are not."""
        if rows:
            self.data_rows, self.rows = (min(rows) + 1, max(rows) + 1), len(rows)
        self.non_data_rows = {code: [row + 1 for row in found] for code, found in non_data_rows.items()}

    def note_given(self, found: Header) -> None:
        """What no column has but the sheet's name or title gives, the same for every row."""
        self.given = [
            (found.form.field(column).title, issues.plain(one.value), one.source)
            for column, one in found.given.items()
            if found.form.field(column).type != "year"
        ]

    def note_unit(self, unit: str, source: str, title: str) -> None:
        """In which unit a column of amounts was read."""
        self.units.setdefault((unit, source), []).append(title)


def _shown(cell: Any, personal: str = "") -> str:
    return issues.masked(cell, personal) or ""
