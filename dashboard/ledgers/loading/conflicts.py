"""Staged rows against each other and against other ledgers: what is held back, and what is only pointed out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from dashboard import language
from dashboard.definitions.forms import Form
from dashboard.ledgers.loading import record_keys
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.warehouse import queries

_HOUSEHOLD = "household_id"
# The issue of each verdict of `load/duplicates`.
_CODES = {"copy": "row_copied", "conflict": "row_conflicts", "first": "row_conflict_stands"}


def check(con: duckdb.DuckDBPyConnection, form: Form, reports: Mapping[int, SheetReport], today: date) -> None:
    """Take out of ``staged`` the rows that cannot be loaded, and add every contradiction to the reports, by file_no.

    Taken out are rows of households that are not registered, copies of an earlier row, and rows that contradict one.
    """
    if form.place == "household":
        _hold_back_unknown_households(con, form, reports)
    _hold_back_duplicates(con, form, reports)
    _add_contradictions(con, form, reports, today)


def _hold_back_unknown_households(con, form: Form, reports: Mapping[int, SheetReport]) -> None:
    unknown = queries.fetch(con, "load/unknown_households")
    for file_no, row, household in unknown:
        title = reports[file_no].titles.get(_HOUSEHOLD, form.field(_HOUSEHOLD).title)
        reports[file_no].add_issue("household_unknown", row=row, column=title, value=household)
    _hold_back(con, unknown)


def _hold_back_duplicates(con, form: Form, reports: Mapping[int, SheetReport]) -> None:
    duplicates = queries.fetch(con, "load/duplicates")
    column = form.key[0] if form.has(form.key[0]) else "place_village"
    conflicts = _conflicts(con, form) if duplicates else {}
    for file_no, row, verdict, key, first_file, first_row in duplicates:
        report = reports[file_no]
        first = _at(None if first_file == file_no else reports[first_file], first_row)
        field = form.field(column)
        about = {
            "row": row,
            "column": report.titles.get(column, field.title),
            "value": record_keys.in_words(key),
            "personal": field.personal,
            "first": first,
        }
        if verdict == "conflict" and (file_no, row) in conflicts:
            code, differs = conflicts[file_no, row]
            report.add_issue(code, differs=differs, **about)
        else:
            report.add_issue(_CODES[verdict], **about)
    _hold_back(con, [row for row in duplicates if row[2] != "first"])


def _conflicts(con, form: Form) -> dict[tuple[int, int], tuple[str, str]]:
    """By (file_no, row): the issue that says more of a conflict than that it is one, and the title that differs.

    From ``queries/load/conflicts_<kind>``, where the ledger has one.
    """
    name = f"load/conflicts_{form.kind}"
    if name not in queries.names("load"):
        return {}
    return {(file_no, row): (code, form.field(column).title) for file_no, row, code, column in queries.fetch(con, name)}


def _at(report: SheetReport | None, row: int) -> str:
    """The place of a row, in words; ``report`` is None where it is in the same sheet."""
    if report is None:
        return language.words("ledgers.at_row", row=row)
    if report.sheet:
        return language.words("ledgers.at_row_of_sheet", file=report.path, sheet=report.sheet, row=row)
    return language.words("ledgers.at_row_of_file", file=report.path, row=row)


def _hold_back(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple]) -> None:
    if rows:
        columns = {"file_no": [row[0] for row in rows], "row_no": [row[1] for row in rows]}
        con.register("held_back", pa.table(columns))
        queries.execute(con, "load/hold_back")
        con.unregister("held_back")


def _add_contradictions(con, form: Form, reports: Mapping[int, SheetReport], today: date) -> None:
    """Run ``queries/load/contradictions_<kind>``, and the one of all ledgers placed by household."""
    names = [f"load/contradictions_{form.kind}"]
    if form.place == "household":
        names.append("load/contradictions_household_rows")
    for name in names:
        if name in queries.names("load"):
            for file_no, row, code, column, value, detail in queries.fetch(con, name, _params(name, today)):
                _add_issue(form, reports[file_no], row, code, column, value, detail)


def _params(name: str, today: date) -> dict[str, date] | None:
    return {"today": today} if "today" in queries.get(name).params else None


def _add_issue(
    form: Form, report: SheetReport, row: int, code: str, column: str, value: Any, detail: str | None
) -> None:
    field = form.field(column) if form.has(column) else None
    title = report.titles.get(column, field.title if field else None)
    personal = form.personal(column)
    report.add_issue(
        code, row=row, column=title, value=value, personal=personal, detail=issues.masked(detail, personal)
    )
