"""Accept or refuse villages proposed from sheet names.

The reader process has no directory of villages, so for a sheet without a village column it proposes the sheet's name
(新民). If the directory has no such village (花名册), the required column is missing and the whole file is refused
before anything of it is merged.
"""

from collections.abc import Iterable, Sequence

from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.loading.directory import Directory
from dashboard.ledgers.reporting import report
from dashboard.ledgers.reporting.report import SheetReport

_VILLAGE = "place_village"


def refuse_unknown(sheets: Iterable[CheckedRows], entries: Sequence[SheetReport], directory: Directory) -> set[int]:
    """Refuse the files with a sheet whose proposed name is no village's; returns the file_no of their sheets.

    ``entries`` are the reports of all sheets of the load.
    """
    unknown = [
        rows
        for rows in sheets
        if rows.proposed_village and not directory.village(None, None, rows.proposed_village, None).codes
    ]
    refused = {rows.report.file_no for rows in unknown}
    for rows in unknown:
        # Its issues are about rows that are not loaded in any case.
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
