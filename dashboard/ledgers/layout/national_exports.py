"""Exports of the national system: one sheet that fills several ledgers, as ``data/exports/*.toml`` says."""

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
    """How a field is had from the export's columns: ``how`` is head, first, joined, anyone or opposite."""

    how: str
    titles: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A ledger an export fills; with ``one_for``, rows of one value in that column are one row."""

    form: Form
    one_for: str | None
    only_with: str | None
    unless: tuple[str, ...]
    not_titles: tuple[str, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class NationalExport:
    """An export: the titles it is known by and the ledgers it fills."""

    name: str
    all: tuple[frozenset[str], ...]
    none: frozenset[str]
    marks: frozenset[str]
    fewest_marks: int
    targets: tuple[Target, ...]

    def has_titles(self, found: set[str]) -> bool:
        """Whether a header of these titles is this export's."""
        return (
            all(not found.isdisjoint(one) for one in self.all)
            and found.isdisjoint(self.none)
            and len(found & self.marks) >= self.fewest_marks
        )


class Contradiction(NamedTuple):
    """Two rows of one household that differ in a field of the household; rows from 0."""

    household: str
    row: int
    column: Field
    title: str
    value: Any
    other_row: int
    other_value: Any

    def add_issue(self, report: SheetReport) -> None:
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
    """One ledger of an export as a sheet of its own, each row where Excel shows the household's first."""

    sheet: Sheet
    header: Header
    contradictions: list[Contradiction] = field(default_factory=list)
    body: data_rows.Body | None = None

    def add_issues(self, report: SheetReport) -> None:
        """What is to be said of the export's lines that this ledger's own sheet does not show."""
        for contradiction in self.contradictions:
            contradiction.add_issue(report)
        if self.body is not None:
            for code, rows in self.body.skipped.items():
                report.add_issue(code, count=len(rows), rows=_JOIN.join(str(row + 1) for row in rows))
            for row, width in self.body.ragged:
                report.add_issue("csv_field_count", row=row + 1, fields=width, expected=len(self.sheet.rows[row]))


@dataclass
class ExportContents:
    """What an export fills, and the ledgers it cannot fill with what they lack.

    ``undated`` are those that lack nothing but the year, which a person can say.
    """

    name: str
    filled: list[FilledSheet]
    lacking: list[tuple[Form, list[str]]]
    undated: list[Form]

    def add_issues(self, report: SheetReport) -> None:
        """The notices for the whole export."""
        named = _JOIN.join(one.header.form.name for one in self.filled)
        report.add_issue("export_recognised", name=self.name, ledgers=named)
        for form, lacking in self.lacking:
            report.add_issue("export_not_filled", ledger=form.name, columns=_JOIN.join(lacking))


def read(sheet: Sheet, wanted: str | None, options: ReadingOptions) -> ExportContents | None:
    """What a sheet fills as an export (or only the ``wanted`` ledger); None where it is none or fills nothing."""
    found = _recognised(sheet)
    if found is None:
        return None
    export, row = found
    plans = [_Plan(sheet, row, target) for target in export.targets]
    plans = [plan for plan in plans if plan.is_meant and wanted in (None, plan.target.form.kind)]
    lacking = [(plan.target.form, plan.lacking(options)) for plan in plans]
    able = [plan for plan, (_, titles) in zip(plans, lacking, strict=True) if not titles]
    if not able:
        return None
    used = set().union(*(plan.used for plan in able))
    body = data_rows.data_lines(sheet, able[0].header)
    filled = [plan.filled(body, is_first=plan is able[0]) for plan in able]
    filled[0].header.unmapped_columns = [
        title_text.one_line(title) for index, (title, _) in enumerate(able[0].titles) if title and index not in used
    ]
    undated = [form for form, titles in lacking if form.needs_year and titles == [form.field(form.needs_year).title]]
    lacking = [(form, titles) for form, titles in lacking if titles and form not in undated]
    return ExportContents(export.name, filled, lacking, undated)


def _recognised(sheet: Sheet) -> tuple[NationalExport, int] | None:
    for row, cells in enumerate(sheet.rows[: known_titles.SEARCHED_ROWS]):
        titles = {_tight(cell) for cell in cells if isinstance(cell, str) and cell}
        for export in _exports():
            if export.has_titles(titles):
                return export, row
    return None


class _Plan:
    """How one ledger is had from a sheet's columns."""

    def __init__(self, sheet: Sheet, row: int, target: Target) -> None:
        self._sheet, self._row, self.target = sheet, row, target
        self.titles = known_titles.titles(sheet, row, row)
        self._index: dict[str, int] = {}
        for index, (title, _) in enumerate(self.titles):
            self._index.setdefault(_tight(title), index)
        special = {column: self._indexes(source) for column, source in target.sources.items()}
        hidden = {self._index[_tight(title)] for title in target.not_titles if _tight(title) in self._index}
        hidden |= {index for indexes in special.values() for index in indexes}
        seen = [("", "") if index in hidden else title for index, title in enumerate(self.titles)]
        self.header = header_search.mapped(sheet, target.form, row, row, seen)
        self._relation = self._index.get(_tight("与户主关系"))
        self._special = {
            column: indexes
            for column, indexes in special.items()
            if indexes and (target.sources[column].how != "head" or column not in self.header.columns)
        }

    @property
    def is_meant(self) -> bool:
        """Whether the export is to fill the ledger: it has a required column that is the ledger's own."""
        if any(_tight(title) in self._index for title in self.target.unless):
            return False
        own = [one for one in self.target.form.fields if one.required and one.column not in self.target.form.key]
        own = [one for one in own if not one.column.startswith("place_") and one.personal != "name"]
        if self.target.form.place == "household":
            own = [one for one in own if one.type != "count"]
        return any(self._has(one.column) for one in own)

    @property
    def used(self) -> set[int]:
        """Indexes of the columns the ledger takes."""
        return set(self.header.columns.values()).union(*self._special.values())

    def lacking(self, options: ReadingOptions) -> list[str]:
        """Titles of what the ledger requires and the sheet has not."""
        year = self.target.form.needs_year
        lacking = [one.title for one in self.target.form.fields if one.required and not self._has(one.column)]
        if year and not self._has(year) and year_of_sheet(self._sheet, self.header, options) is not None:
            lacking.remove(self.target.form.field(year).title)
        return lacking

    def filled(self, body: data_rows.Body, *, is_first: bool) -> FilledSheet:
        """The ledger as a sheet of its own."""
        if not self._special and self.target.one_for is None and self.target.only_with is None:
            return FilledSheet(self._sheet, self.header)
        columns = [one for one in self.target.form.fields if self._has(one.column)]
        rows: list[list[Any]] = [[] for _ in self._sheet.rows]
        ragged = {row for row, _ in body.ragged}
        contradictions = []
        for household, group in self._groups([row for row in body.rows if row not in ragged]):
            line = []
            for one in columns:
                cells = self._cells(one, group)
                value = next((cell for _, cell in cells), "")
                other = next(((row, cell) for row, cell in cells if text_of(cell) != text_of(value)), None)
                if other:
                    title = self._title(one)
                    contradictions.append(Contradiction(household, group[0], one, title, value, *other))
                line.append(value)
            if self.target.only_with is None or not is_blank(line[self._place(columns, self.target.only_with)]):
                rows[group[0]] = line
        kept = {row for row, line in enumerate(rows) if line}
        return FilledSheet(
            self._of_its_own(columns, rows),
            self._header_of(columns),
            [one for one in contradictions if one.row in kept],
            body if is_first else None,
        )

    def _of_its_own(self, columns: Sequence[Field], rows: list[list[Any]]) -> Sheet:
        blank = [""] * len(columns)
        rows = [line or list(blank) for line in rows]
        rows[: self._row] = self._sheet.rows[: self._row]
        rows[self._row] = [self._title(one) for one in columns]
        places = {self.header.columns.get(one.column): index for index, one in enumerate(columns)}
        formulas = {(row, places[index]): "=" for row, index in self._sheet.formulas if index in places}
        return replace(self._sheet, rows=rows, merges=[], errors={}, formulas=formulas, hidden_columns=[])

    def _header_of(self, columns: Sequence[Field]) -> Header:
        return replace(
            self.header,
            columns={one.column: index for index, one in enumerate(columns)},
            titles={one.column: self._title(one) for one in columns},
            unmapped_columns=[],
            alike=[],
            missing=[],
        )

    def _groups(self, rows: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
        """The rows of each household, by its key; a row without one is alone."""
        if self.target.one_for is None:
            yield from (("", [row]) for row in rows)
            return
        index = self._index[_tight(self.target.one_for)]
        groups: dict[Any, list[int]] = {}
        for row in rows:
            key = text_of(self._sheet.rows[row][index])
            groups.setdefault(key or row, []).append(row)
        yield from ((str(key), group) for key, group in groups.items())

    def _cells(self, one: Field, group: Sequence[int]) -> list[tuple[int, Any]]:
        """(row, cell) of what the rows of a household give for a field, without blanks."""
        indexes = self._special.get(one.column)
        if indexes is None:
            index = self.header.columns[one.column]
            cells = [(row, self._sheet.rows[row][index]) for row in group]
        else:
            cells = self._special_cells(one, self.target.sources[one.column], indexes, group)
        return [(row, cell) for row, cell in cells if not is_blank(cell)]

    def _special_cells(
        self, one: Field, source: Source, indexes: Sequence[int], group: Sequence[int]
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
                found = [(row, _worded(one, grid[row][i], value)) for i, value in wanted for row in group]
                return next(([both] for both in found if both[1] not in ("", _NO)), [both for both in found if both[1]])
            case _:
                return [(row, grid[row][indexes[0]]) for row in group]

    def _indexes(self, source: Source) -> list[int]:
        return [self._index[_tight(title)] for title in source.titles if _tight(title) in self._index]

    def _has(self, column: str) -> bool:
        return column in self.header.columns or column in self._special

    def _title(self, one: Field) -> str:
        indexes = self._special.get(one.column)
        if indexes is None:
            return self.header.titles[one.column]
        single = self.target.sources[one.column].how not in ("joined", "anyone")
        return _JOIN.join(title_text.one_line(self.titles[index][0]) for index in (indexes[:1] if single else indexes))

    @staticmethod
    def _place(columns: Sequence[Field], wanted: str) -> int:
        return next(index for index, one in enumerate(columns) if one.column == wanted)


def _is_head(cell: Any) -> bool:
    relation = forms.get("members").field(_RELATION)
    return relation.meaning.get(forms.spelling(text_of(cell))) == _HEAD


def _opposite(cell: Any) -> Any:
    """否 for 是 and the other way round; what is neither stands and is refused as it is."""
    known = forms.common()["yes_no"]
    text = forms.spelling(text_of(cell))
    if text in known["true"]:
        return _NO
    return _YES if text in known["false"] else cell


def _worded(one: Field, cell: Any, value: str) -> Any:
    """What a cell about one person says of the household: ``value`` for 是, the field's own word for its spellings."""
    text = forms.spelling(text_of(cell))
    if not text:
        return ""
    known = forms.common()["yes_no"]
    if text in one.meaning:
        return one.meaning[text] or ""
    return value if text in known["true"] else _NO if text in known["false"] else cell


@lru_cache(maxsize=16_384)
def _tight(title: str) -> str:
    """A title without blanks, stars and its unit; other words in brackets tell titles apart."""
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
        all=tuple(frozenset(map(_tight, one)) for one in facts["all"]),
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
