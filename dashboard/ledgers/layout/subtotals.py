"""Totals without the word of one: rows without a key whose amounts are the sums of the rows next to them."""

from collections.abc import Sequence
from functools import cache

from dashboard.ledgers.cells import numbers
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout.header_model import Header

# So many amounts must be sums, of so many rows: one amount, or the copy of one row, may be equal by chance.
_FEWEST_AMOUNTS = 2
_FEWEST_ROWS = 2
# By how much a sum may differ for each of its rows, each rounded to the cent.
_ROUNDED_BY = 0.01


def totals(sheet: Sheet, header: Header, rows: Sequence[int], lines: Sequence[int]) -> list[int]:
    """Those of ``lines`` whose amounts are the sums of ``rows`` right above or below them, or of all ``rows``."""
    if not lines:
        return []
    columns = [
        index
        for column, index in header.columns.items()
        if header.form.has(column) and header.form.field(column).type in ("money", "count", "number")
    ]

    @cache
    def amount(row: int, index: int) -> float:
        line = sheet.rows[row]
        number = numbers.of_cell(line[index]) if index < len(line) else None
        return float(number or 0)

    @cache
    def sum_of_all(index: int) -> float:
        return sum(amount(row, index) for row in rows)

    def fits(line: int, sums: dict[int, float], count: int) -> bool:
        """Whether all amounts of a line equal these sums of ``count`` rows."""
        is_certain = count >= _FEWEST_ROWS and len(sums) >= _FEWEST_AMOUNTS
        return is_certain and all(abs(amount(line, index) - sums[index]) <= _ROUNDED_BY * count for index in sums)

    def is_total(line: int, above: Sequence[int], below: Sequence[int]) -> bool:
        given = [index for index in columns if amount(line, index)]
        for nearest_first in (above[::-1], below):
            sums = dict.fromkeys(given, 0.0)
            for count, row in enumerate(nearest_first, start=1):
                sums = {index: added + amount(row, index) for index, added in sums.items()}
                if fits(line, sums, count):
                    return True
        return fits(line, {index: sum_of_all(index) for index in given}, len(rows))

    parts = _between(rows, lines)
    return [line for number, line in enumerate(lines) if is_total(line, parts[number], parts[number + 1])]


def _between(rows: Sequence[int], lines: Sequence[int]) -> list[list[int]]:
    """The rows before the first line, between each two lines, and after the last one."""
    parts: list[list[int]] = [[]]
    ahead = iter(lines)
    line = next(ahead, None)
    for row in rows:
        while line is not None and row > line:
            parts.append([])
            line = next(ahead, None)
        parts[-1].append(row)
    return parts + [[] for _ in range(len(lines) + 1 - len(parts))]
