"""Search a sheet for its header: which rows it takes, which field each column holds, which ledger it therefore is."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells.values import text_of
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import header_model, known_titles, ledger_match, title_text
from dashboard.ledgers.layout.header_model import FEWEST_OF_A_LEDGER, Given, Header
from dashboard.ledgers.layout.known_titles import FEWEST_TITLES, is_title
from dashboard.ledgers.layout.title_text import normal, one_line

# A row repeats the header if more than this share of its cells are titles: a printed header may lack some, a data row
# has hardly any.
_REPEATED_SHARE = 0.7


class _Claim(NamedTuple):
    """A column that may hold a field.

    worth: (1 if known without its group, rank of the spelling, whether it has a group); less is better.
    """

    worth: tuple[int, int, bool]
    index: int
    title: str
    group: str

    @property
    def named(self) -> str:
        return title_text.named(self.title, self.group)


def find(sheet: Sheet, wanted: str | None = None, file_name: str = "") -> Header | None:
    """The sheet's header read as the ledger it fits best (or as the kind ``wanted``); None where no row looks like one.

    A ledger that begins above the one that fits best is preferred, so that its rows are not lost.
    """
    candidate_forms = [forms.get(wanted)] if wanted else forms.all_forms()
    ranked = []
    for first, last, titles in known_titles.candidates(sheet):
        for form in candidate_forms:
            header = _read(sheet, form, first, last, titles)
            if len(header.columns) >= FEWEST_TITLES:
                ranked.append((rank(sheet, header, file_name), header))
    if not ranked:
        return None
    _, best = max(ranked, key=lambda entry: entry[0])
    above = [(rank_, header) for rank_, header in ranked if _begins_above(sheet, header, best)]
    return max(above, key=lambda entry: (-entry[1].last_row, entry[0]))[1] if above else best


def rank(sheet: Sheet, header: Header, file_name: str = "") -> tuple:
    """How well a header read as a ledger fits; the greater of two readings of one sheet fits better."""
    texts = (*header_model.lines_above(sheet, header), sheet.name or "", file_name)
    # The fewest rows that are enough; where titles repeat, the most, so that their groups are named.
    depth = header.first_row - header.last_row if not header.repeated else header.last_row - header.first_row
    fits = ledger_match.worth(header, texts)
    # Years side by side may be above titles or below them.
    has_years = header.form.needs_year in header.given and bool(header.parts)
    return fits, not header.missing, len(header.columns), has_years, -len(header.repeated), depth, -header.last_row


def at(sheet: Sheet, form: Form, first: int, last: int) -> Header:
    """The header in rows ``first`` to ``last``, read as a given ledger."""
    return _read(sheet, form, first, last, known_titles.titles(sheet, first, last))


def is_repeated(row: Iterable[Any], header_titles: set[str]) -> bool:
    """Whether a row repeats the header: most of its cells are among the header's normalised titles."""
    cells = [str(cell).strip() for cell in row if cell not in ("", None)]
    return len(cells) > 1 and sum(normal(cell) in header_titles for cell in cells) > _REPEATED_SHARE * len(cells)


def _begins_above(sheet: Sheet, header: Header, best: Header) -> bool:
    """Whether a header above the best one has rows with a key of its ledger before the best one begins."""
    if header.last_row >= best.first_row or len(header.columns) < FEWEST_OF_A_LEDGER:
        return False
    keys = [header.columns[column] for column in header_model.key_columns(header.form) if column in header.columns]
    between = sheet.rows[header.last_row + 1 : best.first_row]
    cells = ([_at_or_blank(row, index) for index in keys] for row in between)
    return any(any(texts) and not any(map(is_title, texts)) for texts in cells)


# Titles as fields ---------------------------------------------------------------------------------------------------


def _read(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles read as a ledger; where years or months are side by side, the first of its parts."""
    parts = _by_year(sheet, form, first, last, titles) or _by_month(sheet, form, first, last, titles)
    if not parts:
        return _of_one_year(sheet, form, first, last, titles)
    for part in parts:
        part.parts = parts if len(parts) > 1 else []
    return parts[0]


def _of_one_year(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles as they are; where a ledger without years lacks a column, they are tried without their one year."""
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
        part.given[form.needs_year] = Given(year, language.words("ledgers.from_column_title"))
        part.label = language.words("ledgers.year_label", year=year)
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
        part.assign(form.by_month, index, *titles[index])
        part.missing = header_model.missing_titles(part)
        part.month = month[0] or title_text.year_of("", titles[index][1]), month[1]
        part.label = one_line(titles[index][0])
        part.only_with = (index,)
        parts.append(part)
    return parts if not parts[0].missing and len({part.month for part in parts}) == len(parts) else []


def mapped(sheet: Sheet, form: Form, first: int, last: int, titles: list[tuple[str, str]]) -> Header:
    """The titles of rows ``first`` to ``last`` read as a ledger, without telling years or months side by side apart."""
    fields = known_titles.fields_by_title(form.kind)
    header = Header(form, first, last, {}, {}, {})
    claims: dict[str, list[_Claim]] = {}
    for index, (title, group) in enumerate(titles):
        if not title:
            continue
        match = _match(fields, title, group)
        if match is None:
            header.unmapped_columns.append(title_text.named(title, ""))
            continue
        field_, worth = match
        claims.setdefault(field_.column, []).append(_Claim(worth, index, title, group))
    for column, rivals in claims.items():
        best, *others = sorted(rivals)
        header.assign(column, best.index, best.title, best.group)
        if others:
            _settle(sheet, header, best, others)
    header.missing = header_model.missing_titles(header)
    return header


def _match(fields: Mapping[str, tuple[Field, int]], title: str, group: str) -> tuple[Field, tuple] | None:
    """(field, worth) of a title: with its group before without it, the canonical title before aliases; else None."""
    for key in title_text.with_group(title, group):
        if key in fields:
            field_, rank = fields[key]
            return field_, (0, rank, False)
    for key in title_text.alone(title):
        if key in fields:
            field_, rank = fields[key]
            if field_.personal and group and title_text.is_of_another_person(group):
                return None
            return field_, (1, rank, bool(group))
    return None


def _settle(sheet: Sheet, header: Header, best: _Claim, others: list[_Claim]) -> None:
    """Record of columns that could be one field which one is used, or that none may be picked."""
    rivals = [other for other in others if _is_rival(sheet, header, best, other)]
    if rivals:
        header.repeated += [claim.named for claim in (best, *rivals)]
    else:
        header.alike.append((best.named, [other.named for other in others]))


def _is_rival(sheet: Sheet, header: Header, best: _Claim, other: _Claim) -> bool:
    """Whether nothing decides between two columns: neither a group nor the canonical title, and unequal cells."""
    if other.worth == best.worth:
        return True
    needs_group, rank, _ = best.worth
    if not needs_group or not rank or other.worth[1] == rank:
        return False
    pairs = ((row[best.index : best.index + 1], row[other.index : other.index + 1]) for row in sheet.rows)
    below = itertools.islice(pairs, header.last_row + 1, None)
    return any([text_of(cell) for cell in mine] != [text_of(cell) for cell in theirs] for mine, theirs in below)


def _at_or_blank(row: list[Any], index: int) -> str:
    return text_of(row[index]) if index < len(row) else ""
