"""What ledgers say against each other once all of a load are in: households and their members."""

from collections.abc import Mapping

from dashboard.definitions import forms
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.warehouse import queries, versions

# The column a contradiction is told at, by ledger; a detail of these is as personal as the column's own value.
_COLUMNS = {
    "members_differ_from_size": {"members": "household_id", "households": "household_size"},
    "no_head": {"members": "relation", "households": "household_size"},
    "several_heads": {"members": "relation", "households": "household_size"},
    "head_member_differs": {"members": "member_name", "households": "head_name"},
    "head_number_differs": {"members": "id_number", "households": "head_id_number"},
    "id_of_two_households": {"members": "id_number", "households": "head_id_number"},
}
_IN_PERSON = {"head_member_differs", "head_number_differs"}


def add_issues(build: versions.Build, reports: Mapping[int, SheetReport]) -> None:
    """Warn of touched households whose members do not fit the register, and of numbers that stand for two people."""
    for name in ("load/contradictions_composition", "load/contradictions_identity_numbers"):
        for kind, file_no, row, code, household, value, detail in queries.fetch(build.con, name):
            report = reports[file_no]
            field = forms.get(kind).field(_COLUMNS[code][kind])
            report.add_issue(
                code,
                row=row,
                column=report.titles.get(field.column, field.title),
                value=value,
                personal=field.personal,
                detail=issues.masked(detail, field.personal if code in _IN_PERSON else ""),
                household=issues.masked(household),
            )
