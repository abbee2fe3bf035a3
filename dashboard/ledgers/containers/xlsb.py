"""Binary workbooks (.xlsb): values by calamine, marks from the sheets' records."""

import struct
from collections.abc import Iterator

from dashboard.ledgers.containers import by_calamine, xml_events
from dashboard.ledgers.containers.archive import Archive
from dashboard.ledgers.containers.sheet import MOST_COLUMNS, Sheet, check_extent, check_place, check_sheets, hide
from dashboard.ledgers.containers.sheet_scan import Marks
from dashboard.ledgers.errors import FileRefused

WORKBOOK = "xl/workbook.bin"

_ROW, _COLUMNS, _MERGE, _SHEET, _TEXTS = 0, 60, 176, 156, 159
_BLANK_CELL, _ERROR_CELL, _ERROR_FORMULA = 1, 3, 11
_CELLS = range(1, 12)
_HIDDEN_ROW, _HIDDEN_COLUMNS = 0x10, 0x01
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def sheets(data: bytes, archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without cells; raises FileRefused."""
    try:
        _refuse_false_counts(archive)
        marked = {name: _marks(archive, part) for name, part in _parts(archive).items()}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise FileRefused("file_damaged") from error
    yield from by_calamine.sheets(data, marked)


def _parts(archive: Archive) -> dict[str, str]:
    """Sheet name → its part, of worksheets that are not hidden."""
    relations = archive.find("xl/_rels/workbook.bin.rels")
    if relations is None:
        raise FileRefused("file_damaged")
    targets = {
        facts.get("Id"): facts.get("Target", "")
        for _, facts in xml_events.elements(archive.read(relations), {"Relationship"})
        if facts.get("Type", "").endswith("/worksheet")
    }
    parts = {}
    for kind, body in _records(archive.read(archive.find(WORKBOOK))):
        if kind == _SHEET:
            (state,) = struct.unpack_from("<I", body)
            relation, end = _string(body, 8)
            name, _ = _string(body, end)
            if state == 0 and relation in targets:
                part = archive.find(f"xl/{targets[relation]}")
                if part is None:
                    raise FileRefused("file_damaged")
                parts[name] = part
                check_sheets(len(parts))
    return parts


def _refuse_false_counts(archive: Archive) -> None:
    """Raise FileRefused where the shared texts are declared to be more than their part has bytes."""
    part = archive.find("xl/sharedStrings.bin")
    texts = archive.read(part) if part else b""
    kind, body = next(_records(texts), (None, b""))
    # The number before it counts cells, of which many may share a text.
    if kind == _TEXTS and struct.unpack_from("<I", body, 4)[0] > len(texts):
        raise FileRefused("file_damaged")


def _marks(archive: Archive, part: str) -> Marks:
    marks = Marks()
    row = 0
    for kind, body in _records(archive.read(part)):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
            check_place(row, 0)
            if len(body) > 11 and body[11] & _HIDDEN_ROW:
                marks.hidden_rows.append(row)
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", body)
            if kind != _BLANK_CELL:
                marks.filled += 1
                marks.last_row, marks.last_column = max(marks.last_row, row), max(marks.last_column, column)
            if kind in (_ERROR_CELL, _ERROR_FORMULA):
                marks.errors[row, column] = _ERRORS.get(body[8], "#")
        elif kind == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<IIIIH", body)
            if flags & _HIDDEN_COLUMNS:
                hide(marks.hidden_columns, first, min(last + 1, MOST_COLUMNS))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            marks.merges.append((top, left, bottom, right))
    check_extent(part, marks.last_row + 1, marks.last_column + 1, marks.filled, archive.size)
    return marks


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of every record; kind and length are numbers of seven bits a byte."""
    position, end = 0, len(data)
    while position < end:
        kind = data[position]
        position += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[position] & 0x7F) << 7
            position += 1
        length = shift = 0
        while True:
            byte = data[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, data[position : position + length]
        position += length


def _string(body: bytes, position: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", body, position)
    end = position + 4 + 2 * length
    return body[position + 4 : end].decode("utf-16-le"), end
