"""Where a sheet's titles stand, one to three rows deep with a row of units below them, and which titles are known."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells.values import text_of
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import title_text
from dashboard.ledgers.layout.title_text import GROUP_JOIN, normal

SEARCHED_ROWS = 30
FEWEST_TITLES = 2
_DEEPEST = 3
# The same with a row of units below.
DEEPEST = _DEEPEST + 1
# A group's name is short and no label of a line above the header (联系人：王五).
_LONGEST_OWNER = 10
_LABEL = re.compile("[:：]")


def titles(sheet: Sheet, first: int, last: int) -> list[tuple[str, str]]:
    """(title, group above it) by column, where the header stands in given rows."""
    return _stacked(_texts(sheet, last + 1), last, last - first)


def is_title(text: str) -> bool:
    """Whether a text is a title of any ledger."""
    return not every_title().isdisjoint(title_text.alone(text))


@cache
def known(kind: str) -> dict[str, tuple[Field, int]]:
    """Normalised title → the field and how far its spelling is from the canonical one (0 = canonical)."""
    found: dict[str, tuple[Field, int]] = {}
    form = forms.get(kind)
    for field_ in form.fields:
        found.setdefault(normal(field_.title), (field_, 0))
    for field_ in form.fields:
        for rank, alias in enumerate(field_.aliases, start=1):
            found.setdefault(normal(alias), (field_, rank))
    return found


@cache
def every_title() -> frozenset[str]:
    """The normalised titles of all ledgers."""
    return frozenset(title for form in forms.all_forms() for title in known(form.kind))


class _Texts(NamedTuple):
    """The texts of the first rows, the same with merged cells repeated across, and the cells of such wide merges."""

    own: list[list[str]]
    spread: list[list[str]]
    wide: set[tuple[int, int]]


def candidates(sheet: Sheet) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """(first row, last row, (title, group above it) by column) for every row, and rows together, that may be a header.

    Of several rows together a column's title is its lowest text.
    """
    height = min(SEARCHED_ROWS, len(sheet.rows))
    texts = _texts(sheet, height)
    # Rows of data are told by this alone, fast.
    likely = [sum(map(_is_likely, row)) for row in texts.own]
    found = []
    for last in range(height):
        if sum(map(bool, texts.own[last])) < FEWEST_TITLES:
            continue
        if _are_units(texts, last + 1):
            continue
        deepest = DEEPEST if _are_units(texts, last) else _DEEPEST
        for depth in range(min(deepest, last + 1)):
            if sum(likely[last - depth : last + 1]) < FEWEST_TITLES:
                continue
            if depth < deepest - 1 and _has_owners(texts, last - depth - 1, last):
                continue
            titles = _stacked(texts, last, depth)
            if sum(_may_be_title(title, group) for title, group in titles) >= FEWEST_TITLES:
                found.append((last - depth, last, titles))
    return found


def _has_owners(texts: _Texts, row: int, last: int) -> bool:
    """Whether a row over titles says whose the columns below are (帮扶责任人), so that it cannot be left out.

    A text above the leftmost title is the table's title, not a group's.
    """
    titled = [column for column, text in enumerate(texts.own[last]) if text]
    return row >= 0 and any(
        title_text.is_of_somebody(text) and len(text) <= _LONGEST_OWNER and not _LABEL.search(text)
        for text in (_at(texts.own, row, column) for column in titled[1:])
    )


@lru_cache(maxsize=16_384)
def _is_likely(text: str) -> bool:
    """Whether a text may be a title, whatever stands above it: a known one, the beginning or end of one, a month's.

    Of titles with a year it is not asked what else they say.
    """
    return bool(text) and (
        not _parts().isdisjoint(title_text.alone(text)) or bool(title_text.month_of(text)) or title_text.has_year(text)
    )


@cache
def _parts() -> frozenset[str]:
    """All titles, their beginnings and ends, and what a group alone gives its title."""
    titles = every_title()
    ends = (part for title in titles for at in range(1, len(title)) for part in (title[:at], title[at:]))
    names = forms.common()["header"]["names"]
    return titles.union((part for part in ends if len(part) > 1), names)


def _may_be_title(title: str, group: str) -> bool:
    keys = (*title_text.with_group(title, group), *title_text.alone(title))
    if not every_title().isdisjoint(keys) or title_text.month_of(title):
        return True
    return bool(title_text.year_of(title, group) and title_text.apart_from_year(title, group)[0])


def _texts(sheet: Sheet, height: int) -> _Texts:
    own = [[text_of(cell) for cell in row] for row in sheet.rows[:height]]
    spread = [list(row) for row in own]
    wide = set()
    for top, left, _, right in sheet.merges:
        if top < height and left < len(spread[top]) and right > left:
            for column in range(left, min(right + 1, len(spread[top]))):
                spread[top][column] = own[top][left]
                wide.add((top, column))
    return _Texts(own, spread, wide)


def _are_units(texts: _Texts, row: int) -> bool:
    """Whether a row only says the units of the titles above it (人, 元, （万元）)."""
    if row >= len(texts.own):
        return False
    found = [text for text in texts.own[row] if text]
    return len(found) >= FEWEST_TITLES and all(title_text.is_unit(text) for text in found)


def _stacked(texts: _Texts, last: int, depth: int) -> list[tuple[str, str]]:
    """(title, group) by column of the rows ``last - depth`` to ``last``: the lowest text, and those above it.

    Units in the last row stand in brackets behind their titles.
    """
    if depth and _are_units(texts, last):
        above = _stacked(texts, last - 1, depth - 1)
        units = (_at(texts.own, last, column).strip("()（）") for column in range(len(above)))
        return [
            (f"{title}（{unit}）" if title and unit else title, group)
            for (title, group), unit in zip(above, units, strict=True)
        ]
    upper = range(last - depth, last)
    open_groups = dict.fromkeys(upper, "")
    stacked = []
    for column in range(max(len(row) for row in texts.own[last - depth : last + 1])):
        lowest = next((row for row in range(last, last - depth - 1, -1) if _at(texts.own, row, column)), None)
        if lowest is None:
            stacked.append(("", ""))
            continue
        above = []
        for row in upper:
            here = _at(texts.spread, row, column)
            if row >= lowest:
                open_groups[row] = ""
            elif group := here or open_groups[row]:
                above.append(group)
                # A group that is not merged is written above the first of its columns only.
                open_groups[row] = "" if (row, column) in texts.wide else group
        stacked.append((texts.own[lowest][column], GROUP_JOIN.join(dict.fromkeys(above))))
    return stacked


def _at(rows: list[list[str]], row: int, column: int) -> str:
    return rows[row][column] if column < len(rows[row]) else ""
