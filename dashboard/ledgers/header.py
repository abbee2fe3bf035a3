"""Where a sheet's header stands and which field each column holds; which ledger it therefore is."""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from dashboard.ledgers import forms, naming
from dashboard.ledgers.forms import Field, Form
from dashboard.ledgers.grid import Sheet
from dashboard.ledgers.naming import GROUP_JOIN, bracketed, normal, one_line
from dashboard.ledgers.values import text_of

SEARCHED_ROWS = 30
_DEEPEST = 3
_FEWEST_TITLES = 2
# A group's name is short and no label of a line above the header (联系人：王五).
_LONGEST_OWNER = 10
_LABEL = re.compile("[:：]")


class Given(NamedTuple):
    """A value no column has, and where it was found, in words."""

    value: Any
    source: str


@dataclass
class Header:
    """A found header; row and column indexes count from 0. ``notes`` are the words in brackets beside a title.

    ``repeated`` are titles of columns none of which may be picked; ``alike`` are (title used, titles that could have
    been meant as well). ``given`` has the values of fields that no column has. Where years or months stand side by
    side as columns, ``parts`` has one header for each (this one included), ``label`` says which, ``month`` is
    (year or None, month), and only rows with something in ``only_with`` belong to the part.
    """

    form: Form
    first_row: int
    last_row: int
    columns: dict[str, int]
    titles: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    left_out: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    alike: list[tuple[str, list[str]]] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    parts: list["Header"] = field(default_factory=list)
    label: str = ""
    month: tuple[int | None, int] | None = None
    only_with: tuple[int, ...] = ()


class _Claim(NamedTuple):
    """A column that may hold a field: what its title is worth (less is better), where it stands, what it says."""

    worth: tuple[int, int, bool]
    index: int
    title: str
    group: str

    @property
    def named(self) -> str:
        return naming.named(self.title, self.group)


def find(sheet: Sheet, wanted: str | None = None) -> Header | None:
    """The sheet's header read as the ledger it fits best (or as ``wanted``); None where no row looks like one."""
    considered = [forms.get(wanted)] if wanted else forms.all_forms()
    best: tuple[tuple, Header] | None = None
    for first, last, titles in _candidates(sheet):
        for form in considered:
            header = _read(sheet, form, first, last, titles)
            if len(header.columns) < _FEWEST_TITLES:
                continue
            # The fewest rows that do; where titles repeat, the most, so that their groups are named.
            depth = first - last if not header.repeated else last - first
            rank = (not header.missing, len(header.columns), -len(header.repeated), depth, -last)
            if best is None or rank > best[0]:
                best = rank, header
    return best[1] if best else None


def at(sheet: Sheet, form: Form, first: int, last: int) -> Header:
    """The header as it stands in given rows, read as a given ledger."""
    return _read(sheet, form, first, last, titles(sheet, first, last))


def of(form: Form, first: int, last: int, titles: list[tuple[str, str]], columns: Mapping[str, int]) -> Header:
    """The header in given rows whose titles hold the given columns: database column → index."""
    header = Header(form, first, last, {}, {}, {})
    by_index = {index: column for column, index in columns.items()}
    for index, (title, group) in enumerate(titles):
        if index in by_index:
            _note(header, by_index[index], index, title or f"{letter(index)}列", group)
        elif title:
            header.left_out.append(one_line(title))
    header.missing = missing(header)
    return header


def titles(sheet: Sheet, first: int, last: int) -> list[tuple[str, str]]:
    """(title, group above it) by column, where the header stands in given rows."""
    return _stacked(_texts(sheet, last + 1), last, last - first)


def letter(index: int) -> str:
    """The letters Excel gives the column of an index from 0."""
    letters = ""
    while index >= 0:
        letters, index = chr(ord("A") + index % 26) + letters, index // 26 - 1
    return letters


def lines_above(sheet: Sheet, header: Header) -> list[str]:
    """The texts that stand above the header."""
    return [str(cell).strip() for row in sheet.rows[: header.first_row] for cell in row if str(cell).strip()]


def is_repeated(row: Iterable[Any], header_titles: set[str]) -> bool:
    """Whether a row prints the header once more (most of its cells are titles of the header)."""
    cells = [str(cell).strip() for cell in row if cell not in ("", None)]
    return len(cells) > 1 and sum(normal(cell) in header_titles for cell in cells) > 0.7 * len(cells)


def is_title(text: str) -> bool:
    """Whether a text is a title of any ledger."""
    return not every_title().isdisjoint(naming.alone(text))


def missing(header: Header) -> list[str]:
    """Titles of the required fields that neither a column nor anything else gives; a year is asked for later."""
    return [
        field_.title
        for field_ in header.form.fields
        if field_.required
        and field_.type != "year"
        and field_.column not in header.columns
        and field_.column not in header.given
    ]


# Where titles stand -------------------------------------------------------------------------------------------------


class _Texts(NamedTuple):
    """The texts of the first rows, the same with merged cells repeated across, and the cells of such wide merges."""

    own: list[list[str]]
    spread: list[list[str]]
    wide: set[tuple[int, int]]


def _candidates(sheet: Sheet) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """(first row, last row, (title, group above it) by column) for every row, and rows together, that may be a header.

    Of several rows together a column's title is its lowest text.
    """
    height = min(SEARCHED_ROWS, len(sheet.rows))
    texts = _texts(sheet, height)
    found = []
    for last in range(height):
        if sum(map(bool, texts.own[last])) < _FEWEST_TITLES:
            continue
        for depth in range(min(_DEEPEST, last + 1)):
            if depth < _DEEPEST - 1 and _has_owners(texts, last - depth - 1, last):
                continue
            titles = _stacked(texts, last, depth)
            if sum(_may_be_title(title, group) for title, group in titles) >= _FEWEST_TITLES:
                found.append((last - depth, last, titles))
    return found


def _has_owners(texts: _Texts, row: int, last: int) -> bool:
    """Whether a row over titles says whose the columns below are (帮扶责任人), so that it cannot be left out.

    A text above the leftmost title is the table's title, not a group's.
    """
    titled = [column for column, text in enumerate(texts.own[last]) if text]
    return row >= 0 and any(
        naming.is_of_somebody(text) and len(text) <= _LONGEST_OWNER and not _LABEL.search(text)
        for text in (_at(texts.own, row, column) for column in titled[1:])
    )


def _may_be_title(title: str, group: str) -> bool:
    keys = (*naming.with_group(title, group), *naming.alone(title))
    if not every_title().isdisjoint(keys) or naming.month_of(title):
        return True
    return bool(naming.year_of(title, group) and naming.without_year(title))


def _texts(sheet: Sheet, height: int) -> _Texts:
    own = [[_text(cell) for cell in row] for row in sheet.rows[:height]]
    spread = [list(row) for row in own]
    wide = set()
    for top, left, _, right in sheet.merges:
        if top < height and left < len(spread[top]) and right > left:
            for column in range(left, min(right + 1, len(spread[top]))):
                spread[top][column] = own[top][left]
                wide.add((top, column))
    return _Texts(own, spread, wide)


def _stacked(texts: _Texts, last: int, depth: int) -> list[tuple[str, str]]:
    """(title, group) by column of the rows ``last - depth`` to ``last``: the lowest text, and those above it."""
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


# What titles mean ---------------------------------------------------------------------------------------------------


def _read(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles read as a ledger; where years or months stand side by side, as the first of its parts."""
    parts = _by_year(sheet, form, first, last, titles) or _by_month(sheet, form, first, last, titles)
    if not parts:
        return _of_one_year(sheet, form, first, last, titles)
    for part in parts:
        part.parts = parts if len(parts) > 1 else []
    return parts[0]


def _of_one_year(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles as they are; where a ledger without years lacks a column, the one year of titles is passed over."""
    header = mapped(sheet, form, first, last, titles)
    years = {naming.year_of(title, "") for title, _ in titles} - {None}
    if not header.missing or form.needs_year is not None or len(years) != 1:
        return header
    again = mapped(sheet, form, first, last, [(naming.without_year(title), group) for title, group in titles])
    return again if len(again.missing) < len(header.missing) else header


def _by_year(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> list[Header]:
    """One header for each year that columns are about (2023年 over 工资性收入, or 2023年工资性收入)."""
    years = [naming.year_of(title, group) if title else None for title, group in titles]
    if form.needs_year is None or not any(years):
        return []
    parts = []
    for year in sorted(set(filter(None, years))):
        own = {index for index, of_column in enumerate(years) if of_column == year}
        wanted = [
            (naming.without_year(title) if index in own else title, naming.without_year(group))
            if index in own or years[index] is None
            else ("", "")
            for index, (title, group) in enumerate(titles)
        ]
        part = mapped(sheet, form, first, last, wanted)
        amounts = [
            part.columns.get(field_.column) for field_ in form.fields if field_.required and field_.type == "money"
        ]
        if part.missing or part.repeated or form.needs_year in part.columns or not own.issuperset(amounts):
            continue
        part.given[form.needs_year] = Given(year, "列标题")
        part.label = f"{year}年"
        part.only_with = tuple(sorted(own & set(part.columns.values())))
        parts.append(part)
    return parts


def _by_month(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> list[Header]:
    """One header for each month that has a column of days or marks (1月 … 12月)."""
    months = [naming.month_of(title) for title, _ in titles]
    if form.by_month is None or sum(map(bool, months)) < _FEWEST_TITLES:
        return []
    others = [("", "") if month else both for month, both in zip(months, titles, strict=True)]
    parts = []
    for index, month in enumerate(months):
        if month is None:
            continue
        part = mapped(sheet, form, first, last, others)
        if form.by_month in part.columns:
            return []
        _note(part, form.by_month, index, *titles[index])
        part.missing = missing(part)
        part.month = month[0] or naming.year_of("", titles[index][1]), month[1]
        part.label = one_line(titles[index][0])
        part.only_with = (index,)
        parts.append(part)
    return parts if not parts[0].missing and len({part.month for part in parts}) == len(parts) else []


def mapped(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles of given rows read as a ledger, as they are: years and months side by side are not told apart."""
    known = _known(form.kind)
    header = Header(form, first, last, {}, {}, {})
    claims: dict[str, list[_Claim]] = {}
    for index, (title, group) in enumerate(titles):
        if not title:
            continue
        match = _match(known, title, group)
        if match is None:
            header.left_out.append(naming.named(title, ""))
            continue
        field_, worth = match
        claims.setdefault(field_.column, []).append(_Claim(worth, index, title, group))
    for column, found in claims.items():
        best, *others = sorted(found)
        _note(header, column, best.index, best.title, best.group)
        if others:
            _settle(sheet, header, best, others)
    header.missing = missing(header)
    return header


def _match(known: Mapping[str, tuple[Field, int]], title: str, group: str) -> tuple[Field, tuple] | None:
    """The field a title names and its worth: known with its group before known alone, canonical before other names."""
    for key in naming.with_group(title, group):
        if key in known:
            field_, rank = known[key]
            return field_, (0, rank, False)
    for key in naming.alone(title):
        if key in known:
            field_, rank = known[key]
            if field_.personal and group and naming.is_of_somebody(group):
                return None
            return field_, (1, rank, bool(group))
    return None


def _settle(sheet: Sheet, header: Header, best: _Claim, others: list[_Claim]) -> None:
    """Say of columns that could be one field which of them is used, or that none may be picked."""
    rivals = [other for other in others if _is_rival(sheet, header, best, other)]
    if rivals:
        header.repeated += [claim.named for claim in (best, *rivals)]
    else:
        header.alike.append((best.named, [other.named for other in others]))


def _is_rival(sheet: Sheet, header: Header, best: _Claim, other: _Claim) -> bool:
    """Whether nothing tells which of two columns is meant: no group of its own, not the ledger's own title."""
    if other.worth == best.worth:
        return True
    needs_group, rank, _ = best.worth
    if not needs_group or not rank or other.worth[1] == rank:
        return False
    cells = ((row[best.index : best.index + 1], row[other.index : other.index + 1]) for row in sheet.rows)
    below = itertools.islice(cells, header.last_row + 1, None)
    return any([text_of(cell) for cell in one] != [text_of(cell) for cell in two] for one, two in below)


def _note(header: Header, column: str, index: int, title: str, group: str) -> None:
    header.columns[column] = index
    header.titles[column] = one_line(title)
    header.notes[column] = bracketed(title) + bracketed(group) + naming.trailing_unit(title)


@cache
def _known(kind: str) -> dict[str, tuple[Field, int]]:
    """Normalised title → the field and how far its spelling is from the canonical one (0 = canonical)."""
    known: dict[str, tuple[Field, int]] = {}
    form = forms.get(kind)
    for field_ in form.fields:
        known.setdefault(normal(field_.title), (field_, 0))
    for field_ in form.fields:
        for rank, alias in enumerate(field_.aliases, start=1):
            known.setdefault(normal(alias), (field_, rank))
    return known


@cache
def every_title() -> frozenset[str]:
    """The normalised titles of all ledgers."""
    return frozenset(title for form in forms.all_forms() for title in _known(form.kind))


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ("" if cell is None else str(cell))
