"""XML spreadsheets of Excel 2003 (SpreadsheetML), which reporting systems export as .xls."""

import re
from collections.abc import Iterator

from dashboard.ledgers.containers import delimited, xml_events
from dashboard.ledgers.containers.sheet import (
    Grid,
    Sheet,
    check_place,
    check_sheets,
    column_letters,
    iso_moment,
    number,
    whole,
)

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"

_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""", re.I)
_CHINESE = (b"gb2312", b"gbk", b"gb18030", b"cp936")
_HIDDEN = ("SheetHidden", "SheetVeryHidden")


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without cells; raises FileRefused."""
    walk = _SpreadsheetMlWalk(len(data))
    declared = _DECLARED.search(data[:200])
    encoding = None
    if declared and declared[1].lower() in _CHINESE:
        # The XML parser supports no Chinese encoding but Unicode.
        data, encoding = delimited.decode_as(data, "gb18030").encode(), "utf-8"
    xml_events.parse([data], walk.start, walk.end, walk.text, encoding)
    return iter(walk.sheets)


class _SpreadsheetMlWalk:
    """The walk through the XML: finished sheets, and the open row and cell."""

    def __init__(self, file_bytes: int) -> None:
        self.sheets: list[Sheet] = []
        self._file_bytes = file_bytes
        self._grid: Grid | None = None
        self._row = self._row_after = self._column = -1
        self._next_column = 0
        self._cell: xml_events.Attributes = {}
        self._kind: str | None = None
        self._is_empty_cell = True
        self._words: list[str] = []
        self._is_comment = False
        self._is_visibility = False

    def start(self, name: str, facts: xml_events.Attributes) -> None:
        """An element begins."""
        if name == "Worksheet":
            check_sheets(len(self.sheets) + 1)
            self._grid = Grid(Sheet(facts.get("Name"), []), self._file_bytes)
            self._row = self._row_after = -1
            self._next_column = 0
        elif self._grid is None:
            return
        elif name == "Column":
            self._hidden_columns(facts)
        elif name == "Row":
            self._begin_row(facts)
        elif name == "Cell":
            self._begin_cell(facts)
        elif name == "Comment":
            self._is_comment = True
        elif name == "Visible":
            self._is_visibility = True
        elif name == "Data" and not self._is_comment:
            self._kind, self._words = facts.get("Type", "String"), []

    def _hidden_columns(self, facts: xml_events.Attributes) -> None:
        first = _index(facts, self._next_column)
        check_place(0, first)
        self._next_column = first + 1 + _whole(facts, "Span")
        if facts.get("Hidden") == "1":
            self._grid.hide_columns(first, self._next_column)

    def _begin_row(self, facts: xml_events.Attributes) -> None:
        self._row = _index(facts, self._row + 1)
        check_place(self._row, 0)
        self._next_column = 0
        following = self._row + _whole(facts, "Span")
        if facts.get("Hidden") == "1":
            self._grid.hide_rows(self._row, following + 1)
        self._row_after = following

    def _begin_cell(self, facts: xml_events.Attributes) -> None:
        self._cell, self._is_empty_cell = facts, True
        self._column = _index(facts, self._next_column)
        check_place(self._row, self._column)
        across, down = _whole(facts, "MergeAcross"), _whole(facts, "MergeDown")
        self._next_column = self._column + across + 1
        if across or down:
            self._grid.sheet.merges.append((self._row, self._column, self._row + down, self._column + across))

    def text(self, text: str) -> None:
        """Characters between elements."""
        if self._kind is not None:
            self._words.append(text)
        elif self._is_visibility and text.strip() in _HIDDEN:
            self._grid.sheet.hidden = True

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "Worksheet" and self._grid:
            sheet = self._grid.finished()
            self.sheets.append(Sheet(sheet.name, [], hidden=True) if sheet.hidden else sheet)
            self._grid = None
        elif self._grid is None:
            return
        elif name == "Comment":
            self._is_comment = False
        elif name == "Visible":
            self._is_visibility = False
        elif name == "Data" and self._kind is not None:
            self._write(self._kind, "".join(self._words))
            self._kind = None
        elif name == "Cell":
            if self._is_empty_cell and "Formula" in self._cell:
                self._grid.sheet.formulas[self._row, self._column] = self._formula()
                self._grid.put(self._row, self._column, "")
        elif name == "Row":
            self._row = self._row_after

    def _write(self, kind: str, words: str) -> None:
        sheet, place = self._grid.sheet, (self._row, self._column)
        if kind == "Error":
            sheet.errors[place] = words or "#"
            self._grid.put(*place, "")
        elif words:
            value = words
            if kind == "Number":
                value = number(words)
            elif kind == "DateTime":
                value = iso_moment(words)
            elif kind == "Boolean":
                value = words.strip() == "1"
            self._grid.put(*place, value)
        elif kind != "String":
            return
        self._is_empty_cell = False

    def _formula(self) -> str:
        """``=RC[-2]+RC[-1]`` as cell names."""

        def named(match: re.Match[str]) -> str:
            row = _reference(match[1], match[2], self._row)
            column = _reference(match[3], match[4], self._column)
            return f"{column_letters(column)}{row + 1}" if row >= 0 and column >= 0 else "#REF!"

        return re.sub(r"\bR(\[-?\d+\]|)(\d*)C(\[-?\d+\]|)(\d*)(?![A-Za-z(])", named, self._cell["Formula"])


def _reference(relative: str, absolute: str, here: int) -> int:
    return int(absolute) - 1 if absolute else here + int(relative.strip("[]") or 0)


def _index(facts: xml_events.Attributes, following: int) -> int:
    """The place, from 0, that an element gives (from 1), else ``following``."""
    named = _whole(facts, "Index")
    return named - 1 if named else following


def _whole(facts: xml_events.Attributes, name: str) -> int:
    return whole(facts.get(name, ""), 0)
