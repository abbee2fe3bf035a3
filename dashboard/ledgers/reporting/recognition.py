"""What was recognised in a sheet: its header, columns, data rows, unit and year. Plain data without decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.ledgers.containers import column_letters


@dataclass(frozen=True)
class ColumnUse:
    """A column of the sender's sheet.

    index: from 0.
    title: its title, with the group above it.
    column: database column it fills; None = not read.
    field: title of that field; None = not read.
    example: first value below the header, masked.
    """

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
    """What was recognised in one sheet. Row numbers are as Excel shows them; None and blanks: not recognised.

    top: the sheet's first rows, masked.
    height: number of its rows.
    kind: kind of ledger.
    is_one_of_several: the sheet fills more than this ledger or year.
    header_rows: first and last row of the header.
    missing: titles of the required fields that nothing gives.
    data_rows: first and last data row; ``rows`` is the number of data rows.
    non_data_rows: rows that are not data, by the code of the notice about them.
    units: titles of columns of amounts, by (unit, where it was found).
    year_from: where the year was found.
    given: (field, value, where it was found) of what no column has, such as the village in a sheet's name.
    layout: (fingerprint, `layout.instructions.SavedLayout`) of manual settings that may be saved; None = none.
    saved_on: day on which the saved layout that was used had been saved.
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
    layout: tuple[str, Any] | None = None
    saved_on: str = ""

    def note_rows(self, rows: Sequence[int], non_data_rows: Mapping[str, Iterable[int]]) -> None:
        """Record which rows, by index from 0, are data and which are not."""
        if rows:
            self.data_rows, self.rows = (min(rows) + 1, max(rows) + 1), len(rows)
        self.non_data_rows = {code: [row + 1 for row in indexes] for code, indexes in non_data_rows.items()}

    def note_unit(self, unit: str, source: str, title: str) -> None:
        """Record the unit in which a column of amounts was read."""
        self.units.setdefault((unit, source), []).append(title)
