"""The refused rows of a file as the sender's own workbook (退回表): faulty cells marked, the reason beside them.

The workbook holds each sheet's title and header lines as they came and below them only the rows to be put right, so
that it can be corrected and uploaded again as it is. It holds the sender's own values unmasked, and is made in memory.
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

import xlsxwriter

from dashboard.ledgers import forms, formulas, grid, header, issues, ours, report
from dashboard.ledgers.grid import Sheet
from dashboard.ledgers.issues import Issue
from dashboard.ledgers.report import SheetReport
from dashboard.ledgers.values import is_blank

SUFFIX = "_退回.xlsx"
# Beyond this a fault lies in how the file was made, and is put right in the file itself.
MAX_ROWS = 100_000

_EXCEL_COLUMNS = 16_384
_OWN_COLUMNS = 2
_LONGEST_TEXT = 32_767
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
# Comments are shapes that a spreadsheet program draws one by one.
_MOST_COMMENTS = 2_000
_WIDEST, _REASON_WIDTH, _NARROWEST = 36, 70, 8
_LOOKED_AT = 200
# What stands in a cell whose value cannot be given back; every field refuses it, so that it cannot pass unseen.
_NOT_GIVEN_BACK = "#N/A"
_TEXT_TYPES = {"text", "code", "region_code", "id_number", "phone", "tags", "choice"}
# Of two rows in conflict the one that stands comes back beside the refused one: alone, that one would replace it.
_COMPANIONS = {"row_conflict_stands"}
_RAGGED = "csv_field_count"
# Refused for what the column's other cells say, which stay behind: such a value alone would pass.
_UNSURE = {"share_ambiguous", "date_ambiguous"}
_HINT = "提醒："
_BY_PERSON = "导入时的指定"


@dataclass
class _Page:
    """A sheet of the workbook: the lines above the data, the rows to be put right, and what is said about them."""

    name: str
    block: list[list[Any]]
    merges: list[tuple[int, int, int, int]]
    types: dict[int, str]
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    reasons: dict[int, list[str]] = field(default_factory=dict)
    marks: dict[tuple[int, int], list[Issue]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many columns the sender's cells take."""
        return max(map(_length, [*self.block, *(cells for _, cells in self.rows)]), default=0)


def workbooks(path: Path, entries: Sequence[SheetReport], data: bytes | None = None) -> list[tuple[str, bytes]]:
    """(name, .xlsx) of each file that has refused rows: the one at the path or, of an archive, each file inside.

    ``data`` is what stood at the path, where it is not on disk any more. Raises grid.Unreadable when it cannot be read.
    """
    made = []
    for handed in grid.files(path) if data is None else grid.within(str(path), data):
        own = [entry for entry in entries if entry.path == handed.path]
        if handed.refused is None and handed.passed_by is None:
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
        for sheet in grid.sheets(data)
        if not sheet.hidden and sheet.name in by_sheet
    ]
    pages = [page for page in pages if page.rows]
    if not pages or any(page.width + _OWN_COLUMNS > _EXCEL_COLUMNS for page in pages):
        return None
    return _written(pages)


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


def _page(sheet: Sheet, entries: Sequence[SheetReport], file: str) -> _Page:
    last = max(entry.understood.header_rows[1] for entry in entries)
    own = ours.columns(sheet) or ()
    wanted = [row for row in _wanted(entries) if last < row <= len(sheet.rows)]
    formulas.compute(sheet, [row - 1 for row in wanted])
    filled = _filled(sheet, wanted, last)
    numbers = {row: _first_number(sheet, row, own) for row in wanted}
    drop = set(own)
    above = _above(sheet, entries, file)
    page = _Page(
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
                    cells[index] = _NOT_GIVEN_BACK
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
        kind = _HINT if issue.severity == issues.WARNING else ""
        said.append(f"{kind}{f'［{entry.ledger_name}］' if several else ''}{sentence}")
    return list(dict.fromkeys(said))


def _index(entry: SheetReport, title: str | None) -> int | None:
    """The index of the sender's column of a title, None where the sheet has no such column."""
    columns = [column for column, name in entry.titles.items() if name == title]
    return next((use.index for use in entry.understood.columns if use.column in columns), None)


def _types(entries: Sequence[SheetReport]) -> dict[int, str]:
    """Field types by the sender's columns."""
    return {
        use.index: forms.get(entry.ledger).field(use.column).type
        for entry in entries
        for use in entry.understood.columns
        if use.column
    }


def _above(sheet: Sheet, entries: Sequence[SheetReport], file: str) -> list[list[Any]]:
    """A line for what the next upload could not know from the workbook alone: what a person said, a long name."""
    said = []
    for entry in entries:
        if entry.understood.year_from == _BY_PERSON:
            said.append(f"年度：{entry.understood.year}年")
        said += [f"单位：{unit}" for unit, source in entry.understood.units if source == _BY_PERSON]
    if sheet.name is None and len(stem := file.rpartition(".")[0]) > _LONGEST_SHEET_NAME:
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
            rows[index + 1][column] = _NOT_GIVEN_BACK
    return rows


def _in_one_cell(cells: Sequence[Any], entry: SheetReport) -> list[Any]:
    """A record whose cells cannot be told apart, as it came, in one cell; what is required beside it stays open."""
    fields = {use.index: forms.get(entry.ledger).field(use.column) for use in entry.understood.columns if use.column}
    row = [""] * (max(fields) + 1)
    for index, field_ in fields.items():
        if field_.required:
            row[index] = _NOT_GIVEN_BACK
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


def _length(cells: Sequence[Any]) -> int:
    """How many cells there are up to the last that is not blank."""
    return next((index + 1 for index in range(len(cells) - 1, -1, -1) if not is_blank(cells[index])), 0)


# Writing ------------------------------------------------------------------------------------------------------------


def _written(pages: Sequence[_Page]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _Looks(book)
    comments = iter(range(_MOST_COMMENTS))
    for page, name in zip(pages, _sheet_names(pages), strict=True):
        _Writer(book.add_worksheet(name), looks, page, comments).write()
    book.close()
    return buffer.getvalue()


class _Looks:
    """Cell formats, each made once: by kind of cell, by being text, by being marked."""

    _KINDS = {  # noqa: RUF012
        "title": {"bold": True},
        "head": {"bold": True, "bg_color": "#E8EEF2", "border": 1, "text_wrap": True, "align": "center"},
        "own": {"bold": True, "bg_color": "#FFF2CC", "border": 1, "text_wrap": True, "align": "center"},
        "plain": {},
        "refused": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1, "border_color": "#9C0006"},
        "warned": {"bg_color": "#FFEB9C", "font_color": "#7F6000"},
        "reason": {"text_wrap": True, "font_color": "#9C0006", "bg_color": "#FFF9E5"},
        "hint": {"text_wrap": True, "font_color": "#7F6000", "bg_color": "#FFF9E5"},
        "number": {"font_color": "#595959", "bg_color": "#FFF9E5", "align": "center"},
    }

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, kind: str, number_format: str = "") -> Any:
        """The format of a kind of cell with a number format ('' = General)."""
        key = kind, number_format
        if key not in self._made:
            facts = self._KINDS[kind] | ({"num_format": number_format} if number_format else {})
            self._made[key] = self._book.add_format(facts | {"valign": "vcenter"})
        return self._made[key]


class _Writer:
    """One page put onto a worksheet."""

    def __init__(self, sheet: Any, looks: _Looks, page: _Page, comments: Iterator[int]) -> None:
        self._sheet = sheet
        self._looks = looks
        self._page = page
        self._comments = comments
        self._width = page.width

    def write(self) -> None:
        """Widths, header block, rows, our own columns."""
        self._widths()
        self._block()
        for place, (number, cells) in enumerate(self._page.rows):
            self._row(len(self._page.block) + place, place, number, cells)
        self._sheet.freeze_panes(len(self._page.block), 0)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:{header.letter(self._width)}1048576"})

    def _block(self) -> None:
        block = self._page.block
        covered: set[tuple[int, int]] = set()
        for top, left, bottom, right in self._page.merges:
            right = min(right, self._width - 1)
            cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            if len(cells) > 1 and not cells & covered:
                covered |= cells
                value = block[top][left] if left < len(block[top]) else ""
                self._sheet.merge_range(top, left, bottom, right, "", self._looks.get("head"))
                self._put(top, left, value, "head")
        for row, cells in enumerate(block):
            kind = "head" if _length(cells) > 1 else "title"
            for column, value in enumerate(cells[: self._width]):
                if (row, column) not in covered and not is_blank(value):
                    self._put(row, column, value, kind)
        last = len(block) - 1
        self._put(last, self._width, ours.row_title(), "own")
        self._put(last, self._width + 1, ours.reason_title(), "own")

    def _row(self, row: int, place: int, number: int, cells: Sequence[Any]) -> None:
        for column in range(self._width):
            value = cells[column] if column < len(cells) else ""
            found = self._page.marks.get((place, column))
            lost = value == _NOT_GIVEN_BACK or (isinstance(value, str) and len(value) > _LONGEST_TEXT)
            kind = self._kind(found, lost)
            if kind != "plain" or not is_blank(value):
                self._put(row, column, _NOT_GIVEN_BACK if lost else value, kind, column)
            if found:
                self._comment(row, column, "\n".join(dict.fromkeys(_short(issue) for issue in found)))
            elif lost:
                self._comment(row, column, "这一格的值没有带回，请按原表填写。")
        self._put(row, self._width, number, "number")
        reasons = self._page.reasons[place]
        kind = "reason" if any(not reason.startswith(_HINT) for reason in reasons) else "hint"
        self._put(row, self._width + 1, "\n".join(reasons)[:_LONGEST_TEXT], kind)

    @staticmethod
    def _kind(found: Sequence[Issue] | None, lost: bool) -> str:
        if lost or any(issue.severity == issues.REFUSED for issue in found or ()):
            return "refused"
        return "warned" if found else "plain"

    def _comment(self, row: int, column: int, text: str) -> None:
        if next(self._comments, None) is not None:
            self._sheet.write_comment(row, column, text, {"x_scale": 2, "author": ours.reason_title()})

    def _put(self, row: int, column: int, value: Any, kind: str, typed_as: int | None = None) -> None:
        """Write a cell by its nature; a text is never read as a formula, a number or a link."""
        look = self._looks.get
        is_text = typed_as is not None and self._is_text(typed_as)
        match value:
            case bool():
                self._sheet.write_boolean(row, column, value, look(kind))
            case int() | float() if abs(value) < 1e300:
                self._sheet.write_number(row, column, value, look(kind, "@" if is_text else ""))
            case datetime() if value.time() != value.time().min:
                self._sheet.write_datetime(row, column, value, look(kind, "yyyy-mm-dd hh:mm:ss"))
            case date():
                self._sheet.write_datetime(row, column, value, look(kind, "yyyy-mm-dd"))
            case "" | None:
                self._sheet.write_blank(row, column, None, look(kind, "@" if is_text else ""))
            case _:
                self._sheet.write_string(row, column, str(value), look(kind, "@" if is_text else ""))

    def _is_text(self, column: int) -> bool:
        return self._page.types.get(column, "text") in _TEXT_TYPES

    def _widths(self) -> None:
        page = self._page
        shown = [*page.block[-1:], *(cells for _, cells in page.rows[:_LOOKED_AT])]
        for column in range(self._width):
            widest = max((_screen_width(cells[column]) for cells in shown if column < len(cells)), default=0)
            look = self._looks.get("plain", "@" if self._is_text(column) else "")
            self._sheet.set_column(column, column, min(max(widest + 2, _NARROWEST), _WIDEST), look)
        self._sheet.set_column(self._width, self._width, _NARROWEST)
        self._sheet.set_column(self._width + 1, self._width + 1, _REASON_WIDTH)


def _short(issue: Issue) -> str:
    """What is wrong with a cell, without its place."""
    return issue.message.partition(f"“{issue.column}”：")[2] or issue.message


def _screen_width(value: Any) -> int:
    """Columns a value takes on screen: a Chinese character takes two."""
    text = issues.plain(value) if not isinstance(value, date) else "2025-01-01"
    return max((sum(2 if ord(character) > 0x2E80 else 1 for character in line) for line in text.split("\n")), default=0)


def _sheet_names(pages: Sequence[_Page]) -> list[str]:
    """Names that Excel allows, each once."""
    taken: set[str] = set()
    names = []
    for page in pages:
        name = page.name.translate(_NOT_IN_SHEET_NAMES).strip("'")[:_LONGEST_SHEET_NAME] or "退回"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{name[: _LONGEST_SHEET_NAME - len(str(number)) - 1]}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
