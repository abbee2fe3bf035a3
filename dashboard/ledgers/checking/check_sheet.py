"""A sheet with its header → typed rows as an Arrow table, and the issues of its cells."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dashboard import language
from dashboard.definitions import messages
from dashboard.definitions.forms import Form
from dashboard.ledgers.cells import amount_scale, column_parsing, formulas
from dashboard.ledgers.cells.column_parsing import ParsedColumn
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.errors import SheetRefused
from dashboard.ledgers.layout import data_rows
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.sheet_context import ReadingOptions, SheetContext
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport

# An issue names no more rows or titles than a few lines hold.
_NAMED_AT_MOST = 30
_YEARLESS = "date_year_needed"


@dataclass
class CheckedRows:
    """Checked rows of one sheet.

    table: rows to be loaded: the form's columns, ``row_no`` (as Excel shows it) and ``file_no``.
    refused: rejected rows in the same columns; None where there are none.
    proposed_village: the sheet's name where only the directory can tell whether it is a village's, else ''.
    """

    form: Form
    table: pa.Table
    report: SheetReport
    refused: pa.Table | None = None
    proposed_village: str = ""


def check(sheet: Sheet, header: Header, options: ReadingOptions, report: SheetReport) -> CheckedRows:
    """Check a sheet's cells; issues go to the report. Raises SheetRefused where nothing of it can be loaded."""
    _refuse_bad_header(header)
    body = data_rows.read_body(sheet, header)
    if body.refusal:
        raise SheetRefused(body.refusal.code, **body.refusal.details)
    if not body.rows:
        raise SheetRefused("no_data")
    report.titles = header.titles
    report.rows_read = len(body.rows)
    context = SheetContext(sheet, header, options)
    report.recognition.note_rows(body.rows, body.skipped)
    _add_layout_notices(sheet, header, body, report)
    for row, width in body.ragged:
        report.add_issue("csv_field_count", row=row + 1, fields=width, expected=len(sheet.rows[header.last_row]))
    ragged = {row for row, _ in body.ragged}
    kept = [row for row in body.rows if row not in ragged]
    computed = formulas.compute(sheet, kept)
    by_column = data_rows.SheetColumns(sheet, header.last_row + 1) if computed else body.columns
    cells = {column: by_column.cells(kept, index) for column, index in header.columns.items()}
    parsed = {
        field.column: column_parsing.parse(field, cells[field.column], context.context(field))
        for field in header.form.fields
        if field.column in cells
    }
    parsed |= _given(header, len(kept), context)
    _refuse_what_needs_asking(header, parsed, context)
    parsed = _with_plausible_money(header, cells, parsed, context)
    context.add_issues(report, parsed)
    if header.form.needs_year and header.form.needs_year not in parsed:
        year = header.form.field(header.form.needs_year)
        parsed[year.column] = column_parsing.parse(year, [context.year] * len(kept), context.context(year))
    _add_problems(header, parsed, kept, report)
    _add_formula_issues(sheet, header, kept, computed, report)
    _refuse_missing(sheet, header, cells, parsed, kept, report)
    _warn_of_unusual_amounts(header, parsed, kept, context, report)
    table, refused = _table(header.form, parsed, kept, report)
    village = header.given.get("place_village")
    return CheckedRows(header.form, table, report, refused, village.value if village and village.is_proposed else "")


def _refuse_bad_header(header: Header) -> None:
    if header.missing:
        raise SheetRefused("columns_missing", ledger=header.form.name, columns="、".join(header.missing))
    if header.repeated:
        raise SheetRefused("columns_repeated", columns="、".join(dict.fromkeys(header.repeated)))


def _given(header: Header, rows: int, context: SheetContext) -> dict[str, ParsedColumn]:
    """Columns of the values that the sheet's name or title gives for every row; the year is added later."""
    fields = [header.form.field(column) for column in header.given]
    return {
        field.column: column_parsing.parse(field, [header.given[field.column].value] * rows, context.context(field))
        for field in fields
        if field.type != "year"
    }


def _refuse_what_needs_asking(header: Header, parsed: Mapping[str, ParsedColumn], context: SheetContext) -> None:
    """Raise SheetRefused where only the user can tell the year, of the sheet or of its days."""
    needs_year = header.form.needs_year
    if needs_year and needs_year not in parsed and context.year is None:
        raise SheetRefused("year_needed", ledger=header.form.name)
    for column in parsed.values():
        if any(problem.code == _YEARLESS for problem in column.problems):
            days = next(iter(column.arrays.values()))
            if days.null_count == len(days):
                raise SheetRefused(_YEARLESS)
            # Beside full dates, one without a year is a slip of its row, not a habit of the sheet.
            column.problems = [
                problem._replace(code="date_without_year") if problem.code == _YEARLESS else problem
                for problem in column.problems
            ]


def _with_plausible_money(
    header: Header, cells: Mapping[str, Sequence[Any]], parsed: dict[str, ParsedColumn], context: SheetContext
) -> dict[str, ParsedColumn]:
    """The parsed columns, read in the user's unit where the declared one gives amounts that no such ledger has."""
    typical = header.form.typical_yuan
    fields = [field for field in header.form.fields if field.type == "money" and field.column in parsed]
    if not typical or not fields:
        return parsed
    amount = amount_scale.typical_yuan(amount_scale.largest_yuan([parsed[field.column] for field in fields], fields))
    if _is_plausible(amount, typical):
        return parsed
    unit = context.options.unit
    if unit is None:
        raise SheetRefused("unit_needed", amount=f"{amount:,.2f}")
    context.override = unit
    again = {field.column: column_parsing.parse(field, cells[field.column], context.context(field)) for field in fields}
    # A unit chosen now is used in any case; one saved for the layout may have been for another file.
    if context.options.unit_is_remembered:
        amount = amount_scale.typical_yuan(amount_scale.largest_yuan([again[field.column] for field in fields], fields))
        if not _is_plausible(amount, typical):
            raise SheetRefused("unit_needed", amount=f"{amount:,.2f}")
    return parsed | again


def _is_plausible(amount: float | None, typical: tuple[float, float]) -> bool:
    return amount is None or typical[0] <= amount <= typical[1]


def _warn_of_unusual_amounts(
    header: Header,
    parsed: Mapping[str, ParsedColumn],
    kept: Sequence[int],
    context: SheetContext,
    report: SheetReport,
) -> None:
    """Warn of rows to be loaded that may have been written in another unit than their sheet's."""
    fields = [field for field in header.form.fields if field.type == "money" and field.column in parsed]
    largest = amount_scale.largest_yuan([parsed[field.column] for field in fields], fields)
    for index in amount_scale.unusual_rows(largest, header.form):
        if (row := kept[index] + 1) in report.refused:
            continue
        report.add_issue("amount_unusual", row=row, unit=context.unit_of(fields[0]), amount=f"{largest[index]:,.2f}")


def _add_layout_notices(sheet: Sheet, header: Header, body: data_rows.Body, report: SheetReport) -> None:
    """Add a notice for each thing that was done for the sender, and for what is hidden."""
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


def _add_problems(header: Header, parsed: Mapping[str, ParsedColumn], kept: Sequence[int], report: SheetReport) -> None:
    """Add refusals and warnings by cell, and each kind of notice once a column with its number of cells."""
    catalogue = messages.catalogue()
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
        for code, problems in noticed.items():
            report.add_issue(code, column=title, value=problems[0].raw, personal=field.personal, count=len(problems))


def _add_formula_issues(
    sheet: Sheet,
    header: Header,
    kept: Sequence[int],
    computed: Mapping[formulas.Place, tuple[str, float]],
    report: SheetReport,
) -> None:
    """Reject rows with formulas without a saved result, and warn of formulas that were computed here."""
    titles = {index: header.titles[column] for column, index in header.columns.items()}
    rows = set(kept) if sheet.formulas else ()
    for row, index in sorted(sheet.formulas):
        if row in rows and index in titles:
            report.add_issue("formula_without_value", row=row + 1, column=titles[index])
    for (row, index), (text, value) in sorted(computed.items()):
        if index in titles:
            report.add_issue("formula_computed", row=row + 1, column=titles[index], value=text, result=f"{value:.12g}")


def _refuse_missing(
    sheet: Sheet,
    header: Header,
    cells: Mapping[str, Sequence[Any]],
    parsed: Mapping[str, ParsedColumn],
    kept: Sequence[int],
    report: SheetReport,
) -> None:
    """Reject rows without a value in a required field, unless the cell has an issue already."""
    for field in header.form.fields:
        if not field.required:
            continue
        array = next(iter(parsed[field.column].arrays.values()))
        if not array.null_count:
            continue
        with_issue = {problem.index for problem in parsed[field.column].problems}
        position = header.columns.get(field.column)
        for index in np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).tolist():
            if index not in with_issue and (kept[index], position) not in sheet.formulas:
                value = cells[field.column][index] if field.column in cells else None
                title = header.titles.get(field.column, field.title)
                report.add_issue("value_missing", row=kept[index] + 1, column=title, value=value)


def _table(
    form: Form, parsed: Mapping[str, ParsedColumn], kept: Sequence[int], report: SheetReport
) -> tuple[pa.Table, pa.Table | None]:
    """(rows to be loaded, rejected rows or None)."""
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
    if len(listed) <= _NAMED_AT_MOST:
        return shown
    return language.words("ledgers.and_more_places", names=shown, count=len(listed))
