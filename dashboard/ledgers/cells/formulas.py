"""Compute formulas that were saved without a result, where they use only numbers of their own row.

Sums, differences, products, quotients, SUM and ROUND are computed; other formulas, and those with a part that is no
number, are not.
"""

import contextlib
import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from dashboard.ledgers.containers.sheet import Sheet, column_index

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|\$?(?P<letters>[A-Z]{1,3})\$?(?P<row>\d{1,7})|(?P<word>[A-Z]+)|(?P<sign>[-+*/(),:]))"
)
# Longer formulas are no sums of a ledger.
_LONGEST = 500
# ROUND to more digits is not meant.
_MOST_DIGITS = 10

Place = tuple[int, int]


class _NotComputable(Exception):
    """The formula is of a kind that is not computed, or one of its parts is no number."""


def compute(sheet: Sheet, rows: Iterable[int]) -> dict[Place, tuple[str, float]]:
    """Write the values of the formulas in some rows into the sheet, where they can be computed.

    Returns (text, value) by place. These formulas are removed from the sheet's formulas without a result.
    """
    wanted = set(rows)
    values: dict[Place, Decimal | None] = {}
    computed: dict[Place, tuple[str, float]] = {}
    for place, text in sheet.formulas.items():
        if place[0] in wanted and (value := _value(sheet, place, values)) is not None:
            computed[place] = text, float(value)
    for (row, column), (_, value) in computed.items():
        sheet.rows[row][column] = value
        del sheet.formulas[row, column]
    return computed


def _value(sheet: Sheet, place: Place, values: dict[Place, Decimal | None]) -> Decimal | None:
    """A formula's value; None where it cannot be computed, which includes formulas that refer to themselves."""
    if place not in values:
        values[place] = None
        text = sheet.formulas[place].removeprefix("=")
        if len(text) <= _LONGEST:
            with contextlib.suppress(_NotComputable, DecimalException, RecursionError):
                width = len(sheet.rows[place[0]])
                reading = _Reading(_tokens(text), place[0], width, lambda part: _part(sheet, part, values))
                values[place] = reading.whole()
    return values[place]


def _part(sheet: Sheet, place: Place, values: dict[Place, Decimal | None]) -> Decimal:
    """A cell's number; 0 for a blank one, as in a spreadsheet program. Raises _NotComputable for other cells."""
    row, column = place
    if place in sheet.formulas:
        cell: Any = _value(sheet, place, values)
        if cell is None:
            raise _NotComputable
        return cell
    cell = sheet.rows[row][column] if column < len(sheet.rows[row]) else ""
    if cell is None or cell == "":
        return Decimal(0)
    if type(cell) not in (int, float) or place in sheet.errors:
        raise _NotComputable
    return Decimal(repr(cell))


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, place = [], 0
    while place < len(text.rstrip()):
        token = _TOKEN.match(text, place)
        if token is None:
            raise _NotComputable
        tokens.append(token)
        place = token.end()
    return tokens


class _Reading:
    """A formula being read from left to right."""

    def __init__(self, tokens: list[re.Match[str]], row: int, width: int, part: Callable[[Place], Decimal]) -> None:
        self._tokens = tokens
        self._next = 0
        self._row, self._width = row, width
        self._part = part

    def whole(self) -> Decimal:
        """The value of the whole formula; raises _NotComputable."""
        value = self._sum()
        if self._next != len(self._tokens):
            raise _NotComputable
        return value

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._taken("+", "-"):
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._factor()
        while sign := self._taken("*", "/"):
            value = value * self._factor() if sign == "*" else value / self._factor()
        return value

    def _factor(self) -> Decimal:
        if sign := self._taken("+", "-"):
            return self._factor() if sign == "+" else -self._factor()
        if self._taken("("):
            value = self._sum()
            self._expect(")")
            return value
        token = self._token()
        if token["number"]:
            return Decimal(token["number"])
        if token["letters"]:
            return self._part(self._place(token))
        if token["word"] == "SUM":
            return sum(self._arguments(), Decimal(0))
        if token["word"] == "ROUND":
            return self._rounded(self._arguments())
        raise _NotComputable

    def _rounded(self, arguments: list[Decimal]) -> Decimal:
        if len(arguments) != 2 or abs(arguments[1]) > _MOST_DIGITS:
            raise _NotComputable
        return arguments[0].quantize(Decimal(1).scaleb(-int(arguments[1])), ROUND_HALF_UP)

    def _arguments(self) -> list[Decimal]:
        self._expect("(")
        values = []
        while True:
            values += self._range() or [self._sum()]
            if not self._taken(","):
                self._expect(")")
                return values

    def _range(self) -> list[Decimal]:
        """The numbers of a range such as C5:F5; an empty list where no range begins here."""
        tokens = self._tokens[self._next : self._next + 3]
        if len(tokens) < 3 or tokens[1]["sign"] != ":" or not (tokens[0]["letters"] and tokens[2]["letters"]):
            return []
        self._next += 3
        (row, first), (_, last) = self._place(tokens[0]), self._place(tokens[2])
        return [self._part((row, column)) for column in range(first, min(last + 1, self._width))]

    def _place(self, token: re.Match[str]) -> Place:
        if int(token["row"]) - 1 != self._row:
            raise _NotComputable
        return self._row, column_index(token["letters"])

    def _token(self) -> re.Match[str]:
        if self._next >= len(self._tokens):
            raise _NotComputable
        self._next += 1
        return self._tokens[self._next - 1]

    def _taken(self, *signs: str) -> str | None:
        if self._next < len(self._tokens) and self._tokens[self._next]["sign"] in signs:
            self._next += 1
            return self._tokens[self._next - 1]["sign"]
        return None

    def _expect(self, sign: str) -> None:
        if not self._taken(sign):
            raise _NotComputable
