"""Marks of an xlsx sheet that calamine does not give: extent, errors, formulas without a result, hidden parts.

Sheets as the usual programs write them are searched in windows of whole rows, which costs next to nothing where there
is nothing to find; any other spelling of the XML is walked element by element.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dashboard.ledgers.containers import xml_events
from dashboard.ledgers.containers.archive import Archive
from dashboard.ledgers.containers.sheet import (
    CELLS_A_BYTE,
    MOST_COLUMNS,
    Sheet,
    column_index,
    column_letters,
    hide,
    whole,
)
from dashboard.ledgers.errors import FileRefused

_LONGEST_ROW_BYTES = 1 << 24
# Walking is slow: so many cells are always allowed, more only for a file of a size to hold them.
_FREE_CELLS = 300_000
# In a window of so many rows the cells' own row numbers are not examined one by one, which would take too long.
_MANY_ROWS = 5000
# After so many characters, formulas that share a long text get no text; then their rows are rejected, not computed.
_MOST_SHIFTED_CHARACTERS = 10_000_000
_TRUE = ("1", "true")
_ZERO = ("0", "0.0", "-0")


@dataclass
class Marks:
    """The marks of one sheet; places count from 0.

    last_row, last_column: extent of the cells; -1 in a blank sheet.
    filled: number of cells with a value.
    """

    last_row: int = -1
    last_column: int = -1
    filled: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def note(self, sheet: Sheet) -> None:
        """Write the marks to the sheet, and blank the cells of formulas without a result."""
        sheet.errors, sheet.formulas = self.errors, self.formulas
        sheet.hidden_rows, sheet.hidden_columns = self.hidden_rows, self.hidden_columns
        sheet.merges += self.merges
        width = max(map(len, sheet.rows), default=0)
        for row, column in self.formulas:
            if row < len(sheet.rows) and column < width:
                sheet.rows[row][column] = ""


def scan(archive: Archive, part: str, *, is_stale: bool) -> Marks:
    """The marks of a sheet's XML.

    is_stale: the workbook asks to be recalculated on opening, so a saved result of 0 counts as none.
    """
    search = _Search(is_stale)
    for number, window in enumerate(_windows(archive, part)):
        if not _is_usual(window):
            return _SheetXmlWalk(is_stale, archive.size).marks_of(archive, part)
        if number == 0:
            search.columns(window[: window.find(b"<sheetData")])
        search.window(window)
    return search.marks


def _windows(archive: Archive, part: str) -> Iterator[bytes]:
    """The XML in windows of whole rows, without the prefix some libraries write before every name.

    What follows the rows is only unpacked, so that damage is noticed.
    """
    rest = b""
    root = None
    is_past = False
    for block in archive.blocks(part):
        if is_past:
            continue
        rest += block
        root = root or _ROOT.search(rest)
        if root and root[1]:
            rest = rest.replace(b"<" + root[1], b"<").replace(b"</" + root[1], b"</")
        cut = rest.rfind(b"<row")
        is_past = (end := rest.find(_END_OF_ROWS)) >= 0
        if is_past:
            rest = rest[:end]
        elif cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_ROW_BYTES:
            raise FileRefused("archive_bomb")
    yield rest


def _is_usual(window: bytes) -> bool:
    """Whether every row and cell has its place as its first attribute."""
    return all(
        count == plain or count - len(other.findall(window)) == plain
        for count, plain, other in (
            (window.count(b"<c"), window.count(b'<c r="'), _OTHER_C),
            (window.count(b"<row"), window.count(b'<row r="'), _OTHER_ROW),
        )
    )


_OTHER_C, _OTHER_ROW = re.compile(rb"<c[a-zA-Z]"), re.compile(rb"<row[a-zA-Z]")
_END_OF_ROWS = b"</sheetData"
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")
# (What is between a tag's ends is bounded, so that no spelling makes a search slow.)
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<row r="(\d{1,7})"[^<>]{0,500}? hidden="(?:1|true)"')
_REFERENCE = re.compile(rb'<c r="([A-Za-z]{1,99})(\d{1,99})"(?:[^<>]{0,500}[^<>/])?>')
_COLUMN = re.compile(rb"<col\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]{0,500}? t="e"[^<>]{0,500}>'
    rb"(?:<f[^<>]{0,500}/>|<f[^<>]{0,500}>[^<]*</f>)?\s*(?:<v>([^<]*)</v>)?"
)
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"([^<>]{0,500})>\s*<f([^<>]{0,500}?)(?:/>|>([^<]*)</f>)\s*(?:<v>([^<]*)</v>)?'
)


class _Search:
    """The search for marks in windows of a sheet as usual programs write it."""

    def __init__(self, is_stale: bool) -> None:
        self.marks = Marks()
        self._formulas = _Formulas(self.marks, is_stale)

    def columns(self, head: bytes) -> None:
        """Record hidden columns, which are declared before the rows."""
        for tag in _COLUMN.findall(head):
            facts = {key.decode(): value.decode("ascii", "replace") for key, value in _ATTRIBUTE.findall(tag)}
            _hide_columns(self.marks, facts)

    def window(self, xml: bytes) -> None:
        """Record the marks in a window of whole rows."""
        marks = self.marks
        filled = xml.count(b"</v>") + xml.count(b"</is>")
        marks.filled += filled
        if b' hidden="' in xml:
            marks.hidden_rows += [int(row) - 1 for row in _HIDDEN_ROW.findall(xml)]
        if b"<v" in xml or b"<is" in xml:
            self._extent(xml)
        if b' t="e"' in xml:
            for letters, row, value in _ERROR.findall(xml):
                marks.errors[_place(letters, row)] = html.unescape(value.decode("utf-8", "replace")) or "#"
        if b"<f" in xml:
            for letters, row, facts, f_facts, text, value in _FORMULA.findall(xml):
                attributes = dict(_ATTRIBUTE.findall(f_facts))
                self._formulas.cell(
                    _place(letters, row),
                    _text(text),
                    _text(value),
                    cell_type="str" if b' t="str"' in facts else "e" if b' t="e"' in facts else "",
                    group=_text(attributes.get(b"si", b"")) if attributes.get(b"t") == b"shared" else "",
                )

    def _extent(self, xml: bytes) -> None:
        rows = _ROW.findall(xml)
        highest = max(map(int, rows), default=0)
        if len(rows) < _MANY_ROWS:
            references = _REFERENCE.findall(xml)
        else:
            # Cells of the first 26 columns whose row numbers have no more digits than the rows' own are within bounds.
            far = rb'<c r="([A-Za-z]{2,99}|[A-Za-z](?=\d{%d}))(\d{1,99})"(?:[^<>]{0,500}[^<>/])?>' % (
                len(str(highest)) + 1
            )
            references = re.findall(far, xml)
            self._reach(highest - 1, 25)
        if references:
            columns, numbers = zip(*references, strict=True)
            self._reach(
                max(map(int, set(numbers))) - 1, max(column_index(letters.decode().upper()) for letters in set(columns))
            )

    def _reach(self, row: int, column: int) -> None:
        self.marks.last_row = max(self.marks.last_row, row)
        self.marks.last_column = max(self.marks.last_column, column)


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, column_index(letters.decode())


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode("utf-8", "replace"))


def _hide_columns(marks: Marks, facts: dict[str, str]) -> None:
    if facts.get("hidden") in _TRUE:
        first, last = whole(facts.get("min", ""), 1), whole(facts.get("max", ""), 0)
        hide(marks.hidden_columns, first - 1, min(last, MOST_COLUMNS))


class _Formulas:
    """Records formulas saved without a result; those that share a text get it shifted to their place."""

    def __init__(self, marks: Marks, is_stale: bool) -> None:
        self._marks = marks
        self._is_stale = is_stale
        self._shared: dict[str, tuple[str, tuple[int, int]]] = {}
        self._shifted_characters = 0

    def cell(self, place: tuple[int, int], text: str, value: str, *, cell_type: str, group: str) -> None:
        """Record a formula cell if it has no result; the empty value of a formula of texts is one."""
        if group and text:
            self._shared[group] = text, place
        is_saved = value != "" or cell_type in ("str", "e")
        if is_saved and not (self._is_stale and cell_type == "" and value in _ZERO):
            return
        if not text and group in self._shared:
            written, origin = self._shared[group]
            self._shifted_characters += len(written)
            if self._shifted_characters <= _MOST_SHIFTED_CHARACTERS:
                text = _shifted(written, place[0] - origin[0], place[1] - origin[1])
        self._marks.formulas[place] = f"={text}"


_CELL_NAME = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![A-Za-z0-9_(.])")


def _shifted(text: str, rows: int, columns: int) -> str:
    """A formula as it is so many rows and columns further on."""

    def moved(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, row = match.groups()
        column = letters if fixed_column else column_letters(max(column_index(letters) + columns, 0))
        return f"{fixed_column}{column}{fixed_row}{row if fixed_row else int(row) + rows}"

    return _CELL_NAME.sub(moved, text)


_CELL = re.compile(r"([A-Za-z]{1,99})(\d{1,99})")
_TEXTS = ("v", "is", "f")


class _SheetXmlWalk:
    """The same marks from any spelling of the XML, element by element."""

    def __init__(self, is_stale: bool, file_bytes: int) -> None:
        self._marks = Marks()
        self._formulas = _Formulas(self._marks, is_stale)
        self._most_cells = max(_FREE_CELLS, CELLS_A_BYTE * file_bytes)
        self._row = self._column = -1
        self._cell: dict[str, str] = {}
        self._formula: dict[str, str] | None = None
        self._texts: dict[str, str] = {}
        self._inside = ""

    def marks_of(self, archive: Archive, part: str) -> Marks:
        """The marks of a sheet's XML."""
        xml_events.parse(archive.blocks(part), self._start, self._end, self._text, bare_attributes=True)
        return self._marks

    def _start(self, name: str, facts: dict[str, str]) -> None:
        if name in _TEXTS:
            self._inside = name
            self._texts[name] = ""
            if name == "f":
                self._formula = facts
        elif name == "c":
            self._begin_cell(facts)
        elif name == "row":
            row = facts.get("r", "")
            self._row = int(row) - 1 if row.isdecimal() and len(row) < 99 else self._row + 1
            self._column = -1
            if facts.get("hidden") in _TRUE:
                self._marks.hidden_rows.append(self._row)
        elif name == "col":
            _hide_columns(self._marks, facts)

    def _begin_cell(self, facts: dict[str, str]) -> None:
        self._cell, self._formula, self._texts = facts, None, {}
        self._column += 1
        if named := _CELL.fullmatch(facts.get("r", "")):
            self._row, self._column = int(named[2]) - 1, column_index(named[1].upper())

    def _text(self, text: str) -> None:
        if self._inside:
            self._texts[self._inside] += text

    def _end(self, name: str) -> None:
        if name in _TEXTS:
            self._inside = ""
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        marks, place = self._marks, (self._row, self._column)
        value, kind = self._texts.get("v", ""), self._cell.get("t", "")
        if value or "is" in self._texts:
            marks.filled += 1
            if marks.filled > self._most_cells:
                raise FileRefused("archive_bomb")
            marks.last_row = max(marks.last_row, self._row)
            marks.last_column = max(marks.last_column, self._column)
        if kind == "e":
            marks.errors[place] = value or "#"
        if self._formula is not None:
            group = self._formula.get("si", "") if self._formula.get("t") == "shared" else ""
            kind = kind if kind in ("str", "e") else ""
            self._formulas.cell(place, self._texts.get("f", ""), value, cell_type=kind, group=group)
