"""A sheet with a found header → typed rows as an Arrow table, and everything there is to say about its cells."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells import amount_scale, column_parsing, dates, formulas, numbers, units, values
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.errors import SheetRefused
from dashboard.ledgers.layout import data_rows
from dashboard.ledgers.layout.header_search import Header, lines_above
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
# The whole name of a sheet: no year of such a ledger lies before 2000.
_SHORT_YEAR = re.compile(r"(\d{2})年度?")
# What parts the phrases of a title, and the rest of a day behind its year.
_PHRASES = re.compile(r"[()（）\[\]【】〔〕，,；;。]+|(?<![:：])\s+")
_REST_OF_MONTH = re.compile(r"^\s*[年\-./]\s*\d{1,2}\s*月?\s*")
_REST_OF_DAY = re.compile(r"\s*[年\-./]\s*\d{1,2}\s*[月\-./]\s*\d{1,2}")
# What parts several names in one cell.
SEVERAL = re.compile(r"[、,，;；/\s]+")
_NAMED_AT_MOST = 30
_YEARLESS = "date_year_needed"


@dataclass(frozen=True)
class ReadingOptions:
    """What the person who loads says now, or said of an earlier load of the layout, and the day it is.

    What is certain was said of this very sheet and goes before what the sheet itself says.
    """

    today: date
    year: int | None = None
    unit: str | None = None
    unit_is_remembered: bool = False
    year_is_certain: bool = False
    unit_is_certain: bool = False

    @property
    def unit_from(self) -> str:
        """Where the unit comes from, in words."""
        return "以前确认的单位" if self.unit_is_remembered else "导入时的指定"


@dataclass
class CheckedRows:
    """Checked rows of one sheet: columns of the form, ``row_no`` and ``file_no``; refused ones stand apart.

    ``offered_village`` is the sheet's name where only the directory can tell whether it is a village's.
    """

    form: Form
    table: pa.Table
    report: SheetReport
    refused: pa.Table | None = None
    proposed_village: str = ""


def check(sheet: Sheet, header: Header, options: ReadingOptions, report: SheetReport) -> CheckedRows:
    """Check a sheet's cells; raises SheetRefused. Issues go to the report as they are found."""
    _refuse_bad_header(header)
    body = data_rows.data_lines(sheet, header)
    if body.refusal:
        raise SheetRefused(body.refusal.code, **body.refusal.details)
    if not body.rows:
        raise SheetRefused("no_data")
    report.titles = header.titles
    report.rows_read = len(body.rows)
    said = SheetContext(sheet, header, options)
    report.recognition.note_rows(body.rows, body.skipped)
    _note_layout(sheet, header, body, report)
    for row, width in body.ragged:
        report.add_issue("csv_field_count", row=row + 1, fields=width, expected=len(sheet.rows[header.last_row]))
    ragged = {row for row, _ in body.ragged}
    kept = [row for row in body.rows if row not in ragged]
    computed = formulas.compute(sheet, kept)
    by_column = data_rows.SheetColumns(sheet, header.last_row + 1) if computed else body.columns
    cells = {column: by_column.cells(kept, index) for column, index in header.columns.items()}
    parsed = {
        field.column: column_parsing.parse(field, cells[field.column], said.context(field))
        for field in header.form.fields
        if field.column in cells
    }
    parsed |= _given(header, len(kept), said)
    _refuse_what_needs_asking(header, parsed, said)
    parsed = _with_plausible_money(header, cells, parsed, said)
    said.add_issues(report, parsed)
    if header.form.needs_year and header.form.needs_year not in parsed:
        year = header.form.field(header.form.needs_year)
        parsed[year.column] = column_parsing.parse(year, [said.year] * len(kept), said.context(year))
    _add_problems(header, parsed, kept, report)
    _add_formula_issues(sheet, header, kept, computed, report)
    _refuse_missing(sheet, header, cells, parsed, kept, report)
    _warn_of_unusual_amounts(header, parsed, kept, said, report)
    table, refused = _table(header.form, parsed, kept, report)
    village = header.given.get("place_village")
    return CheckedRows(header.form, table, report, refused, village.value if village and village.is_offered else "")


def _refuse_bad_header(header: Header) -> None:
    if header.missing:
        raise SheetRefused("columns_missing", ledger=header.form.name, columns="、".join(header.missing))
    if header.repeated:
        raise SheetRefused("columns_repeated", columns="、".join(dict.fromkeys(header.repeated)))


def year_of_sheet(sheet: Sheet, header: Header, options: ReadingOptions) -> int | None:
    """The year a sheet or the person says beside its columns."""
    return SheetContext(sheet, header, options).year


def _given(header: Header, rows: int, said: "SheetContext") -> dict[str, column_parsing.ParsedColumn]:
    """What no column has but the sheet's name or title gives, the same for every row; the year is looked for later."""
    fields = [header.form.field(column) for column in header.given]
    return {
        field.column: column_parsing.parse(field, [header.given[field.column].value] * rows, said.context(field))
        for field in fields
        if field.type != "year"
    }


class SheetContext:
    """What the sheet itself says beside its columns: the year, the unit of money."""

    def __init__(self, sheet: Sheet, header: Header, options: ReadingOptions) -> None:
        self._above = _with_labels(lines_above(sheet, header))
        self._header = header
        self.options = options
        self._name = sheet.name or ""
        self._is_text = sheet.is_text
        self.year, self._year_from = self._found_year()
        self.override: str | None = None

    def context(self, field: Field) -> values.Context:
        """How a field's cells are to be read."""
        notes = self._header.notes.get(field.column, ())
        factor = 1
        if field.type == "money":
            factor = forms.common()["money_units"][self.unit_of(field)]
        return values.Context(
            today=self.options.today,
            year=self.year,
            factor=factor,
            is_percent=units.is_percent(notes),
            is_text=self._is_text,
        )

    def unit_of(self, field: Field) -> str:
        """The unit a money field's amounts are read in."""
        return self.override or self._unit(self._header.notes.get(field.column, ()))[0]

    def add_issues(self, report: SheetReport, parsed: dict[str, column_parsing.ParsedColumn]) -> None:
        """Notices about what was taken from the title, the sheet's name or the person."""
        needs_year = self._header.form.needs_year
        if needs_year and needs_year not in parsed:
            report.add_issue("year_inferred", year=self.year, source=self._year_from)
            report.recognition.year, report.recognition.year_from = self.year, self._year_from
        money = [field for field in self._header.form.fields if field.type == "money" and field.column in parsed]
        converted: dict[tuple[str, str], list[str]] = defaultdict(list)
        for field in money:
            unit, source = self._unit(self._header.notes.get(field.column, ()))
            if self.override:
                unit, source = self.override, self.options.unit_from
            report.recognition.note_unit(unit, source, self._header.titles[field.column])
            if forms.common()["money_units"][unit] != 1:
                converted[unit, source].append(self._header.titles[field.column])
        for (unit, source), titles in converted.items():
            report.add_issue("unit_converted", unit=unit, source=source, columns="、".join(titles))

    def _unit(self, notes: Iterable[str]) -> tuple[str, str]:
        if self.options.unit_is_certain:
            return self.options.unit, self.options.unit_from
        for note in notes:
            if unit := units.of_money(note):
                return unit, "列标题"
        for text in self._above:
            if unit := units.of_line(text):
                return unit, "表头上方的说明"
        if unit := units.of_line(self._name):
            return unit, "工作表名称"
        return (self.options.unit, self.options.unit_from) if self.options.unit else ("元", "")

    def _found_year(self) -> tuple[int | None, str]:
        if given := self._header.given.get(self._header.form.needs_year or ""):
            return given.value, given.source
        if self.options.year_is_certain:
            return self.options.year, "导入时的指定"
        for texts, source in ((self._above, "表头上方的标题"), ([self._name], "工作表名称")):
            found = {year for text in texts for year in _years_of(text)}
            if source == "工作表名称" and (short := _SHORT_YEAR.fullmatch(self._name.strip())):
                found = {2000 + int(short[1])}
            if len(found) == 1:
                return found.pop(), source
        return self.options.year, "导入时的指定"


def _with_labels(texts: Iterable[str]) -> list[str]:
    """The texts above a header, a value joined to the label (填报日期：) that stands in the cell before it."""
    joined: list[str] = []
    for text in texts:
        is_value = ":" not in text and "：" not in text
        if is_value and joined and joined[-1].endswith((":", "：")):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


def _years_of(text: str) -> set[int]:
    """The years a title or sheet name is about: not those of filling in, printing or a day as of which it holds."""
    dated = forms.common()["lines"]["dated"]
    years = set()
    for phrase in _PHRASES.split(dates.in_digits(numbers.half_width(text))):
        for found in _YEAR.finditer(phrase):
            before, after = phrase[: found.start()], phrase[found.end() :]
            month = _REST_OF_MONTH.match(after)
            is_month = month and after[month.end() :].startswith(tuple(dated))
            is_day = any(word in after for word in dated) and _REST_OF_DAY.match(after)
            if not is_day and not is_month and not any(word in before for word in dated):
                years.add(int(found[1]))
    return years


def _refuse_what_needs_asking(
    header: Header, parsed: dict[str, column_parsing.ParsedColumn], said: SheetContext
) -> None:
    needs_year = header.form.needs_year
    if needs_year and needs_year not in parsed and said.year is None:
        raise SheetRefused("year_needed", ledger=header.form.name)
    for column in parsed.values():
        if any(problem.code == _YEARLESS for problem in column.problems):
            if next(iter(column.arrays.values())).null_count == len(next(iter(column.arrays.values()))):
                raise SheetRefused(_YEARLESS)
            # Beside full dates, one without a year is a slip of its row, not a habit of the sheet.
            column.problems = [
                problem._replace(code="date_without_year") if problem.code == _YEARLESS else problem
                for problem in column.problems
            ]


def _with_plausible_money(header: Header, cells, parsed, said: SheetContext) -> dict[str, column_parsing.ParsedColumn]:
    """The parsed columns, read in the person's unit where the declared one gives amounts no such ledger has."""
    typical = header.form.typical_yuan
    fields = [field for field in header.form.fields if field.type == "money" and field.column in parsed]
    if not typical or not fields:
        return parsed
    amount = amount_scale.typical_yuan(amount_scale.largest_yuan([parsed[field.column] for field in fields], fields))
    if _is_plausible(amount, typical):
        return parsed
    unit = said.options.unit
    if unit is None:
        raise SheetRefused("unit_needed", amount=f"{amount:,.2f}")
    said.override = unit
    again = {field.column: column_parsing.parse(field, cells[field.column], said.context(field)) for field in fields}
    # What the person says now is taken at their word; what they said of another file is not.
    if said.options.unit_is_remembered:
        amount = amount_scale.typical_yuan(amount_scale.largest_yuan([again[field.column] for field in fields], fields))
        if not _is_plausible(amount, typical):
            raise SheetRefused("unit_needed", amount=f"{amount:,.2f}")
    return parsed | again


def _is_plausible(amount: float | None, typical: tuple[float, float]) -> bool:
    return amount is None or typical[0] <= amount <= typical[1]


def _warn_of_unusual_amounts(
    header: Header, parsed, kept: Sequence[int], said: SheetContext, report: SheetReport
) -> None:
    """Warn of rows to be loaded that may have been written in another unit than their sheet's."""
    fields = [field for field in header.form.fields if field.type == "money" and field.column in parsed]
    largest = amount_scale.largest_yuan([parsed[field.column] for field in fields], fields)
    for index in amount_scale.unusual_rows(largest, header.form):
        if (row := kept[index] + 1) in report.refused:
            continue
        report.add_issue("amount_unusual", row=row, unit=said.unit_of(fields[0]), amount=f"{largest[index]:,.2f}")


def _note_layout(sheet: Sheet, header: Header, body: data_rows.Body, report: SheetReport) -> None:
    """One notice for each thing that was done for the sender."""
    if header.unmapped_columns:
        report.add_issue("columns_left_out", columns=_listed(header.unmapped_columns))
    for code, rows in body.skipped.items():
        report.add_issue(code, count=len(rows), rows=_listed(str(row + 1) for row in rows))
    if body.filled:
        report.add_issue("cells_filled_down", count=body.filled)
    for column, blanks in body.blank_below:
        report.add_issue("cells_blank_below", column=header.titles[column], count=blanks)
    hidden = [row for row in sheet.hidden_rows if row > header.last_row]
    if hidden and (read := sorted(set(hidden) & set(body.rows))):
        report.add_issue("rows_hidden", count=len(read), rows=_listed(str(row + 1) for row in read))
    hidden_titles = [
        title for column, title in header.titles.items() if header.columns[column] in set(sheet.hidden_columns)
    ]
    if hidden_titles:
        report.add_issue("columns_hidden", columns=_listed(hidden_titles))


def _add_problems(header: Header, parsed, kept: Sequence[int], report: SheetReport) -> None:
    """Refusals and warnings by cell; notices once a column with their number."""
    catalogue = issues.catalogue()
    for column, result in parsed.items():
        field = header.form.field(column)
        title = header.titles.get(column, field.title)
        noticed: dict[str, list[column_parsing.Problem]] = defaultdict(list)
        for problem in result.problems:
            if catalogue[problem.code].severity == issues.NOTICE:
                noticed[problem.code].append(problem)
                continue
            report.add_issue(
                problem.code,
                row=kept[problem.index] + 1,
                column=title,
                value=problem.raw,
                personal=field.personal,
                **problem.args,
            )
        for code, found in noticed.items():
            report.add_issue(code, column=title, value=found[0].raw, personal=field.personal, count=len(found))


def _add_formula_issues(sheet: Sheet, header: Header, kept: Sequence[int], computed, report: SheetReport) -> None:
    """Refuse formulas without a saved result, and warn of those that were computed from their parts."""
    titles = {index: header.titles[column] for column, index in header.columns.items()}
    rows = set(kept) if sheet.formulas else ()
    for row, index in sorted(sheet.formulas):
        if row in rows and index in titles:
            report.add_issue("formula_without_value", row=row + 1, column=titles[index])
    for (row, index), (text, value) in sorted(computed.items()):
        if index in titles:
            report.add_issue("formula_computed", row=row + 1, column=titles[index], value=text, result=f"{value:.12g}")


def _refuse_missing(sheet: Sheet, header: Header, cells, parsed, kept: Sequence[int], report: SheetReport) -> None:
    """Refuse rows without a value in a required field, unless what is wrong with the cell was said already."""
    for field in header.form.fields:
        if not field.required:
            continue
        array = next(iter(parsed[field.column].arrays.values()))
        if not array.null_count:
            continue
        told = {problem.index for problem in parsed[field.column].problems}
        position = header.columns.get(field.column)
        for index in np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).tolist():
            if index not in told and (kept[index], position) not in sheet.formulas:
                value = cells[field.column][index] if field.column in cells else None
                title = header.titles.get(field.column, field.title)
                report.add_issue("value_missing", row=kept[index] + 1, column=title, value=value)


def _table(form: Form, parsed, kept: Sequence[int], report: SheetReport) -> tuple[pa.Table, pa.Table | None]:
    """The rows to be loaded, and those that are refused."""
    arrays: dict[str, pa.Array] = {}
    for field in form.fields:
        column = parsed.get(field.column)
        arrays |= column.arrays if column else column_parsing.blank(field, len(kept))
    row_no = np.array(kept, dtype=np.int32) + 1
    arrays["row_no"] = pa.array(row_no)
    arrays["file_no"] = pa.array(np.full(len(kept), report.file_no, dtype=np.int32))
    table = pa.table(arrays)
    if not report.refused:
        return table, None
    is_refused = np.isin(row_no, list(report.refused))
    return table.filter(pa.array(~is_refused)), table.filter(pa.array(is_refused))


def _listed(texts: Iterable[str]) -> str:
    listed = list(texts)
    shown = "、".join(listed[:_NAMED_AT_MOST])
    return shown if len(listed) <= _NAMED_AT_MOST else f"{shown}等 {len(listed)} 处"
