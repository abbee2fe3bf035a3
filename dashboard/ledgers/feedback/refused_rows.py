"""The refused rows of a file as the sender's own workbook (退回表): faulty cells marked, the reason beside them.

The workbook holds each sheet's title and header lines as they came and below them only the rows to be put right, so
that it can be corrected and uploaded again as it is. It holds the sender's own values unmasked, and is made in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.cells import formulas
from dashboard.ledgers.cells.values import is_blank
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.feedback import refused_rows_workbook
from dashboard.ledgers.feedback.refused_rows_workbook import HINT, LONGEST_SHEET_NAME, NOT_GIVEN_BACK, ReturnedSheet
from dashboard.ledgers.layout import own_workbooks
from dashboard.ledgers.reporting import issues, report
from dashboard.ledgers.reporting.issues import Issue
from dashboard.ledgers.reporting.report import SheetReport

SUFFIX = "_退回.xlsx"
# Beyond this a fault lies in how the file was made, and is put right in the file itself.
MAX_ROWS = 100_000

# Of two rows in conflict the one that stands comes back beside the refused one: alone, that one would replace it.
_COMPANIONS = {"row_conflict_stands"}
_RAGGED = "csv_field_count"
# Refused for what the column's other cells say, which stay behind: such a value alone would pass.
_UNSURE = {"share_ambiguous", "date_ambiguous"}
_BY_PERSON = "导入时的指定"


def workbooks(
    path: Path,
    entries: Sequence[SheetReport],
    data: bytes | None = None,
    grown: Callable[[int], None] = lambda size_bytes: None,
) -> list[tuple[str, bytes]]:
    """(name, .xlsx) of each file that has refused rows: the one at the path or, of an archive, each file inside.

    ``data`` is what stood at the path, where it is not on disk any more; ``grown`` hears how many bytes a packed
    file holds. Raises grid.Unreadable when it cannot be read. A stranger's file is read here: see `apart`.
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
    """The refused rows of one file, by the reports of its sheets, as .xlsx.

    None where no row was refused, where a sheet was refused whole (there is a sentence, but nothing to put right row
    by row), or where more than MAX_ROWS rows were. Raises grid.Unreadable when the file cannot be read any more.
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
    return refused_rows_workbook.written(pages)


def file_name(name: str) -> str:
    """What the workbook of a file is called: 走访台账.csv → 走访台账_退回.xlsx; a second return keeps the name."""
    stem = PurePath(name).stem
    return stem.removesuffix(SUFFIX.partition(".")[0]) + SUFFIX


def _refused(entries: Sequence[SheetReport]) -> dict[str | None, list[SheetReport]]:
    """The reports that hold back rows, by sheet; one sheet can fill several ledgers."""
    found = defaultdict(list)
    for entry in entries:
        if entry.refused and entry.status in (report.LOADED, report.PARTIAL):
            found[entry.sheet].append(entry)
    return found


def _wanted(entries: Sequence[SheetReport]) -> list[int]:
    """The numbers of the rows to be returned, in order."""
    rows = set()
    for entry in entries:
        rows |= entry.refused | {issue.row for issue in entry.issues if issue.code in _COMPANIONS}
    return sorted(rows)


# From the sender's sheet to a page ------------------------------------------------------------------------------


def _page(sheet: Sheet, entries: Sequence[SheetReport], file: str) -> ReturnedSheet:
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
        found = issues_by_row[row]
        cells = _without(filled[row], drop)
        if any(issue.code == _RAGGED for _, issue in found):
            cells = _in_one_cell(cells, entries[0])
        page.rows.append((numbers[row], cells))
        page.reasons[place] = _reasons(found, several=len({entry.ledger for entry in entries}) > 1)
        for entry, issue in found:
            index = _index(entry, issue.column)
            if index is not None:
                page.marks.setdefault((place, index), []).append(issue)
                if issue.code in _UNSURE:
                    cells[index] = NOT_GIVEN_BACK
    return page


def _issues_by_row(entries: Sequence[SheetReport]) -> Mapping[int, list[tuple[SheetReport, Issue]]]:
    """Refusals and warnings by row, refusals first."""
    found = defaultdict(list)
    for severity in (issues.REFUSED, issues.WARNING):
        for entry in entries:
            for issue in entry.issues:
                if issue.row is not None and issue.severity == severity:
                    found[issue.row].append((entry, issue))
    return found


def _reasons(found: Sequence[tuple[SheetReport, Issue]], *, several: bool) -> list[str]:
    """One sentence an issue, without the row's number, which stands in a column of its own."""
    said = []
    for entry, issue in found:
        sentence = issue.message.partition(f"第 {issue.row} 行")[2].removeprefix("：")
        kind = HINT if issue.severity == issues.WARNING else ""
        said.append(f"{kind}{f'［{entry.ledger_name}］' if several else ''}{sentence}")
    return list(dict.fromkeys(said))


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
    """A line for what the next upload could not know from the workbook alone: what a person said, a long name."""
    said = []
    for entry in entries:
        if entry.recognition.year_from == _BY_PERSON:
            said.append(f"年度：{entry.recognition.year}年")
        said += [f"单位：{unit}" for unit, source in entry.recognition.units if source == _BY_PERSON]
    if sheet.name is None and len(stem := file.rpartition(".")[0]) > LONGEST_SHEET_NAME:
        said.append(stem)
    return [list(dict.fromkeys(said))] if said else []


def _filled(sheet: Sheet, wanted: Sequence[int], last: int) -> dict[int, list[Any]]:
    """The wanted rows' cells, each standing alone: merged cells filled down, errors and lost results by name."""
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
    """A record whose cells cannot be told apart, as it came, in one cell; what is required beside it stays open."""
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
