"""Exports of the national system: one sheet that fills several ledgers, as described in ``data/exports/*.toml``."""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from dashboard import paths
from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells.values import is_blank, text_of
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import data_rows, header_search, known_titles, title_text
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.sheet_context import ReadingOptions, year_of_sheet
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport

_RELATION, _HEAD = "relation", "户主"
_YES, _NO = "是", "否"
_JOIN = "、"


@dataclass(frozen=True)
class Source:
    """How a field is filled from columns of the export.

    how: head (the cell in the row of the household's head), first (the first of the titles that the sheet has), joined
        (all cells, one after the other), anyone (holds for the household if for one of its persons) or opposite (否
        for 是).
    titles: titles of these columns.
    values: with anyone, the value that 是 in each column means.
    """

    how: str
    titles: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A ledger that an export fills.

    one_for: rows with one value in the column of this title become one row; None = each row is one.
    only_with: database column without which a row is left out; None = all rows.
    unless: with a column of one of these titles the ledger is not filled.
    not_titles: titles that do not fill a field of the ledger, though the field has this title.
    sources: fields that are not filled from the column of their own title, by database column.
    """

    form: Form
    one_for: str | None
    only_with: str | None
    unless: tuple[str, ...]
    not_titles: tuple[str, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class NationalExport:
    """An export of the national system, and the ledgers it fills.

    all: of each of these sets of titles it has at least one.
    none: it has none of these titles.
    marks: it has at least ``fewest_marks`` of these titles, which no county writes itself.
    """

    name: str
    all: tuple[frozenset[str], ...]
    none: frozenset[str]
    marks: frozenset[str]
    fewest_marks: int
    targets: tuple[Target, ...]

    def has_titles(self, titles: set[str]) -> bool:
        """Whether a header with these titles is this export's."""
        return (
            all(not titles.isdisjoint(alternatives) for alternatives in self.all)
            and titles.isdisjoint(self.none)
            and len(titles & self.marks) >= self.fewest_marks
        )


class Contradiction(NamedTuple):
    """Two rows of one household that differ in a field of the household; rows count from 0."""

    household: str
    row: int
    column: Field
    title: str
    value: Any
    other_row: int
    other_value: Any

    def add_issue(self, report: SheetReport) -> None:
        """Add it to a report as an issue of its first row."""
        report.add_issue(
            "household_rows_differ",
            row=self.row + 1,
            column=self.title,
            value=self.value,
            personal=self.column.personal,
            other=self.other_row + 1,
            detail=issues.masked(self.other_value, self.column.personal),
            household=issues.masked(self.household),
        )


@dataclass
class FilledSheet:
    """One ledger of an export as a sheet of its own; a household's row is at the place of its first row.

    body: data rows of the whole export, with the ledger that reports its non-data rows; None with the others.
    """

    sheet: Sheet
    header: Header
    contradictions: list[Contradiction] = field(default_factory=list)
    body: data_rows.Body | None = None

    def add_issues(self, report: SheetReport) -> None:
        """Add the issues of the export's rows that cannot be seen in this ledger's own sheet."""
        for contradiction in self.contradictions:
            contradiction.add_issue(report)
        if self.body is not None:
            for code, rows in self.body.skipped.items():
                report.add_issue(code, count=len(rows), rows=_JOIN.join(str(row + 1) for row in rows))
            for row, width in self.body.ragged:
                report.add_issue("csv_field_count", row=row + 1, fields=width, expected=len(self.sheet.rows[row]))


@dataclass
class ExportContents:
    """The ledgers of an export.

    filled: those it fills.
    lacking: those it cannot fill, with the titles they lack.
    undated: those that lack nothing but the year, which the user can give.
    """

    name: str
    filled: list[FilledSheet]
    lacking: list[tuple[Form, list[str]]]
    undated: list[Form]

    def add_issues(self, report: SheetReport) -> None:
        """Add the notices about the whole export."""
        named = _JOIN.join(sheet.header.form.name for sheet in self.filled)
        report.add_issue("export_recognised", name=self.name, ledgers=named)
        for form, lacking in self.lacking:
            report.add_issue("export_not_filled", ledger=form.name, columns=_JOIN.join(lacking))


def read(sheet: Sheet, wanted: str | None, options: ReadingOptions) -> ExportContents | None:
    """The ledgers of an export, or only that of kind ``wanted``; None where a sheet is no export or fills nothing."""
    recognised = _recognised(sheet)
    if recognised is None:
        return None
    export, row = recognised
    plans = [_Plan(sheet, row, target) for target in export.targets]
    plans = [plan for plan in plans if plan.is_meant and wanted in (None, plan.target.form.kind)]
    lacking = [(plan.target.form, plan.lacking(options)) for plan in plans]
    fillable = [plan for plan, (_, titles) in zip(plans, lacking, strict=True) if not titles]
    if not fillable:
        return None
    used = set().union(*(plan.used for plan in fillable))
    body = data_rows.read_body(sheet, fillable[0].header)
    filled = [plan.filled(body, is_first=plan is fillable[0]) for plan in fillable]
    filled[0].header.unmapped_columns = [
        title_text.one_line(title) for index, (title, _) in enumerate(fillable[0].titles) if title and index not in used
    ]
    undated = [form for form, titles in lacking if form.needs_year and titles == [form.field(form.needs_year).title]]
    lacking = [(form, titles) for form, titles in lacking if titles and form not in undated]
    return ExportContents(export.name, filled, lacking, undated)


def _recognised(sheet: Sheet) -> tuple[NationalExport, int] | None:
    """(export, row of its titles from 0) of a sheet; None where it is no export."""
    for row, cells in enumerate(sheet.rows[: known_titles.SEARCHED_ROWS]):
        titles = {_tight(cell) for cell in cells if isinstance(cell, str) and cell}
        for export in _exports():
            if export.has_titles(titles):
                return export, row
    return None


class _Plan:
    """How one ledger is filled from a sheet's columns."""

    def __init__(self, sheet: Sheet, row: int, target: Target) -> None:
        self._sheet, self._row, self.target = sheet, row, target
        self.titles = known_titles.titles(sheet, row, row)
        self._index: dict[str, int] = {}
        for index, (title, _) in enumerate(self.titles):
            self._index.setdefault(_tight(title), index)
        special = {column: self._indexes(source) for column, source in target.sources.items()}
        hidden = {self._index[_tight(title)] for title in target.not_titles if _tight(title) in self._index}
        hidden |= {index for indexes in special.values() for index in indexes}
        visible = [("", "") if index in hidden else title for index, title in enumerate(self.titles)]
        self.header = header_search.mapped(sheet, target.form, row, row, visible)
        self._relation = self._index.get(_tight(forms.get("members").field(_RELATION).title))
        self._special = {
            column: indexes
            for column, indexes in special.items()
            if indexes and (target.sources[column].how != "head" or column not in self.header.columns)
        }

    @property
    def is_meant(self) -> bool:
        """Whether the export is to fill the ledger: it has a required column that is no key, place or name."""
        if any(_tight(title) in self._index for title in self.target.unless):
            return False
        form = self.target.form
        return any(
            self._has(form_field.column)
            for form_field in form.fields
            if form_field.required
            and form_field.column not in form.key
            and not form_field.column.startswith("place_")
            and form_field.personal != "name"
            and not (form.place == "household" and form_field.type == "count")
        )

    @property
    def used(self) -> set[int]:
        """Indexes of the columns that fill the ledger."""
        return set(self.header.columns.values()).union(*self._special.values())

    def lacking(self, options: ReadingOptions) -> list[str]:
        """Titles of the required fields that the sheet cannot fill."""
        year = self.target.form.needs_year
        lacking = [
            form_field.title
            for form_field in self.target.form.fields
            if form_field.required and not self._has(form_field.column)
        ]
        if year and not self._has(year) and year_of_sheet(self._sheet, self.header, options) is not None:
            lacking.remove(self.target.form.field(year).title)
        return lacking

    def filled(self, body: data_rows.Body, *, is_first: bool) -> FilledSheet:
        """The ledger as a sheet of its own."""
        if not self._special and self.target.one_for is None and self.target.only_with is None:
            return FilledSheet(self._sheet, self.header)
        columns = [form_field for form_field in self.target.form.fields if self._has(form_field.column)]
        rows: list[list[Any]] = [[] for _ in self._sheet.rows]
        ragged = {row for row, _ in body.ragged}
        contradictions = []
        for household, group in self._groups([row for row in body.rows if row not in ragged]):
            line = []
            for form_field in columns:
                cells = self._cells(form_field, group)
                value = next((cell for _, cell in cells), "")
                other = next(((row, cell) for row, cell in cells if text_of(cell) != text_of(value)), None)
                if other:
                    title = self._title(form_field)
                    contradictions.append(Contradiction(household, group[0], form_field, title, value, *other))
                line.append(value)
            if self.target.only_with is None or not is_blank(line[self._place(columns, self.target.only_with)]):
                rows[group[0]] = line
        kept = {row for row, line in enumerate(rows) if line}
        return FilledSheet(
            self._own_sheet(columns, rows),
            self._header_of(columns),
            [contradiction for contradiction in contradictions if contradiction.row in kept],
            body if is_first else None,
        )

    def _own_sheet(self, columns: Sequence[Field], rows: list[list[Any]]) -> Sheet:
        """A sheet with the ledger's columns only, its rows and formulas where they are in the export."""
        blank = [""] * len(columns)
        rows = [line or list(blank) for line in rows]
        rows[: self._row] = self._sheet.rows[: self._row]
        rows[self._row] = [self._title(form_field) for form_field in columns]
        places = {self.header.columns.get(form_field.column): index for index, form_field in enumerate(columns)}
        formulas = {(row, places[index]): "=" for row, index in self._sheet.formulas if index in places}
        return replace(self._sheet, rows=rows, merges=[], errors={}, formulas=formulas, hidden_columns=[])

    def _header_of(self, columns: Sequence[Field]) -> Header:
        """The header of that sheet."""
        return replace(
            self.header,
            columns={form_field.column: index for index, form_field in enumerate(columns)},
            titles={form_field.column: self._title(form_field) for form_field in columns},
            unmapped_columns=[],
            alike=[],
            missing=[],
        )

    def _groups(self, rows: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
        """(household's key, its rows); a row without a key is alone, and so is each row where rows are not joined."""
        if self.target.one_for is None:
            yield from (("", [row]) for row in rows)
            return
        index = self._index[_tight(self.target.one_for)]
        groups: dict[Any, list[int]] = {}
        for row in rows:
            key = text_of(self._sheet.rows[row][index])
            groups.setdefault(key or row, []).append(row)
        yield from ((str(key), group) for key, group in groups.items())

    def _cells(self, form_field: Field, group: Sequence[int]) -> list[tuple[int, Any]]:
        """(row, cell) of the cells of a household's rows that fill a field, without blanks."""
        indexes = self._special.get(form_field.column)
        if indexes is None:
            index = self.header.columns[form_field.column]
            cells = [(row, self._sheet.rows[row][index]) for row in group]
        else:
            cells = self._special_cells(form_field, self.target.sources[form_field.column], indexes, group)
        return [(row, cell) for row, cell in cells if not is_blank(cell)]

    def _special_cells(
        self, form_field: Field, source: Source, indexes: Sequence[int], group: Sequence[int]
    ) -> list[tuple[int, Any]]:
        grid = self._sheet.rows
        match source.how:
            case "head":
                heads = [row for row in group if _is_head(grid[row][self._relation])]
                return [(row, grid[row][indexes[0]]) for row in heads]
            case "joined":
                return [(row, _JOIN.join(filter(None, (text_of(grid[row][i]) for i in indexes)))) for row in group]
            case "opposite":
                return [(row, _opposite(grid[row][indexes[0]])) for row in group]
            case "anyone":
                given = dict(zip(source.titles, source.values, strict=True))
                wanted = [(self._index[_tight(t)], value) for t, value in given.items() if _tight(t) in self._index]
                given_by = [(row, _worded(form_field, grid[row][i], value)) for i, value in wanted for row in group]
                yes = next(([pair] for pair in given_by if pair[1] not in ("", _NO)), None)
                return yes or [pair for pair in given_by if pair[1]]
            case _:
                return [(row, grid[row][indexes[0]]) for row in group]

    def _indexes(self, source: Source) -> list[int]:
        return [self._index[_tight(title)] for title in source.titles if _tight(title) in self._index]

    def _has(self, column: str) -> bool:
        return column in self.header.columns or column in self._special

    def _title(self, form_field: Field) -> str:
        indexes = self._special.get(form_field.column)
        if indexes is None:
            return self.header.titles[form_field.column]
        single = self.target.sources[form_field.column].how not in ("joined", "anyone")
        return _JOIN.join(title_text.one_line(self.titles[index][0]) for index in (indexes[:1] if single else indexes))

    @staticmethod
    def _place(columns: Sequence[Field], wanted: str) -> int:
        return next(index for index, form_field in enumerate(columns) if form_field.column == wanted)


def _is_head(cell: Any) -> bool:
    relation = forms.get("members").field(_RELATION)
    return relation.meaning.get(forms.spelling(text_of(cell))) == _HEAD


def _opposite(cell: Any) -> Any:
    """否 for 是 and the other way round; any other cell as it is, so that it is rejected."""
    words = forms.common()["yes_no"]
    text = forms.spelling(text_of(cell))
    if text in words["true"]:
        return _NO
    return _YES if text in words["false"] else cell


def _worded(field: Field, cell: Any, value: str) -> Any:
    """A household's value from one person's cell: ``value`` for 是, the field's own value for its spellings."""
    text = forms.spelling(text_of(cell))
    if not text:
        return ""
    words = forms.common()["yes_no"]
    if text in field.meaning:
        return field.meaning[text] or ""
    return value if text in words["true"] else _NO if text in words["false"] else cell


@lru_cache(maxsize=16_384)
def _tight(title: str) -> str:
    """A title without blanks, stars and its unit; other words in brackets are kept, since titles differ by them."""
    text = "".join(unicodedata.normalize("NFKC", title).split()).strip("*★")
    for unit in forms.common()["money_units"]:
        text = text.removesuffix(f"({unit})")
    return text


@cache
def _exports() -> tuple[NationalExport, ...]:
    files = sorted((paths.DATA / "exports").glob("*.toml"))
    return tuple(_export(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def _export(facts: dict[str, Any]) -> NationalExport:
    return NationalExport(
        name=facts["name"],
        all=tuple(frozenset(map(_tight, alternatives)) for alternatives in facts["all"]),
        none=frozenset(map(_tight, facts["none"])),
        marks=frozenset(map(_tight, facts["marks"])),
        fewest_marks=facts["fewest_marks"],
        targets=tuple(_target(entry) for entry in facts["ledger"]),
    )


def _target(facts: dict[str, Any]) -> Target:
    return Target(
        form=forms.get(facts["kind"]),
        one_for=facts.get("one_for"),
        only_with=facts.get("only_with"),
        unless=tuple(facts.get("unless", ())),
        not_titles=tuple(facts.get("not_titles", ())),
        sources={column: _source(entry) for column, entry in facts.get("field", {}).items()},
    )


def _source(facts: dict[str, Any]) -> Source:
    [(how, given)] = facts.items()
    if how == "anyone":
        return Source(how, tuple(title for title, _ in given), tuple(value for _, value in given))
    return Source(how, (given,) if isinstance(given, str) else tuple(given))
