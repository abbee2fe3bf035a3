"""Rows of a sheet that may be its header, one to three with a row of units below, and the titles of all ledgers."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells.values import text_of
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import title_text
from dashboard.ledgers.layout.title_text import GROUP_JOIN, normal

# A header further down is not looked for: above it are titles, notes and at most a small table.
SEARCHED_ROWS = 30
# One title alone may be any word.
FEWEST_TITLES = 2
_DEEPEST = 3
# The same with a row of units below.
DEEPEST = _DEEPEST + 1
# A group's name is short and not the label of a line above the header (联系人：王五).
_LONGEST_OWNER = 10
_LABEL = re.compile("[:：]")


def titles(sheet: Sheet, first: int, last: int) -> list[tuple[str, str]]:
    """(title, group above it) by column, where the header is in rows ``first`` to ``last``."""
    return _stacked(_texts(sheet, last + 1), last, last - first)


def is_title(text: str) -> bool:
    """Whether a text is a title of any ledger."""
    return not every_title().isdisjoint(title_text.alone(text))


@cache
def fields_by_title(kind: str) -> dict[str, tuple[Field, int]]:
    """(field, rank of the spelling: 0 = canonical, else place among the aliases from 1) by normalised title."""
    fields: dict[str, tuple[Field, int]] = {}
    form = forms.get(kind)
    for field_ in form.fields:
        fields.setdefault(normal(field_.title), (field_, 0))
    for field_ in form.fields:
        for rank, alias in enumerate(field_.aliases, start=1):
            fields.setdefault(normal(alias), (field_, rank))
    return fields


@cache
def every_title() -> frozenset[str]:
    """The normalised titles of all ledgers."""
    return frozenset(title for form in forms.all_forms() for title in fields_by_title(form.kind))


class _Texts(NamedTuple):
    """The texts of the first rows.

    own: by row and column.
    spread: the same with merged cells repeated in each of their columns.
    wide: (row, column) of cells merged across columns.
    """

    own: list[list[str]]
    spread: list[list[str]]
    wide: set[tuple[int, int]]


def candidates(sheet: Sheet) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """(first row, last row, (title, group above it) by column) for every row, and rows together, that may be a header.

    Of several rows together a column's title is its lowest text.
    """
    height = min(SEARCHED_ROWS, len(sheet.rows))
    texts = _texts(sheet, height)
    # This alone is enough to skip most data rows, and fast.
    likely = [sum(map(_is_likely, row)) for row in texts.own]
    rows = []
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
                rows.append((last - depth, last, titles))
    return rows


def _has_owners(texts: _Texts, row: int, last: int) -> bool:
    """Whether a row above titles names whose the columns below are (帮扶责任人), so that it belongs to the header.

    A text above the leftmost title is the title of the table, not a group.
    """
    titled = [column for column, text in enumerate(texts.own[last]) if text]
    return row >= 0 and any(
        title_text.is_of_another_person(text) and len(text) <= _LONGEST_OWNER and not _LABEL.search(text)
        for text in (_at(texts.own, row, column) for column in titled[1:])
    )


@lru_cache(maxsize=16_384)
def _is_likely(text: str) -> bool:
    """Whether a text may be a title under some group: a known one or a part of one, a month, or with a year."""
    return bool(text) and (
        not _parts().isdisjoint(title_text.alone(text)) or bool(title_text.month_of(text)) or title_text.has_year(text)
    )


@cache
def _parts() -> frozenset[str]:
    """All titles, their beginnings and ends, and the words (姓名) whose title is their group's name."""
    titles = every_title()
    ends = (part for title in titles for at in range(1, len(title)) for part in (title[:at], title[at:]))
    names = forms.common()["header"]["names"]
    return titles.union((part for part in ends if len(part) > 1), names)


def _may_be_title(title: str, group: str) -> bool:
    """Whether a title with the group above it is one of any ledger, a month, or both a year and something else."""
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
    """Whether a row has nothing but units of the titles above it (人, 元, （万元）)."""
    if row >= len(texts.own):
        return False
    filled = [text for text in texts.own[row] if text]
    return len(filled) >= FEWEST_TITLES and all(title_text.is_unit(text) for text in filled)


def _stacked(texts: _Texts, last: int, depth: int) -> list[tuple[str, str]]:
    """(title, group) by column of the rows ``last - depth`` to ``last``: the lowest text, and those above it.

    Units in the last row are put in brackets after their titles.
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
            own_group = _at(texts.spread, row, column)
            if row >= lowest:
                open_groups[row] = ""
            elif group := own_group or open_groups[row]:
                above.append(group)
                # A group that is not merged is written above the first of its columns only.
                open_groups[row] = "" if (row, column) in texts.wide else group
        stacked.append((texts.own[lowest][column], GROUP_JOIN.join(dict.fromkeys(above))))
    return stacked


def _at(rows: list[list[str]], row: int, column: int) -> str:
    return rows[row][column] if column < len(rows[row]) else ""
