"""Write a returned workbook (退回表) as .xlsx: the sender's rows with faulty cells marked."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter

from dashboard import language
from dashboard.ledgers.cells.values import is_blank
from dashboard.ledgers.containers import column_letters
from dashboard.ledgers.layout import own_workbooks
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.issues import Issue

# The content of a cell whose value cannot be returned; every field refuses it, so that it cannot be overlooked.
NOT_GIVEN_BACK = "#N/A"
LONGEST_SHEET_NAME = 31

_EXCEL_COLUMNS = 16_384
_OWN_COLUMNS = 2
_LONGEST_TEXT = 32_767
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
# A spreadsheet program draws comments one by one, and is slow with more.
_MOST_COMMENTS = 2_000
_WIDEST, _REASON_WIDTH, _NARROWEST = 36, 70, 8
# The width of a column is that of its first cells.
_MEASURED_ROWS = 200
_TEXT_TYPES = {"text", "code", "region_code", "id_number", "phone", "tags", "choice"}


def hint() -> str:
    """The beginning of a sentence that asks for no correction."""
    return language.words("ledgers.returned_hint")


@dataclass
class ReturnedSheet:
    """A sheet of the workbook.

    block: rows above the data, as the sender wrote them.
    merges: merged cells in the block: (first row, first column, last row, last column).
    types: field types by index of the column.
    rows: (row number in the file first sent, cells) of the rows to be corrected.
    reasons: sentences by place in ``rows``.
    marks: issues by (place in ``rows``, index of the column).
    """

    name: str
    block: list[list[Any]]
    merges: list[tuple[int, int, int, int]]
    types: dict[int, str]
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    reasons: dict[int, list[str]] = field(default_factory=dict)
    marks: dict[tuple[int, int], list[Issue]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """The number of columns of the sender's cells."""
        return max(map(_length, [*self.block, *(cells for _, cells in self.rows)]), default=0)


def fits(page: ReturnedSheet) -> bool:
    """Whether a sheet of Excel has room for this one and the two columns added to it."""
    return page.width + _OWN_COLUMNS <= _EXCEL_COLUMNS


def write(pages: Sequence[ReturnedSheet]) -> bytes:
    """The .xlsx with these sheets."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _Looks(book)
    comments = iter(range(_MOST_COMMENTS))
    for page, name in zip(pages, _sheet_names(pages), strict=True):
        _Writer(book.add_worksheet(name), looks, page, comments).write()
    book.close()
    return buffer.getvalue()


class _Looks:
    """Cell formats, each made once, by kind of cell and number format."""

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
    """Writes one returned sheet to a worksheet."""

    def __init__(self, sheet: Any, looks: _Looks, page: ReturnedSheet, comments: Iterator[int]) -> None:
        self._sheet = sheet
        self._looks = looks
        self._page = page
        self._comments = comments
        self._width = page.width

    def write(self) -> None:
        """Write column widths, the rows above the data, the rejected rows and the two added columns."""
        self._widths()
        self._block()
        for place, (number, cells) in enumerate(self._page.rows):
            self._row(len(self._page.block) + place, place, number, cells)
        self._sheet.freeze_panes(len(self._page.block), 0)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(self._width)}1048576"})

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
        self._put(last, self._width, own_workbooks.row_title(), "own")
        self._put(last, self._width + 1, own_workbooks.reason_title(), "own")

    def _row(self, row: int, place: int, number: int, cells: Sequence[Any]) -> None:
        for column in range(self._width):
            value = cells[column] if column < len(cells) else ""
            cell_issues = self._page.marks.get((place, column))
            lost = value == NOT_GIVEN_BACK or (isinstance(value, str) and len(value) > _LONGEST_TEXT)
            kind = self._kind(cell_issues, lost)
            if kind != "plain" or not is_blank(value):
                self._put(row, column, NOT_GIVEN_BACK if lost else value, kind, column)
            if cell_issues:
                self._comment(row, column, "\n".join(dict.fromkeys(_short(issue) for issue in cell_issues)))
            elif lost:
                self._comment(row, column, language.words("ledgers.value_not_given_back"))
        self._put(row, self._width, number, "number")
        reasons = self._page.reasons[place]
        kind = "hint" if all(reason.startswith(hint()) for reason in reasons) else "reason"
        self._put(row, self._width + 1, "\n".join(reasons)[:_LONGEST_TEXT], kind)

    @staticmethod
    def _kind(cell_issues: Sequence[Issue] | None, lost: bool) -> str:
        if lost or any(issue.severity == issues.REFUSED for issue in cell_issues or ()):
            return "refused"
        return "warned" if cell_issues else "plain"

    def _comment(self, row: int, column: int, text: str) -> None:
        if next(self._comments, None) is not None:
            self._sheet.write_comment(row, column, text, {"x_scale": 2, "author": own_workbooks.reason_title()})

    def _put(self, row: int, column: int, value: Any, kind: str, typed_as: int | None = None) -> None:
        """Write a cell by its type; a text never becomes a formula, a number or a link."""
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
        shown = [*page.block[-1:], *(cells for _, cells in page.rows[:_MEASURED_ROWS])]
        for column in range(self._width):
            widest = max((_screen_width(cells[column]) for cells in shown if column < len(cells)), default=0)
            look = self._looks.get("plain", "@" if self._is_text(column) else "")
            self._sheet.set_column(column, column, min(max(widest + 2, _NARROWEST), _WIDEST), look)
        self._sheet.set_column(self._width, self._width, _NARROWEST)
        self._sheet.set_column(self._width + 1, self._width + 1, _REASON_WIDTH)


def _short(issue: Issue) -> str:
    """What is wrong with a cell, without its place."""
    column = language.words("ledgers.at_column", column=issue.column)
    return issue.message.partition(f"{column}：")[2] or issue.message


def _screen_width(value: Any) -> int:
    """The width of a value on screen: a Chinese character takes two columns."""
    text = issues.plain(value) if not isinstance(value, date) else "2025-01-01"
    return max((sum(2 if ord(character) > 0x2E80 else 1 for character in line) for line in text.split("\n")), default=0)


def _sheet_names(pages: Sequence[ReturnedSheet]) -> list[str]:
    """Names of the sheets that Excel allows, each used once."""
    taken: set[str] = set()
    names = []
    for page in pages:
        name = page.name.translate(_NOT_IN_SHEET_NAMES).strip("'")[:LONGEST_SHEET_NAME]
        name = name or language.words("ledgers.returned_sheet")
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{name[: LONGEST_SHEET_NAME - len(str(number)) - 1]}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _length(cells: Sequence[Any]) -> int:
    """The number of cells up to the last one that is not blank."""
    return next((index + 1 for index in range(len(cells) - 1, -1, -1) if not is_blank(cells[index])), 0)
