"""Tables of web pages, which reporting systems and old Excel save as .xls.

As in Excel, texts and small tables before a large table are above it in the same sheet.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from dashboard import language
from dashboard.ledgers.containers.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    Sheet,
    check_place,
    check_sheets,
    number,
    whole,
)
from dashboard.ledgers.errors import FileRefused

# A table of at most so many rows before another one is its title block.
_TITLE_ROWS = 3
# Tables within tables; no program nests them so deep.
_DEEPEST_TABLE = 50
# More lines of text without a table between them are a page, no ledger.
_MOST_TITLES = 10_000
_LONGEST_TAIL = 100_000
_SKIPPED = ("script", "style", "title", "xml")
_BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "li", "br", "center", "tr")
_CLOSED_BY = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th")}
# Tags that do not matter for a table; there may be more of them than of all others, and the parser is slow.
_MEANINGLESS = re.compile(
    r"</?(?!(?:script|style|title|xml|table|tr|td|th|col|input|p|div|h[1-6]|caption|li|br|center)\b)[a-z][\w:-]*+"
    r"""(?:[^<>"']++|"[^"<]{0,999}+"|'[^'<]{0,999}+')*+>""",
    re.I,
)
_INVISIBLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*collapse)", re.I)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def sheets(text: str) -> Iterator[Sheet]:
    """The tables of a page as sheets without a name; raises FileRefused for pages without a whole table."""
    # Counting is a thousand times faster than parsing.
    check_place(text.count("<tr") + text.count("<TR") - 1, 0)
    if len(text) - text.rfind(">") > _LONGEST_TAIL:
        # The parser would search for the end of a tag again and again.
        raise FileRefused("file_damaged")
    page = _PageParser(len(text))
    try:
        page.feed(_MEANINGLESS.sub("", text))
        page.close()
    except AssertionError as error:
        # The parser's answer to a malformed declaration.
        raise FileRefused("file_damaged") from error
    if page.asks_for_password:
        raise FileRefused("not_a_table", what=language.words("ledgers.kind_login_page"))
    if page.open_tables or ("<html" in text[:2000].lower() and "</html" not in text[-2000:].lower()):
        raise FileRefused("file_damaged")
    if not page.tables:
        raise FileRefused("not_a_table", what=language.words("ledgers.kind_page"))
    return iter(_numbered([grid.finished() for grid in page.tables]))


def _numbered(sheets_of_page: list[Sheet]) -> list[Sheet]:
    if len(sheets_of_page) > 1:
        for number_, sheet in enumerate(sheets_of_page, start=1):
            sheet.name = language.words("ledgers.table_of_page", number=number_)
    return sheets_of_page


class _Table:
    """An open table.

    row, column: place of its next cell.
    covered: last row that a cell from above covers, by column.
    """

    def __init__(self, grid: Grid, first_row: int) -> None:
        self.grid = grid
        self.first_row = first_row
        self.row = first_row - 1
        self.column = 0
        self.columns = 0
        self.covered: dict[int, int] = {}
        self.cell: dict[str, str] | None = None
        self.words: list[str] = []
        self.merges: list[tuple[int, int, int, int]] = []


class _PageParser(HTMLParser):
    """The walk through a page: finished tables, and those that are open."""

    def __init__(self, file_bytes: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Grid] = []
        self.asks_for_password = False
        self._file_bytes = file_bytes
        self._open: list[_Table] = []
        self._skipped = 0
        self._line: list[str] = []
        self._titles: list[str] = []

    @property
    def open_tables(self) -> int:
        """How many tables have not been closed."""
        return len(self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        facts = {name: value or "" for name, value in attrs}
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "input":
            self.asks_for_password |= facts.get("type", "").lower() == "password"
        elif tag == "table":
            self._begin_table()
        elif self._open:
            self._inside(tag, facts)
        elif tag in _BLOCKS:
            self._end_line()

    def _begin_table(self) -> None:
        self._end_line()
        if len(self._open) > _DEEPEST_TABLE:
            raise FileRefused("file_hostile")
        grid = self._title_block() if not self._open else Grid(Sheet(None, []), self._file_bytes)
        for title in self._titles if not self._open else ():
            grid.put(len(grid.sheet.rows), 0, title)
        if not self._open:
            self._titles = []
        self._open.append(_Table(grid, len(grid.sheet.rows)))

    def _title_block(self) -> Grid:
        """The grid for a new table: that of a small table before it, which becomes its title block, else a new one."""
        if self.tables and len(self.tables[-1].sheet.rows) <= _TITLE_ROWS:
            return self.tables.pop()
        return Grid(Sheet(None, []), self._file_bytes)

    def _inside(self, tag: str, facts: dict[str, str]) -> None:
        table = self._open[-1]
        if tag in _CLOSED_BY:
            self._end_cell()
        if tag == "tr":
            table.row += 1
            table.column = 0
            check_place(table.row, 0)
            if _INVISIBLE.search(facts.get("style", "")) or "hidden" in facts:
                table.grid.hide_rows(table.row, table.row + 1)
        elif tag in ("td", "th"):
            table.row = max(table.row, table.first_row)
            table.cell, table.words = facts, []
        elif tag == "col":
            self._column(facts)
        elif tag in _BLOCKS and table.cell is not None and table.words:
            table.words.append("\n")

    def _column(self, facts: dict[str, str]) -> None:
        table = self._open[-1]
        span = _span(facts, "span", MOST_COLUMNS)
        if _INVISIBLE.search(facts.get("style", "")):
            table.grid.hide_columns(table.columns, table.columns + span)
        table.columns += span

    def handle_data(self, data: str) -> None:
        """Characters between elements."""
        if self._skipped:
            return
        if self._open:
            if self._open[-1].cell is not None:
                self._open[-1].words.append(_BLANKS.sub(" ", data))
        else:
            self._line.append(data)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in _SKIPPED:
            self._skipped = max(self._skipped - 1, 0)
        elif tag in ("td", "th", "tr") and self._open:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            table = self._open.pop()
            table.grid.sheet.merges += table.merges
            if table.grid.sheet.rows:
                self.tables.append(table.grid)
                check_sheets(len(self.tables))
        elif tag in _BLOCKS and not self._open:
            self._end_line()

    def close(self) -> None:
        """The page ends."""
        super().close()
        self._end_line()

    def _end_line(self) -> None:
        """Text outside of tables becomes a line above the table that follows."""
        line = _BLANKS.sub(" ", "".join(self._line)).strip(" \xa0")
        self._line = []
        if line:
            self._titles.append(line)
            if len(self._titles) > _MOST_TITLES:
                raise FileRefused("not_a_table", what=language.words("ledgers.kind_page"))

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is None:
            return
        facts, table.cell = table.cell, None
        while table.covered.get(table.column, -1) >= table.row:
            table.column += 1
        row, column = table.row, table.column
        check_place(row, column)
        across = _span(facts, "colspan", MOST_COLUMNS - column)
        down = _span(facts, "rowspan", MOST_ROWS - row)
        if across * down > 1:
            table.merges.append((row, column, row + down - 1, column + across - 1))
        if down > 1:
            last = row + down - 1
            for beside in range(column, column + across):
                table.covered[beside] = max(last, table.covered.get(beside, -1))
        _write(table.grid, row, column, facts, _joined(table.words))
        table.column = column + across


def _joined(words: list[str]) -> str:
    lines = "".join(words).split("\n")
    return "\n".join(line.strip(" \xa0") for line in lines).strip("\n")


def _write(grid: Grid, row: int, column: int, facts: dict[str, str], words: str) -> None:
    """Write a cell by its text and the attributes old Excel gives it: x:num, x:bool, x:err, x:fmla."""
    value = words
    if "x:num" in facts:
        value = number(facts["x:num"] or words.replace(",", ""))
    elif "x:bool" in facts:
        value = (facts["x:bool"] or words).strip().upper() == "TRUE"
    if "x:err" in facts:
        grid.sheet.errors[row, column] = facts["x:err"] or words or "#"
        value = ""
    elif "x:fmla" in facts and value == "":
        grid.sheet.formulas[row, column] = facts["x:fmla"]
    grid.put(row, column, value)


def _span(facts: dict[str, str], name: str, most: int) -> int:
    return min(max(whole(facts.get(name, ""), 1), 1), most)
