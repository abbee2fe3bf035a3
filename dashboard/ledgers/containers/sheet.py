"""The sheet that every container gives, how cells are put into one, and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from dashboard import language
from dashboard.ledgers import limits
from dashboard.ledgers.errors import FileRefused

# The size of a sheet of Excel; no ledger is larger.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# How many cells the rectangle around a sheet's cells may have when most of it is blank: about 350 MB as Python lists.
_LARGEST_SPARSE_CELLS = 8_000_000
# Such a rectangle may be larger where at least one of so many cells is filled.
_SPARSE = 4
# How many cells a file may hold for its size: real workbooks need two bytes a cell or more, zip bombs hardly any.
_FREE_CELLS = 3_000_000
CELLS_A_BYTE = 2
_LETTERS = 26
# The digits that are read of a number in an attribute: enough to be beyond any sheet.
_ENOUGH_DIGITS = 10


@dataclass
class Sheet:
    """One sheet. Rows and columns count from 0.

    name: None in text files.
    rows: ``rows[row][column]`` from A1; '' for a blank cell.
    is_text: from a text file, where numbers are text.
    merges: (first row, first column, last row, last column).
    errors: text of error cells by place.
    formulas: text of formulas saved without a result by place (``=C5+D5``; only ``=`` where it is not known).
    """

    name: str | None
    rows: Sequence[list[Any]]
    hidden: bool = False
    is_text: bool = False
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    @property
    def unsaved_formulas(self) -> set[tuple[int, int]]:
        """The places of formulas that were saved without a result."""
        return set(self.formulas)

    def trim(self) -> None:
        """Cut merges and hidden parts to the extent of the cells; a merge may be declared over a million rows."""
        height, width = len(self.rows), max(map(len, self.rows), default=0)
        inside = (merge for merge in self.merges if merge[0] < height and merge[1] < width)
        clipped = [(top, left, min(bottom, height - 1), min(right, width - 1)) for top, left, bottom, right in inside]
        self.merges = [merge for merge in clipped if merge[:2] != merge[2:]]
        self.hidden_rows = [row for row in self.hidden_rows if row < height]
        self.hidden_columns = [column for column in self.hidden_columns if column < width]


class Grid:
    """Puts cells one by one into a sheet; raises FileRefused as soon as they are too many or too far apart."""

    def __init__(self, sheet: Sheet, file_bytes: int) -> None:
        self.sheet = sheet
        self._file_bytes = file_bytes
        self._width = 0
        self._filled = 0

    def put(self, row: int, column: int, value: Any) -> None:
        """Write a cell; indexes count from 0."""
        rows = self.sheet.rows
        if row >= len(rows) or column >= self._width:
            self._width = max(self._width, column + 1)
            check_extent(self.sheet.name, max(row + 1, len(rows)), self._width, self._filled + 1, self._file_bytes)
            rows.extend([] for _ in range(row + 1 - len(rows)))
        line = rows[row]
        if column >= len(line):
            line.extend([""] * (column + 1 - len(line)))
        line[column] = value
        self._filled += 1

    def reserve(self, rows: int, columns: int, cells: int) -> None:
        """Raise FileRefused where so many cells more, in a sheet of that extent, would be too many."""
        rows, columns = max(rows, len(self.sheet.rows)), max(columns, self._width)
        check_extent(self.sheet.name, rows, columns, self._filled + cells, self._file_bytes)

    def hide_rows(self, first: int, following: int) -> None:
        """Mark the rows from ``first`` up to, not including, ``following`` as hidden; indexes count from 0."""
        hide(self.sheet.hidden_rows, first, min(following, MOST_ROWS))

    def hide_columns(self, first: int, following: int) -> None:
        """Mark the columns from ``first`` up to, not including, ``following`` as hidden; indexes count from 0."""
        hide(self.sheet.hidden_columns, first, min(following, MOST_COLUMNS))

    def finished(self) -> Sheet:
        """The sheet, all of its rows of one width."""
        for line in self.sheet.rows:
            line.extend([""] * (self._width - len(line)))
        self.sheet.trim()
        return self.sheet


def check_place(row: int, column: int) -> None:
    """Raise FileRefused for a place that no sheet has; indexes count from 0."""
    if row >= MOST_ROWS or column >= MOST_COLUMNS:
        raise FileRefused("sheet_too_large", rows=MOST_ROWS, columns=MOST_COLUMNS)


def hide(hidden: list[int], first: int, following: int) -> None:
    """Add the places from ``first`` up to ``following`` to ``hidden``; raises FileRefused for more than a sheet has."""
    if len(hidden) + max(following - first, 0) > MOST_ROWS:
        raise FileRefused("sheet_too_large", rows=MOST_ROWS, columns=MOST_COLUMNS)
    hidden += range(first, following)


def check_sheets(count: int) -> None:
    """Raise FileRefused for a file of more sheets than any ledger has."""
    if count > (most := limits.most("sheets")):
        raise FileRefused("sheets_too_many", most=most)


def check_extent(sheet: str | None, rows: int, columns: int, filled: int, file_bytes: int) -> None:
    """Raise FileRefused for a sheet that needs too much memory, or has too many cells for the file's size."""
    check_place(rows - 1, columns - 1)
    if filled > max(_FREE_CELLS, file_bytes * CELLS_A_BYTE):
        raise FileRefused("archive_bomb")
    if rows * columns > max(_LARGEST_SPARSE_CELLS, _SPARSE * filled):
        raise FileRefused(
            "cells_far_apart",
            where=language.words("ledgers.at_sheet", sheet=sheet) if sheet else language.words("ledgers.a_table"),
            cell=f"{column_letters(columns - 1)}{rows}",
        )


def column_letters(index: int) -> str:
    """The name of a column as Excel shows it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The inverse of ``column_letters``."""
    index = 0
    for letter in letters:
        index = index * _LETTERS + ord(letter) - ord("A") + 1
    return index - 1


def day_or_moment(moment: datetime) -> date | datetime:
    """A day where the time is midnight, as dates without a time are meant."""
    return moment.date() if moment.time() == time() else moment


def iso_moment(text: str) -> date | datetime | str:
    """The date of a text in ISO format; other texts as they are."""
    try:
        return day_or_moment(datetime.fromisoformat(text.strip().removesuffix("Z")))
    except ValueError:
        return text


def whole(text: str, otherwise: int) -> int:
    """The whole number of an attribute; ``otherwise`` for other texts. A long one is cut, but exceeds any sheet."""
    text = text.strip()
    return int(text[:_ENOUGH_DIGITS]) if text.isdecimal() else otherwise


def number(text: str) -> float | str:
    """The value of a number cell; other texts as they are."""
    try:
        return float(text)
    except ValueError:
        return text
