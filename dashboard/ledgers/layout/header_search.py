"""Where a sheet's header stands and which field each column holds; which ledger it therefore is."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells.values import text_of
from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.layout import known_titles, ledger_match, title_text
from dashboard.ledgers.layout.known_titles import FEWEST_TITLES, is_title
from dashboard.ledgers.layout.title_text import bracketed, normal, one_line

# With fewer titles a sheet that lacks required ones is not taken for a ledger.
FEWEST_OF_A_LEDGER = 3
# The field that stands for the key where the key itself need not be a column.
STANDS_FOR = {"village_code": "place_village"}


class Given(NamedTuple):
    """A value no column has, and where it was found, in words; what is offered may be none, as `offers` finds out."""

    value: Any
    source: str
    is_offered: bool = False


@dataclass
class Header:
    """A found header; row and column indexes count from 0. ``notes`` are the words in brackets beside a title.

    ``repeated`` are titles of columns none of which may be picked; ``alike`` are (title used, titles that could have
    been meant as well). ``given`` has the values of fields that no column has. Where years or months stand side by
    side as columns, ``parts`` has one header for each (this one included), ``label`` says which, ``month`` is
    (year or None, month), and only rows with something in ``only_with`` belong to the part. ``month_given`` is the
    month that days written without one were given.
    """

    form: Form
    first_row: int
    last_row: int
    columns: dict[str, int]
    titles: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    unmapped_columns: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    alike: list[tuple[str, list[str]]] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    parts: list["Header"] = field(default_factory=list)
    label: str = ""
    month: tuple[int | None, int] | None = None
    month_given: Given | None = None
    only_with: tuple[int, ...] = ()


class _Claim(NamedTuple):
    """A column that may hold a field: what its title is worth (less is better), where it stands, what it says."""

    worth: tuple[int, int, bool]
    index: int
    title: str
    group: str

    @property
    def named(self) -> str:
        return title_text.named(self.title, self.group)


def find(sheet: Sheet, wanted: str | None = None, file_name: str = "") -> Header | None:
    """The sheet's header read as the ledger it fits best (or as ``wanted``); None where no row looks like one.

    A ledger that begins above the one that fits best goes before it, so that its rows are not passed over.
    """
    considered = [forms.get(wanted)] if wanted else forms.all_forms()
    found = []
    for first, last, titles in known_titles.candidates(sheet):
        for form in considered:
            header = _read(sheet, form, first, last, titles)
            if len(header.columns) >= FEWEST_TITLES:
                found.append((rank(sheet, header, file_name), header))
    if not found:
        return None
    best = max(found, key=lambda one: one[0])
    above = [one for one in found if _begins_above(sheet, one[1], best[1])]
    return (max(above, key=lambda one: (-one[1].last_row, one[0])) if above else best)[1]


def rank(sheet: Sheet, header: Header, file_name: str = "") -> tuple:
    """How well a header read as a ledger fits, to be compared with other readings of the same sheet."""
    called = (*lines_above(sheet, header), sheet.name or "", file_name)
    # The fewest rows that do; where titles repeat, the most, so that their groups are named.
    depth = header.first_row - header.last_row if not header.repeated else header.last_row - header.first_row
    fits = ledger_match.worth(header, called)
    # Years side by side stand over titles or below them.
    has_years = header.form.needs_year in header.given and bool(header.parts)
    return fits, not header.missing, len(header.columns), has_years, -len(header.repeated), depth, -header.last_row


def at(sheet: Sheet, form: Form, first: int, last: int) -> Header:
    """The header as it stands in given rows, read as a given ledger."""
    return _read(sheet, form, first, last, known_titles.titles(sheet, first, last))


def of(form: Form, first: int, last: int, titles: list[tuple[str, str]], columns: Mapping[str, int]) -> Header:
    """The header in given rows whose titles hold the given columns: database column → index."""
    header = Header(form, first, last, {}, {}, {})
    by_index = {index: column for column, index in columns.items()}
    for index, (title, group) in enumerate(titles):
        if index in by_index:
            _note(header, by_index[index], index, title or f"{column_letters(index)}列", group)
        elif title:
            header.unmapped_columns.append(one_line(title))
    header.missing = missing(header)
    return header


def lines_above(sheet: Sheet, header: Header) -> list[str]:
    """The texts that stand above the header."""
    return [str(cell).strip() for row in sheet.rows[: header.first_row] for cell in row if str(cell).strip()]


def is_repeated(row: Iterable[Any], header_titles: set[str]) -> bool:
    """Whether a row prints the header once more (most of its cells are titles of the header)."""
    cells = [str(cell).strip() for cell in row if cell not in ("", None)]
    return len(cells) > 1 and sum(normal(cell) in header_titles for cell in cells) > 0.7 * len(cells)


def key_columns(form: Form) -> list[str]:
    """The columns a sheet needs for a ledger's key: a village's name does for its code, a title for the year."""
    columns = [STANDS_FOR.get(column, column) for column in form.key]
    return [column for column in columns if form.has(column) and form.field(column).type != "year"]


def has_key(header: Header) -> bool:
    """Whether the sheet has what the ledger's key needs, in columns or given otherwise."""
    return all(column in header.columns or column in header.given for column in key_columns(header.form))


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


def _begins_above(sheet: Sheet, header: Header, best: Header) -> bool:
    """Whether a header above the best one has its ledger's key and a row with one before the best one begins."""
    if header.last_row >= best.first_row or len(header.columns) < FEWEST_OF_A_LEDGER:
        return False
    keys = [header.columns[column] for column in key_columns(header.form) if column in header.columns]
    between = sheet.rows[header.last_row + 1 : best.first_row]
    cells = ([_at_or_blank(row, index) for index in keys] for row in between)
    return any(any(texts) and not any(map(is_title, texts)) for texts in cells)


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
    years = {title_text.year_of(title, "") for title, _ in titles} - {None}
    if not header.missing or form.needs_year is not None or len(years) != 1:
        return header
    again = mapped(sheet, form, first, last, [(title_text.without_year(title), group) for title, group in titles])
    return again if len(again.missing) < len(header.missing) else header


def _by_year(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> list[Header]:
    """One header for each year that columns are about (2023年 over 工资性收入, or 2023年工资性收入)."""
    years = [title_text.year_of(title, group) if title else None for title, group in titles]
    if form.needs_year is None or not any(years):
        return []
    required = [field_.column for field_ in form.fields if field_.required and field_.type == "money"]
    parts = []
    for year in sorted(set(filter(None, years))):
        own = {index for index, of_column in enumerate(years) if of_column == year}
        if len(own) < len(required):
            continue
        wanted = [
            title_text.apart_from_year(title, group)
            if index in own
            else (title, title_text.without_year(group))
            if years[index] is None
            else ("", "")
            for index, (title, group) in enumerate(titles)
        ]
        part = mapped(sheet, form, first, last, wanted)
        amounts = [part.columns.get(column) for column in required]
        if part.missing or part.repeated or form.needs_year in part.columns or not own.issuperset(amounts):
            continue
        part.given[form.needs_year] = Given(year, "列标题")
        part.label = f"{year}年"
        part.only_with = tuple(sorted(own & set(part.columns.values())))
        parts.append(part)
    return parts


def _by_month(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> list[Header]:
    """One header for each month that has a column of days or marks (1月 … 12月)."""
    months = [title_text.month_of(title) for title, _ in titles]
    if form.by_month is None or sum(map(bool, months)) < FEWEST_TITLES:
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
        part.month = month[0] or title_text.year_of("", titles[index][1]), month[1]
        part.label = one_line(titles[index][0])
        part.only_with = (index,)
        parts.append(part)
    return parts if not parts[0].missing and len({part.month for part in parts}) == len(parts) else []


def mapped(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles of given rows read as a ledger, as they are: years and months side by side are not told apart."""
    known = known_titles.known(form.kind)
    header = Header(form, first, last, {}, {}, {})
    claims: dict[str, list[_Claim]] = {}
    for index, (title, group) in enumerate(titles):
        if not title:
            continue
        match = _match(known, title, group)
        if match is None:
            header.unmapped_columns.append(title_text.named(title, ""))
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
    for key in title_text.with_group(title, group):
        if key in known:
            field_, rank = known[key]
            return field_, (0, rank, False)
    for key in title_text.alone(title):
        if key in known:
            field_, rank = known[key]
            if field_.personal and group and title_text.is_of_somebody(group):
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
    header.notes[column] = bracketed(title) + bracketed(group) + title_text.trailing_unit(title)


def _at_or_blank(row: list[Any], index: int) -> str:
    return text_of(row[index]) if index < len(row) else ""
