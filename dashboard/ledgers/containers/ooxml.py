"""Workbooks of Excel 2007 and later (.xlsx, .xlsm): values by calamine, marks by a scan of the sheets' XML.

Macros, links and objects are never read.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from dashboard.ledgers.containers import by_calamine, sheet_scan, xml_events
from dashboard.ledgers.containers.archive import Archive
from dashboard.ledgers.containers.sheet import Sheet, check_extent, check_sheets
from dashboard.ledgers.errors import FileRefused

WORKBOOK = "xl/workbook.xml"

_SHARED_TEXTS = "xl/sharedstrings.xml"
# How many bytes of text the cells may show in all: few shared texts in many cells are a bomb that fits in a small file.
_FREE_TEXT_BYTES = 300_000_000
_TEXT_A_BYTE = 60
# Parts that declare how many entries they have, and within how many bytes.
_COUNTING = (_SHARED_TEXTS, "xl/styles.xml")
_COUNTED_WITHIN_BYTES = 1_000_000
_COUNT = re.compile(rb"""\b(count|uniqueCount)\s*=\s*["']\s*(\d+)""")
_LONGEST_TEXT_BYTES = 10_000_000
_END_OF_TEXT = re.compile(rb"</(?:\w+:)?si>")
_SHARED_REFERENCE = re.compile(rb"""t=["']s["'][^<>]{0,500}>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<""")
_DOCTYPE_WITHIN_BYTES = 65_536


@dataclass
class _WorkbookParts:
    """What a workbook declares.

    parts: parts of the visible sheets, by sheet name.
    is_stale: it asks to be recalculated on opening.
    """

    parts: dict[str, str] = field(default_factory=dict)
    is_stale: bool = False


def sheets(data: bytes, archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without cells; raises FileRefused."""
    _refuse_document_types(archive)
    described = _described(archive)
    marked: dict[str, sheet_scan.Marks] = {}
    for name, part in described.parts.items():
        marked[name] = marks = sheet_scan.scan(archive, part, is_stale=described.is_stale)
        check_extent(name, marks.last_row + 1, marks.last_column + 1, marks.filled, archive.size)
    _refuse_false_counts(archive)
    _refuse_repeated_texts(archive, described.parts.values(), sum(marks.filled for marks in marked.values()))
    yield from by_calamine.sheets(data, marked)


def _refuse_document_types(archive: Archive) -> None:
    """Raise FileRefused where a part declares a document type, which no spreadsheet program writes."""
    for name in archive.members:
        if name.lower().endswith((".xml", ".rels")):
            xml_events.refuse_document_type(archive.head(name, _DOCTYPE_WITHIN_BYTES))


def _described(archive: Archive) -> _WorkbookParts:
    """Which part holds which sheet, and the workbook's settings."""
    book = _WorkbookParts()
    relations = archive.find("xl/_rels/workbook.xml.rels")
    if relations is None:
        raise FileRefused("file_damaged")
    targets = {}
    for _, facts in xml_events.elements(archive.read(relations), {"Relationship"}):
        targets[facts.get("Id")] = facts.get("Target", ""), facts.get("Type", "")
    for tag, facts in xml_events.elements(archive.read(archive.find(WORKBOOK)), {"sheet", "calcPr"}):
        if tag == "sheet":
            target, kind = targets.get(facts.get("id"), ("", ""))
            if not kind.endswith("/worksheet") or facts.get("state", "visible") != "visible":
                continue
            part = archive.find(_path(target))
            if part is None:
                raise FileRefused("file_damaged")
            book.parts[facts.get("name", "")] = part
            check_sheets(len(book.parts))
        elif tag == "calcPr":
            book.is_stale = facts.get("fullCalcOnLoad") in ("1", "true")
    return book


def _path(target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return target if target.startswith("xl/") else f"xl/{target.removeprefix('./')}"


def _refuse_false_counts(archive: Archive) -> None:
    """Raise FileRefused where a part declares more entries than it has bytes; room is made for as many as declared."""
    for name in _COUNTING:
        part = archive.find(name)
        head = archive.head(part, _COUNTED_WITHIN_BYTES) if part else b""
        for what, count in _COUNT.findall(head):
            # Few texts may be shown by many cells: their ``count`` is of cells, which other parts hold.
            is_of_cells = name == _SHARED_TEXTS and what == b"count"
            if int(count) > (archive.unpacked_bytes if is_of_cells else archive.members[part].file_size):
                raise FileRefused("file_damaged")


def _refuse_repeated_texts(archive: Archive, parts: Collection[str], filled: int) -> None:
    """Raise FileRefused where cells share long texts so often that they would not fit into memory."""
    lengths = _lengths_of_shared_texts(archive)
    if max(lengths, default=0) * filled <= max(_FREE_TEXT_BYTES, _TEXT_A_BYTE * archive.size):
        return
    shown = sum(_shown_bytes(archive, part, lengths) for part in parts)
    if shown > max(_FREE_TEXT_BYTES, _TEXT_A_BYTE * archive.size):
        raise FileRefused("archive_bomb")


def _lengths_of_shared_texts(archive: Archive) -> list[int]:
    lengths: list[int] = []
    part = archive.find(_SHARED_TEXTS)
    rest = b""
    for block in archive.blocks(part) if part else ():
        *texts, rest = _END_OF_TEXT.split(rest + block)
        lengths += map(len, texts)
        if len(rest) > _LONGEST_TEXT_BYTES:
            raise FileRefused("archive_bomb")
    return lengths


def _shown_bytes(archive: Archive, part: str, lengths: list[int]) -> int:
    """How many bytes of shared texts the cells of a sheet show."""
    uses: Counter[bytes] = Counter()
    rest = b""
    for block in archive.blocks(part):
        rest += block
        cut = max(rest.rfind(b"<c"), rest.rfind(b":c"), 0)
        uses.update(_SHARED_REFERENCE.findall(rest, 0, cut))
        rest = rest[cut:]
    uses.update(_SHARED_REFERENCE.findall(rest))
    return sum(lengths[int(text)] * count for text, count in uses.items() if int(text) < len(lengths))
