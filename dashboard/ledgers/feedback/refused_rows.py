"""The rejected rows of a file as the sender's own workbook (退回表): faulty cells marked, reasons beside the rows.

The workbook has each sheet's title and header rows unchanged and below them only the rejected rows, so that it can be
corrected and uploaded again. It contains the sender's own values unmasked, and is made in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from dashboard import language
from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.cells import formulas
from dashboard.ledgers.cells.values import is_blank
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.feedback import refused_rows_workbook
from dashboard.ledgers.feedback.refused_rows_workbook import LONGEST_SHEET_NAME, NOT_GIVEN_BACK, ReturnedSheet
from dashboard.ledgers.layout import own_workbooks
from dashboard.ledgers.reporting import issues, report
from dashboard.ledgers.reporting.issues import Issue
from dashboard.ledgers.reporting.report import SheetReport

# With more rejected rows the fault is in how the file was made, and is corrected in the file itself.
MAX_ROWS = 100_000

# Of two rows in conflict the one that is loaded is returned with the rejected one, which would replace it if alone.
_COMPANIONS = {"row_conflict_stands"}
_RAGGED = "csv_field_count"
# Refused because of other cells of the column, which are not returned: alone, such a value would be accepted.
_UNSURE = {"share_ambiguous", "date_ambiguous"}


def workbooks(
    path: Path,
    entries: Sequence[SheetReport],
    data: bytes | None = None,
    grown: Callable[[int], None] = lambda size_bytes: None,
) -> list[tuple[str, bytes]]:
    """(name, .xlsx) of each file with rejected rows: the one at the path or, in an archive, each file inside.

    Raises FileRefused where a file cannot be read. Call it through `worker.client`, since it reads files of others.

    data: content of the file, where it is not on disk any more.
    grown: called with how many bytes a packed file unpacks to.
    """
    made = []
    for handed in containers.files(path) if data is None else containers.within(str(path), data):
        own = [entry for entry in entries if entry.path == handed.path]
        if _refused(own):
            if handed.refused:
                raise handed.refused
            grown(containers.unpacked_bytes(handed.data))
            book = workbook(PurePath(handed.path).name, handed.data, own)
            if book is not None:
                made.append((file_name(handed.path), book))
    return made


def workbook(name: str, data: bytes, entries: Sequence[SheetReport]) -> bytes | None:
    """The rejected rows of one file, by the reports of its sheets, as .xlsx.

    None where no row was rejected, or more than MAX_ROWS. A sheet that was refused as a whole is not in it, since
    there is nothing to correct row by row. Raises FileRefused where the file cannot be read any more.
    """
    by_sheet = _refused(entries)
    if not by_sheet or sum(len(rows) for rows in map(_wanted, by_sheet.values())) > MAX_ROWS:
        return None
    pages = [
        _page(sheet, by_sheet[sheet.name], name)
        for sheet in containers.sheets(data)
        if not sheet.hidden and sheet.name in by_sheet
    ]
    pages = [page for page in pages if page.rows]
    if not pages or not all(map(refused_rows_workbook.fits, pages)):
        return None
    return refused_rows_workbook.write(pages)


def file_name(name: str) -> str:
    """The name of a file's workbook: 走访台账.csv → 走访台账_退回.xlsx; a second return keeps the name."""
    suffix = language.words("ledgers.returned_suffix")
    return f"{PurePath(name).stem.removesuffix(suffix)}{suffix}.xlsx"


def _refused(entries: Sequence[SheetReport]) -> dict[str | None, list[SheetReport]]:
    """The reports with rejected rows, by name of the sheet; one sheet can fill several ledgers."""
    by_sheet = defaultdict(list)
    for entry in entries:
        if entry.refused and entry.status in (report.LOADED, report.PARTIAL):
            by_sheet[entry.sheet].append(entry)
    return by_sheet


def _wanted(entries: Sequence[SheetReport]) -> list[int]:
    """The numbers of the rows to be returned, in order."""
    rows = set()
    for entry in entries:
        rows |= entry.refused | {issue.row for issue in entry.issues if issue.code in _COMPANIONS}
    return sorted(rows)


# From the sender's sheet to a returned sheet ------------------------------------------------------------------------


def _page(sheet: Sheet, entries: Sequence[SheetReport], file: str) -> ReturnedSheet:
    """The returned sheet for one sheet of a file with this name."""
    last = max(entry.recognition.header_rows[1] for entry in entries)
    own = own_workbooks.columns(sheet) or ()
    wanted = [row for row in _wanted(entries) if last < row <= len(sheet.rows)]
    formulas.compute(sheet, [row - 1 for row in wanted])
    filled = _filled(sheet, wanted, last)
    numbers = {row: _first_number(sheet, row, own) for row in wanted}
    drop = set(own)
    above = _above(sheet, entries, file)
    page = ReturnedSheet(
        sheet.name or file.rpartition(".")[0] or file,
        above + [_without(row, drop) for row in sheet.rows[:last]],
        [
            (top + len(above), left, min(bottom, last - 1) + len(above), right)
            for top, left, bottom, right in sheet.merges
            if top < last
        ],
        _types(entries),
    )
    issues_by_row = _issues_by_row(entries)
    for place, row in enumerate(wanted):
        row_issues = issues_by_row[row]
        cells = _without(filled[row], drop)
        if any(issue.code == _RAGGED for _, issue in row_issues):
            cells = _in_one_cell(cells, entries[0])
        page.rows.append((numbers[row], cells))
        page.reasons[place] = _reasons(row_issues, several=len({entry.ledger for entry in entries}) > 1)
        for entry, issue in row_issues:
            index = _index(entry, issue.column)
            if index is not None:
                page.marks.setdefault((place, index), []).append(issue)
                if issue.code in _UNSURE:
                    cells[index] = NOT_GIVEN_BACK
    return page


def _issues_by_row(entries: Sequence[SheetReport]) -> Mapping[int, list[tuple[SheetReport, Issue]]]:
    """Refusals and warnings by row, refusals first."""
    by_row = defaultdict(list)
    for severity in (issues.REFUSED, issues.WARNING):
        for entry in entries:
            for issue in entry.issues:
                if issue.row is not None and issue.severity == severity:
                    by_row[issue.row].append((entry, issue))
    return by_row


def _reasons(row_issues: Sequence[tuple[SheetReport, Issue]], *, several: bool) -> list[str]:
    """One sentence for each issue, without the row's number, which is in a column of its own."""
    sentences = []
    for entry, issue in row_issues:
        row = language.words("ledgers.at_row", row=issue.row)
        sentence = issue.message.partition(row)[2].removeprefix("：")
        kind = refused_rows_workbook.hint() if issue.severity == issues.WARNING else ""
        sentences.append(f"{kind}{f'［{entry.ledger_name}］' if several else ''}{sentence}")
    return list(dict.fromkeys(sentences))


def _index(entry: SheetReport, title: str | None) -> int | None:
    """The index of the sender's column of a title, None where the sheet has no such column."""
    columns = [column for column, name in entry.titles.items() if name == title]
    return next((use.index for use in entry.recognition.columns if use.column in columns), None)


def _types(entries: Sequence[SheetReport]) -> dict[int, str]:
    """Field types by the sender's columns."""
    return {
        use.index: forms.get(entry.ledger).field(use.column).type
        for entry in entries
        for use in entry.recognition.columns
        if use.column
    }


def _above(sheet: Sheet, entries: Sequence[SheetReport], file: str) -> list[list[Any]]:
    """A row with what the next upload could not know from the workbook alone: the user's year and unit, a long name."""
    texts = []
    by_user = language.words("ledgers.from_user")
    for entry in entries:
        if entry.recognition.year_from == by_user:
            texts.append(own_workbooks.year_line(entry.recognition.year))
        texts += [own_workbooks.unit_line(unit) for unit, source in entry.recognition.units if source == by_user]
    if sheet.name is None and len(stem := file.rpartition(".")[0]) > LONGEST_SHEET_NAME:
        texts.append(stem)
    return [list(dict.fromkeys(texts))] if texts else []


def _filled(sheet: Sheet, wanted: Sequence[int], last: int) -> dict[int, list[Any]]:
    """The cells of the wanted rows without merges: merged cells filled down, errors as text, lost results as #N/A."""
    rows = {row: list(sheet.rows[row - 1]) for row in wanted}
    for top, left, bottom, _ in sheet.merges:
        if top < last or bottom == top or top >= len(sheet.rows) or left >= len(sheet.rows[top]):
            continue
        for index in range(top + 1, bottom + 1):
            cells = rows.get(index + 1)
            if cells is not None and left < len(cells) and is_blank(cells[left]):
                cells[left] = sheet.rows[top][left]
    for (index, column), error in sheet.errors.items():
        if index + 1 in rows and column < len(rows[index + 1]):
            rows[index + 1][column] = error
    for index, column in sheet.unsaved_formulas:
        if index + 1 in rows and column < len(rows[index + 1]):
            rows[index + 1][column] = NOT_GIVEN_BACK
    return rows


def _in_one_cell(cells: Sequence[Any], entry: SheetReport) -> list[Any]:
    """A record with too many or too few cells: all of it in the cell of its code, #N/A in the other required cells."""
    fields = {use.index: forms.get(entry.ledger).field(use.column) for use in entry.recognition.columns if use.column}
    row = [""] * (max(fields) + 1)
    for index, field_ in fields.items():
        if field_.required:
            row[index] = NOT_GIVEN_BACK
    row[min((index for index, field_ in fields.items() if field_.type == "code"), default=min(fields))] = ",".join(
        map(str, cells)
    )
    return row


def _first_number(sheet: Sheet, row: int, own: tuple[int, ...]) -> int:
    """The number a row had in the file that was first sent."""
    cells = sheet.rows[row - 1]
    number = cells[own[0]] if own and own[0] < len(cells) else None
    return int(number) if isinstance(number, int | float) and not isinstance(number, bool) and number > 0 else row


def _without(cells: Sequence[Any], drop: set[int]) -> list[Any]:
    return ["" if index in drop else cell for index, cell in enumerate(cells)]
