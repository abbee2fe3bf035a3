"""Where a sheet's header stands and which field each column holds; which ledger it therefore is."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from dashboard.ledgers import forms
from dashboard.ledgers.forms import Field, Form
from dashboard.ledgers.grid import Sheet

SEARCHED_ROWS = 15
_DEEPEST = 3
_FEWEST_TITLES = 2
_LONGEST_TITLE = 60

_BRACKETS = re.compile(r"[(\[【〔{<]([^()\[\]【】〔〕{}<>]*)[)\]】〕}>]")
_DRESS = re.compile(r"[\s*★☆#:：/、,，.。·_\-—\u200b\ufeff]+")


@dataclass
class Header:
    """A found header; row and column indexes count from 0. ``notes`` are the words in brackets beside a title."""

    form: Form
    first_row: int
    last_row: int
    columns: dict[str, int]
    titles: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    left_out: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def find(sheet: Sheet, wanted: str | None = None) -> Header | None:
    """The sheet's header read as the ledger it fits best (or as ``wanted``); None where no row looks like one."""
    candidates = _candidates(sheet)
    considered = [forms.get(wanted)] if wanted else forms.all_forms()
    best: tuple[tuple, Header] | None = None
    for first, last, titles in candidates:
        if sum(not _every_title().isdisjoint(_keys(*title)) for title in titles) < _FEWEST_TITLES:
            continue
        for form in considered:
            header = _mapped(form, first, last, titles)
            if len(header.columns) < _FEWEST_TITLES:
                continue
            rank = (not header.missing, len(header.columns), first - last, -last)
            if best is None or rank > best[0]:
                best = rank, header
    return best[1] if best else None


def at(sheet: Sheet, form: Form, first: int, last: int) -> Header:
    """The header as it stands in given rows, read as a given ledger."""
    return _mapped(form, first, last, titles(sheet, first, last))


def of(form: Form, first: int, last: int, titles: list[tuple[str, str]], columns: Mapping[str, int]) -> Header:
    """The header in given rows whose titles hold the given columns: database column → index."""
    header = Header(form, first, last, {}, {}, {})
    by_index = {index: column for column, index in columns.items()}
    for index, (title, group) in enumerate(titles):
        if index in by_index:
            _note(header, by_index[index], index, title or f"{letter(index)}列", group)
        elif title:
            header.left_out.append(one_line(title))
    header.missing = _missing(header)
    return header


def titles(sheet: Sheet, first: int, last: int) -> list[tuple[str, str]]:
    """(title, group above it) by column, where the header stands in given rows."""
    texts, groups = _texts(sheet, last + 1)
    return [_stacked(texts, groups, last, last - first, column) for column in range(len(texts[last]))]


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


@lru_cache(maxsize=16_384)
def normal(title: str) -> str:
    """A title without blanks, line breaks, stars, punctuation, full-width forms and words in brackets."""
    text = unicodedata.normalize("NFKC", title)
    bare = _DRESS.sub("", _BRACKETS.sub("", text))
    return bare or _DRESS.sub("", text)


def bracketed(title: str) -> tuple[str, ...]:
    """The words a title has in brackets, such as its unit."""
    return tuple(note.strip() for note in _BRACKETS.findall(unicodedata.normalize("NFKC", title)))


def _candidates(sheet: Sheet) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """(first row, last row, (title, group above it) by column) for every row, and rows together, that may be a header.

    Of several rows together a column's title is its lowest text.
    """
    height = min(SEARCHED_ROWS, len(sheet.rows))
    texts, groups = _texts(sheet, height)
    found = []
    for last in range(height):
        if sum(map(bool, texts[last])) < _FEWEST_TITLES:
            continue
        for depth in range(min(_DEEPEST, last + 1)):
            titles = [_stacked(texts, groups, last, depth, column) for column in range(len(texts[last]))]
            found.append((last - depth, last, titles))
    return found


def _texts(sheet: Sheet, height: int) -> tuple[list[list[str]], list[list[str]]]:
    """The texts of the first rows, and the same with merged cells repeated across their columns."""
    texts = [[_text(cell) for cell in row] for row in sheet.rows[:height]]
    groups = [list(row) for row in texts]
    for top, left, _, right in sheet.merges:
        if top < height and left < len(groups[top]):
            for column in range(left, min(right + 1, len(groups[top]))):
                groups[top][column] = texts[top][left]
    return texts, groups


def _stacked(texts, groups, last: int, depth: int, column: int) -> tuple[str, str]:
    rows = range(last, last - depth - 1, -1)
    for row in rows:
        if column < len(texts[row]) and texts[row][column]:
            above = [
                groups[upper][column]
                for upper in range(last - depth, row)
                if column < len(groups[upper]) and groups[upper][column]
            ]
            return texts[row][column], "".join(above)
    return "", ""


def _mapped(form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    known = _known(form.kind)
    header = Header(form, first, last, {}, {}, {})
    ranks: dict[str, int] = {}
    for index, (title, group) in enumerate(titles):
        if not title:
            continue
        match = next((known[key] for key in _keys(title, group) if key in known), None)
        if match is None:
            header.left_out.append(title)
            continue
        field_, rank = match
        standing = ranks.get(field_.column)
        if standing is not None and rank >= standing:
            (header.repeated if rank == standing else header.left_out).append(title)
            continue
        if standing is not None:
            header.left_out.append(header.titles[field_.column])
        ranks[field_.column] = rank
        _note(header, field_.column, index, title, group)
    header.left_out = [one_line(title) for title in header.left_out]
    header.missing = _missing(header)
    return header


def _note(header: Header, column: str, index: int, title: str, group: str) -> None:
    header.columns[column] = index
    header.titles[column] = one_line(title)
    header.notes[column] = bracketed(title) + bracketed(group) + _trailing_unit(title)


def _missing(header: Header) -> list[str]:
    return [
        field_.title
        for field_ in header.form.fields
        if field_.required and field_.column not in header.columns and field_.type != "year"
    ]


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
def _every_title() -> frozenset[str]:
    return frozenset(title for form in forms.all_forms() for title in _known(form.kind))


@lru_cache(maxsize=16_384)
def _keys(title: str, group: str) -> tuple[str, ...]:
    """What a title may be known by: with the group above it, alone, without a unit at its end."""
    if not title or len(title) > _LONGEST_TITLE:
        return ()
    bare = normal(title)
    unit = _trailing_unit(title)
    alone = (bare, bare[: -len(unit[0])]) if unit else (bare,)
    return (normal(group + title), *alone) if group and len(group) <= _LONGEST_TITLE else alone


@lru_cache(maxsize=16_384)
def _trailing_unit(title: str) -> tuple[str, ...]:
    bare = normal(title)
    return next(((unit,) for unit in _unit_endings() if bare.endswith(unit) and bare != unit), ())


@cache
def _unit_endings() -> tuple[str, ...]:
    return tuple(sorted(("%", *forms.common()["money_units"]), key=len, reverse=True))


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ("" if cell is None else str(cell))


def one_line(title: str) -> str:
    """A title without blanks and line breaks."""
    return re.sub(r"\s+", "", title)
