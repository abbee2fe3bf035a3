"""Sheets named by a bare village name (新民), which only the directory can tell from any other word (花名册).

Reading knows no directory, so it offers the sheet's name as the village that no column has; here the offer stands, or
the column is missing and the file refused, before anything of it is merged.
"""

from collections.abc import Iterable, Sequence

from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.loading.directory import Directory
from dashboard.ledgers.reporting import report
from dashboard.ledgers.reporting.report import SheetReport

_VILLAGE = "place_village"


def refuse_unknown(sheets: Iterable[CheckedRows], entries: Sequence[SheetReport], directory: Directory) -> set[int]:
    """Refuse the files with a sheet whose offered name is no village's; the numbers of their sheets.

    ``entries`` are the reports of all sheets of the load.
    """
    unknown = [
        rows
        for rows in sheets
        if rows.proposed_village and not directory.village(None, None, rows.proposed_village, None).codes
    ]
    refused = {rows.report.file_no for rows in unknown}
    for rows in unknown:
        # What was said of its rows is about rows that are not looked at any more.
        rows.report.issues.clear()
        rows.report.refused.clear()
        title = rows.form.field(_VILLAGE).title
        rows.report.reject("columns_missing", ledger=rows.form.name, columns=title)
    files = {rows.report.path for rows in unknown}
    for entry in entries:
        if entry.path in files and entry.file_no not in refused and entry.status != report.SKIPPED:
            entry.reject("sheet_goes_with_file")
            refused.add(entry.file_no)
    return refused
