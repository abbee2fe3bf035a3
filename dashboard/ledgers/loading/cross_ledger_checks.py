"""Contradictions between ledgers once all of a load are merged: one query each in ``queries/load/across``."""

from collections.abc import Mapping

from dashboard.definitions import forms
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.warehouse import queries, versions


def add_issues(build: versions.Build, reports: Mapping[int, SheetReport]) -> None:
    """Add to the reports, by file_no, what the queries find about the households that the load touches."""
    for name in queries.names("load/across"):
        rows = queries.fetch(build.con, name)
        for kind, file_no, row, code, household, column, value, detail, is_detail_personal in rows:
            report, field = reports[file_no], forms.get(kind).field(column)
            report.add_issue(
                code,
                row=row,
                column=report.titles.get(field.column, field.title),
                value=value,
                personal=field.personal,
                detail=issues.masked(detail, field.personal if is_detail_personal else ""),
                household=issues.masked(household),
            )
