"""Records of a text file by column, as Arrow reads them, so that few cells of a clean file become Python objects."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from dashboard.ledgers.containers.sheet import check_place

# Rows in which a header is looked for, and some more.
_HEAD = 100
# The longest cell that Python's own reader takes.
_LONGEST_CELL_BYTES = 131_072
_FEWEST_COLUMNS = 2
# Quotes, and blank lines, which Arrow takes for records.
_NOT_PLAIN = ('"', "\n\n", "\n\r\n")
_NOT_FIRST = ("\n", "\r", "\ufeff")


class Texts(Sequence[str]):
    """A column of texts as an Arrow array; a list is made on first use of a single cell."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    @cached_property
    def _listed(self) -> list[str]:
        return self.array.to_pylist()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __getitem__(self, place: Any) -> Any:
        return self._listed[place]

    def count(self, value: Any) -> int:
        """How many cells hold a text."""
        return pc.sum(pc.equal(self.array, value)).as_py() or 0 if isinstance(value, str) else 0


def distinct(cells: Iterable[Any]) -> set[Any]:
    """The different cells of a column."""
    return set(cells.array.unique().to_pylist()) if isinstance(cells, Texts) else set(cells)


class TextRows(Sequence[list[str]]):
    """Rows of one width; the first are lists, the others become lists on first use."""

    def __init__(self, columns: Sequence[pa.Array]) -> None:
        self._columns = columns
        self._head = _rows(column.slice(0, _HEAD) for column in columns)
        self._rows: list[list[str]] | None = None

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[list[str]]:
        yield from self._head
        if len(self) > _HEAD:
            yield from self._all()[_HEAD:]

    def __getitem__(self, place: Any) -> Any:
        last = place.stop if isinstance(place, slice) else place
        is_above = last is not None and 0 <= last < len(self._head) and not (isinstance(place, slice) and place.step)
        return (self._head if is_above else self._all())[place]

    def columns(self) -> list[Texts] | None:
        """The columns from top to bottom; None where rows may have been changed since they were read."""
        if self._rows is not None or self._head != _rows(column.slice(0, _HEAD) for column in self._columns):
            return None
        return list(map(Texts, self._columns))

    def filled(self, first: int) -> list[int] | None:
        """The rows from ``first`` on with a cell that is not blank; None where rows may have been changed."""
        if self.columns() is None:
            return None
        is_filled = pa.repeat(False, len(self))
        for cells in self._columns:
            is_filled = pc.or_(is_filled, pc.not_equal(cells, ""))
        return (pc.indices_nonzero(is_filled.slice(first)).to_numpy() + first).tolist()

    def _all(self) -> list[list[str]]:
        if self._rows is None:
            self._rows = self._head + _rows(column.slice(_HEAD) for column in self._columns)
        return self._rows


def read(text: str, delimiter: str) -> TextRows | None:
    """The records of a text without quotes, all of one width; None for other texts, which need the csv reader.

    Raises FileRefused for more columns than any sheet has.
    """
    if not delimiter.isascii() or text.startswith(_NOT_FIRST) or any(sign in text for sign in _NOT_PLAIN):
        return None
    if text.count("\r") != text.count("\r\n"):
        return None
    width = text.partition("\n")[0].count(delimiter) + 1
    check_place(0, width - 1)
    if width < _FEWEST_COLUMNS:
        return None
    names = [str(index) for index in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text.encode()),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names),
            pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > _LONGEST_CELL_BYTES for column in columns):
        return None
    return TextRows(columns)


def _rows(columns: Iterable[pa.Array]) -> list[list[str]]:
    return list(map(list, zip(*(column.to_pylist() for column in columns), strict=True)))
