"""A file opened as sheets of cells: values with their number or text nature, merged ranges, hidden and broken cells.

Files are recognised by content. Everything a sender could have done to a container is answered here with an
`Unreadable`, whose code is an entry of the catalogue.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine

_LARGEST_UNPACKED_BYTES = 3_000_000_000
_LARGEST_RATIO = 400
_SMALL_BYTES = 50_000_000
_SAMPLE_BYTES = 65_536
_DELIMITERS = (",", "\t", ";", "|")
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Unreadable(Exception):
    """A file that is no readable table; ``code`` and ``args`` name the sentence of the catalogue."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass
class Sheet:
    """One sheet: ``rows[r][c]`` from A1, '' for blank; merges as (first row, first column, last row, last column)."""

    name: str | None
    rows: list[list[Any]]
    hidden: bool = False
    is_text: bool = False
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved_formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def read(path: Path) -> Iterable[Sheet]:
    """The sheets of a file, one after the other; raises Unreadable."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable("file_unreadable") from error
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("file_empty")
    if data.startswith(b"PK"):
        return _packed(data)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("file_encrypted")
        return _workbook(data, None)
    if data.startswith(_NOT_TABLES):
        raise Unreadable("not_a_table")
    return [_delimited(data)]


def _packed(data: bytes) -> Iterable[Sheet]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable("file_damaged") from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > _LARGEST_UNPACKED_BYTES or (unpacked > _SMALL_BYTES and unpacked > _LARGEST_RATIO * len(data)):
        raise Unreadable("archive_bomb")
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        known = {"content.xml", "xl/workbook.bin"} & names
        if not known:
            raise Unreadable("not_a_table" if names else "file_damaged")
        return _workbook(data, None)
    return _workbook(data, archive)


def _workbook(data: bytes, archive: zipfile.ZipFile | None) -> Iterable[Sheet]:
    try:
        parts = _sheet_parts(archive) if archive else {}
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise Unreadable("file_encrypted") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise Unreadable("file_damaged") from error
    for facts in book.sheets_metadata:
        if facts.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if facts.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(facts.name, [], hidden=True)
            continue
        yield _worksheet(book, facts.name, archive, parts.get(facts.name))


def _worksheet(book: python_calamine.CalamineWorkbook, name: str, archive, part: str | None) -> Sheet:
    try:
        table = book.get_sheet_by_name(name)
        rows = table.to_python(skip_empty_area=False)
        merges = [(*first, *last) for first, last in table.merged_cell_ranges or ()]
        sheet = Sheet(name, rows, merges=merges)
        if archive is not None and part is not None:
            _note_markings(sheet, archive, part)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise Unreadable("file_damaged") from error
    return sheet


# Markings: what the reader of values does not tell, found by a scan of the sheet's XML --------------------------

_RELATION = re.compile(rb"<Relationship\s[^>]*>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_CELL = re.compile(rb"""<c r="([A-Z]+)(\d+)"((?:[^>]*[^/>])?)>(.*?)</c>""", re.S)
_VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")
_HIDDEN_ROW = re.compile(rb"""<row\s[^>]*?r="(\d+)"[^>]*?hidden="(?:1|true)\"""")
_COLUMN = re.compile(rb"<col\s[^>]*>")
_MARKS = (b"<f", b't="e"', b'hidden="')


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the name of its XML part; refuses document types, which no spreadsheet program writes."""
    book = archive.read("xl/workbook.xml")
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                if b"<!DOCTYPE" in part.read(2048).upper():
                    raise Unreadable("file_hostile")
    try:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {facts.get(b"Id"): facts.get(b"Target", b"") for facts in map(_attributes, _RELATION.findall(relations))}
    parts = {}
    for facts in map(_attributes, _SHEET.findall(book)):
        target = targets.get(facts.get(b"r:id"), b"").decode("utf-8", "replace").lstrip("/")
        name = _unescaped(facts.get(b"name", b"").decode("utf-8", "replace"))
        parts[name] = target if target.startswith("xl/") else f"xl/{target}"
    return parts


def _note_markings(sheet: Sheet, archive: zipfile.ZipFile, part: str) -> None:
    if part not in archive.namelist() or not _is_marked(archive, part):
        return
    xml = archive.read(part)
    head = xml[: xml.find(b"<sheetData")]
    for facts in map(_attributes, _COLUMN.findall(head)):
        if facts.get(b"hidden") in (b"1", b"true"):
            first, last = int(facts[b"min"]), int(facts[b"max"])
            sheet.hidden_columns += range(first - 1, min(last, 1000))
    sheet.hidden_rows = [int(number) - 1 for number in _HIDDEN_ROW.findall(xml)]
    if any(mark in xml for mark in _MARKS[:2]):
        for letters, number, attributes, body in _CELL.findall(xml):
            place = int(number) - 1, _column_index(letters)
            value = _VALUE.search(body)
            if b't="e"' in attributes:
                sheet.errors[place] = (value[1] if value and value[1] else b"#").decode("utf-8", "replace")
            elif value is None and b"<f" in body and b't="str"' not in attributes:
                # (A text formula's empty value is its result.)
                sheet.unsaved_formulas.add(place)


def _is_marked(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as stream:
        tail = b""
        while block := stream.read(1 << 22):
            window = tail + block
            if any(mark in window for mark in _MARKS):
                return True
            tail = block[-16:]
    return False


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


# Text files --------------------------------------------------------------------------------------------------------


_GUARDED = re.compile(r'="((?:[^"]|"")*)"')


def _delimited(data: bytes) -> Sheet:
    text = _decoded(data)
    head = text.lstrip()[:200].lower()
    if head.startswith(("<!doctype", "<html", "<table", "<?xml", "{", "[")):
        raise Unreadable("not_a_table")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise Unreadable("csv_unbalanced") from error
    for row in rows:
        for index, cell in enumerate(row):
            # Programs protect long digits from Excel by writing ="…".
            if cell.startswith('="') and (guarded := _GUARDED.fullmatch(cell)):
                row[index] = guarded[1].replace('""', '"')
    return Sheet(None, rows, is_text=True)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in data[:_SAMPLE_BYTES]:
        raise Unreadable("not_a_table")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise Unreadable("not_a_table")
        return text
    raise Unreadable("encoding_unknown")


def _delimiter(text: str) -> str:
    """The separator found most often in the first lines; a comma where none stands out."""
    lines = [line for line in text[:_SAMPLE_BYTES].splitlines()[:20] if line.strip()]
    counts = {delimiter: max((line.count(delimiter) for line in lines), default=0) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ","
