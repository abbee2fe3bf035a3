"""Spreadsheets of LibreOffice (.ods): ``content.xml`` walked element by element.

Repeated rows and columns are counted and only their values written out, so that a style repeated to the last row
costs nothing.
"""

from collections.abc import Iterator

from dashboard import language
from dashboard.ledgers.containers import xml_events
from dashboard.ledgers.containers.archive import Archive
from dashboard.ledgers.containers.sheet import Grid, Sheet, check_sheets, iso_moment, number, whole
from dashboard.ledgers.errors import FileRefused

CONTENT = "content.xml"

_MANIFEST = "META-INF/manifest.xml"
_HIDDEN = ("collapse", "filter")
_ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "Err:")


def sheets(archive: Archive) -> Iterator[Sheet]:
    """The sheets of a spreadsheet, hidden ones without cells; raises FileRefused."""
    manifest = archive.find(_MANIFEST)
    if manifest and xml_events.elements(archive.read(manifest), {"encryption-data"}):
        raise FileRefused("file_encrypted")
    walk = _OdfWalk(archive.size)
    xml_events.parse(archive.blocks(archive.find(CONTENT)), walk.start, walk.end, walk.text)
    if not walk.is_spreadsheet:
        raise FileRefused("not_a_table", what=language.words("ledgers.kind_open_document"))
    return iter(walk.sheets)


class _OdfWalk:
    """The walk through ``content.xml``: finished sheets, and the open row and cell."""

    def __init__(self, file_bytes: int) -> None:
        self.sheets: list[Sheet] = []
        self.is_spreadsheet = False
        self._file_bytes = file_bytes
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._grid: Grid | None = None
        self._depth = 0
        self._row = self._column = 0
        self._row_facts: xml_events.Attributes = {}
        self._row_cells: list[tuple[int, int, xml_events.Attributes, str]] = []
        self._cell: xml_events.Attributes | None = None
        self._words: list[str] = []
        self._notes = 0

    def start(self, name: str, facts: xml_events.Attributes) -> None:
        """An element begins."""
        if name == "spreadsheet":
            self.is_spreadsheet = True
        elif name == "style":
            self._style = facts.get("name", "")
        elif name == "table-properties" and facts.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._begin_table(facts)
        elif self._grid is None or self._depth > 1:
            return
        elif name == "table-column":
            self._columns(facts)
        elif name == "table-row":
            self._column, self._row_facts, self._row_cells = 0, facts, []
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._words = facts, []
        elif name == "annotation":
            self._notes += 1
        elif self._cell is not None and not self._notes:
            self._inside_cell(name, facts)

    def _begin_table(self, facts: xml_events.Attributes) -> None:
        self._depth += 1
        if self._depth == 1 and self.is_spreadsheet:
            sheet = Sheet(facts.get("name"), [], hidden=facts.get("style-name") in self._hidden_styles)
            check_sheets(len(self.sheets) + 1)
            self._grid = Grid(sheet, self._file_bytes)
            self._row = self._column = 0

    def _columns(self, facts: xml_events.Attributes) -> None:
        count = _count(facts, "number-columns-repeated")
        if facts.get("visibility") in _HIDDEN:
            self._grid.hide_columns(self._column, self._column + count)
        self._column += count

    def _inside_cell(self, name: str, facts: xml_events.Attributes) -> None:
        if name == "p" and self._words:
            self._words.append("\n")
        elif name == "s":
            self._words.append(" " * min(_count(facts, "c"), 1000))
        elif name == "tab":
            self._words.append("\t")
        elif name == "line-break":
            self._words.append("\n")

    def text(self, text: str) -> None:
        """Characters between elements."""
        if self._cell is not None and not self._notes:
            self._words.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "table":
            self._depth -= 1
            if self._depth == 0 and self._grid:
                sheet = self._grid.finished()
                self.sheets.append(Sheet(sheet.name, [], hidden=True) if sheet.hidden else sheet)
                self._grid = None
        elif self._grid is None or self._depth > 1:
            return
        elif name == "annotation":
            self._notes -= 1
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            count = _count(self._cell, "number-columns-repeated")
            words = "".join(self._words)
            if words or "value-type" in self._cell or "formula" in self._cell or "number-columns-spanned" in self._cell:
                self._row_cells.append((self._column, count, self._cell, words))
            self._column += count
            self._cell = None
        elif name == "table-row":
            self._end_row()

    def _end_row(self) -> None:
        count = _count(self._row_facts, "number-rows-repeated")
        if self._row_facts.get("visibility") in _HIDDEN:
            self._grid.hide_rows(self._row, self._row + count)
        if self._row_cells:
            width = max(first + columns for first, columns, _, _ in self._row_cells)
            self._grid.reserve(self._row + count, width, count * sum(cell[1] for cell in self._row_cells))
            for row in range(self._row, self._row + count):
                for first, columns, facts, words in self._row_cells:
                    for column in range(first, first + columns):
                        self._write(row, column, facts, words)
        self._row += count

    def _write(self, row: int, column: int, facts: xml_events.Attributes, words: str) -> None:
        sheet = self._grid.sheet
        down, right = _count(facts, "number-rows-spanned"), _count(facts, "number-columns-spanned")
        if (down, right) != (1, 1):
            sheet.merges.append((row, column, row + down - 1, column + right - 1))
        value = _value(facts, words)
        kind = facts.get("value-type")
        if kind == "error" or (kind != "string" and words.startswith(_ERRORS)):
            sheet.errors[row, column] = words or "#"
            value = ""
        elif "formula" in facts and not _has_result(facts):
            sheet.formulas[row, column] = _formula(facts["formula"])
            value = ""
        if value != "" or (row, column) in sheet.errors or (row, column) in sheet.formulas:
            self._grid.put(row, column, value)


def _value(facts: xml_events.Attributes, words: str):
    kind = facts.get("value-type", "")
    if kind in ("float", "currency", "percentage"):
        return number(facts.get("value", ""))
    if kind == "date":
        return iso_moment(facts.get("date-value", ""))
    if kind == "boolean":
        return facts.get("boolean-value") == "true"
    return facts.get("string-value", words)


def _has_result(facts: xml_events.Attributes) -> bool:
    if facts.get("value-type") == "string":
        return True
    return any(facts.get(key) for key in ("value", "date-value", "time-value", "boolean-value", "string-value"))


def _formula(written: str) -> str:
    """``of:=[.C5]+[.D5]`` as ``=C5+D5``."""
    text = written.partition("=")[2]
    return "=" + text.replace("[.", "").replace("]", "").replace(":.", ":").replace(";", ",")


def _count(facts: xml_events.Attributes, name: str) -> int:
    return max(whole(facts.get(name, ""), 1), 1)
