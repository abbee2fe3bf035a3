"""Recognise what a file is by its content, whatever its suffix, and open it with the reader of its format."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from dashboard import language
from dashboard.ledgers import limits
from dashboard.ledgers.containers import archive, biff, delimited, odf, ooxml, spreadsheetml, webpage, xlsb
from dashboard.ledgers.containers.archive import Archive
from dashboard.ledgers.containers.sheet import Sheet
from dashboard.ledgers.errors import FileRefused
from dashboard.ledgers.limits import MEGABYTE

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_TABLE_SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods", ".csv", ".txt", ".tsv", ".geojson", ".zip"}
_PAGE_SUFFIXES = {".htm", ".html"}
_HEAD_BYTES = 4096
_BLANK = b"\x00 \r\n\t\xef\xbb\xbf"
# Kinds of files that are no tables, by their first bytes.
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"{\\rtf", "word"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
    (b"[InternetShortcut]", "shortcut"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "database"),
    (b"ID3", "media"),
)
_OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
# Kinds of office packages and OLE files that are no workbooks, by a name in them.
_PACKAGES = (
    ("word/document.xml", "word"),
    ("ppt/presentation.xml", "slides"),
    ("ofd.xml", "ofd"),
    ("androidmanifest.xml", "program"),
    ("visio/document.xml", "drawing"),
)
_STREAMS = (("WordDocument", "word"), ("PowerPoint Document", "slides"), ("VisioDocument", "drawing"))
_SVG = re.compile(r"<svg[\s>]", re.I)
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|meta|div|center)[\s>]", re.I)
_META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w-]+)""", re.I)
_MHTML = re.compile(r"mime-version:", re.I)


@dataclass(frozen=True)
class Handed:
    """One file as handed in, or one inside an archive.

    path: as shown to the user.
    data: its bytes; empty where it is not read.
    refused: why it cannot be read.
    passed_by: code of the notice for a file that is not meant as a ledger and is skipped.
    """

    path: str
    data: bytes = b""
    refused: FileRefused | None = None
    passed_by: str | None = None

    @property
    def stem(self) -> str:
        """The file's name without suffix."""
        return PurePosixPath(self.path.replace("\\", "/")).stem


def files(path: Path) -> Iterator[Handed]:
    """The file itself or, where it is an archive of several, each file inside, one in memory at a time."""
    try:
        if path.stat().st_size > limits.most("file_mb") * MEGABYTE:
            yield Handed(str(path), refused=FileRefused("file_too_large", most=limits.most("file_mb")))
            return
        data = path.read_bytes()
    except OSError:
        yield Handed(str(path), refused=FileRefused("file_unreadable"))
        return
    yield from within(str(path), data)


def within(shown: str, data: bytes) -> Iterator[Handed]:
    """Like `files`, for data that is in memory already; ``shown`` is its path."""
    if not data.startswith(archive.SIGNATURES):
        yield Handed(shown, data)
        return
    try:
        opened = Archive(data)
        if _is_document(opened):
            yield Handed(shown, data)
        else:
            yield from _inside(opened, shown)
    except FileRefused as unreadable:
        yield Handed(shown, refused=unreadable)


def sheets(data: bytes) -> Iterable[Sheet]:
    """The sheets of one file (no archive of several), one after the other; raises FileRefused."""
    if not data.strip(_BLANK):
        raise FileRefused("file_empty")
    if data.startswith(archive.SIGNATURES):
        return _packed(data)
    if data.startswith(OLE):
        return _ole(data)
    if data.startswith(biff.SIGNATURES):
        return biff.sheets(data)
    if kind := _other(data):
        raise _no_table(kind)
    if data.startswith(_OTHER_ARCHIVES) or data[257:262] == b"ustar":
        raise FileRefused("archive_unsupported")
    return _text(data)


def unpacked_bytes(data: bytes) -> int:
    """The declared unpacked size of a packed file; 0 for other files and damaged ones."""
    if data.startswith(archive.SIGNATURES):
        with contextlib.suppress(FileRefused):
            return Archive(data).unpacked_bytes
    return 0


def is_outlines(data: bytes) -> bool:
    """Whether a file is GeoJSON rather than a table."""
    return data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and not data.startswith(b"{\\rtf")


def may_be_table(path: Path) -> bool:
    """Whether a file in a folder is meant as a ledger: by its suffix, else by its content."""
    if path.suffix.lower() in _TABLE_SUFFIXES:
        return True
    with contextlib.suppress(OSError, FileRefused):
        with path.open("rb") as stream:
            data = stream.read(_HEAD_BYTES)
            if data.startswith((*archive.SIGNATURES, OLE)) or path.suffix.lower() in _PAGE_SUFFIXES:
                data += stream.read(limits.most("file_mb") * MEGABYTE)
        return _is_table(data, path)
    return False


def _inside(opened: Archive, shown: str) -> Iterator[Handed]:
    """The files inside an archive; an archive in it is refused, files that are no ledgers are skipped."""
    if opened.has_twins:
        raise FileRefused("file_damaged")
    if len(opened.members) > (most := limits.most("archive_files")):
        raise FileRefused("archive_files_too_many", most=most)
    for name, member in opened.members.items():
        member_name = archive.shown_name(member)
        path = f"{shown}/{member_name}"
        if member.is_dir() or member_name.endswith("/"):
            continue
        if archive.is_outside(member_name):
            yield Handed(path, refused=FileRefused("archive_path_outside"))
        elif archive.is_passed_by(member, member_name):
            yield Handed(path, passed_by="archive_member_passed")
        else:
            yield _member(opened, name, path)


def _member(opened: Archive, name: str, path: str) -> Handed:
    is_meant = PurePosixPath(path).suffix.lower() in _TABLE_SUFFIXES
    try:
        data = opened.read(name)
    except FileRefused as unreadable:
        return Handed(path, refused=unreadable)
    try:
        if data.startswith(archive.SIGNATURES) and not _is_document(Archive(data)):
            raise FileRefused("archive_nested")
    except FileRefused as unreadable:
        # A damaged text document among the ledgers does not matter.
        if unreadable.code == "file_damaged" and not is_meant:
            return Handed(path, passed_by="archive_member_passed")
        return Handed(path, refused=unreadable)
    if not is_meant and not _is_table(data, PurePosixPath(path)):
        return Handed(path, passed_by="archive_member_passed")
    return Handed(path, data)


def _is_table(data: bytes, path: PurePath) -> bool:
    """Whether a file whose suffix is no table's is a workbook, or a web page with a table."""
    if path.suffix.lower() in _PAGE_SUFFIXES:
        return b"<table" in data.lower()
    if data.startswith(archive.SIGNATURES):
        return _workbook_in(Archive(data)) is not None
    if data.startswith(OLE):
        return any(name in _stream_names(data) for name in ("Workbook", "Book"))
    return data.startswith(biff.SIGNATURES) or spreadsheetml.NAMESPACE in data[:_HEAD_BYTES]


# Office packages -----------------------------------------------------------------------------------------------------


def _workbook_in(opened: Archive) -> str | None:
    """The member that shows a package to be a workbook; None where it is none."""
    for name in (ooxml.WORKBOOK, xlsb.WORKBOOK):
        if opened.find(name):
            return name
    return odf.CONTENT if opened.find(odf.CONTENT) and opened.find("mimetype") else None


def _is_document(opened: Archive) -> bool:
    """Whether a zip file is one office document rather than an archive of several files."""
    if _workbook_in(opened) or opened.find("[Content_Types].xml") or opened.find("mimetype"):
        return True
    return any(name.startswith("xl/") for name in opened.members) or any(opened.find(name) for name, _ in _PACKAGES)


def _packed(data: bytes) -> Iterable[Sheet]:
    opened = Archive(data)
    workbook = _workbook_in(opened)
    if workbook is None:
        kind = next((kind for name, kind in _PACKAGES if opened.find(name)), None)
        if kind is None:
            raise FileRefused("file_damaged" if _is_document(opened) else "archive_nested")
        raise _no_table(kind)
    if opened.has_twins:
        raise FileRefused("file_damaged")
    if workbook == odf.CONTENT:
        return odf.sheets(opened)
    return ooxml.sheets(data, opened) if workbook == ooxml.WORKBOOK else xlsb.sheets(data, opened)


def _ole(data: bytes) -> Iterable[Sheet]:
    # The word alone is enough: only files with a password have it, even damaged ones.
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileRefused("file_encrypted")
    names = _stream_names(data)
    if "Workbook" in names or "Book" in names:
        return biff.sheets(data)
    kind = next((kind for name, kind in _STREAMS if name in names), None)
    if kind is None:
        raise FileRefused("file_damaged" if not names else "not_a_table", what=delimited.unknown())
    raise _no_table(kind)


def _stream_names(data: bytes) -> set[str]:
    """The names in an OLE file's directory, searched as bytes, since the directory of a damaged file may be cut off."""
    names = ("Workbook", "Book", *(name for name, _ in _STREAMS))
    return {name for name in names if ole_entry(name) in data}


def ole_entry(name: str) -> bytes:
    """The beginning of an OLE file's directory entry: the name in 64 bytes, and the length of the name."""
    written = (name + "\x00").encode("utf-16-le")
    return written.ljust(64, b"\x00") + len(written).to_bytes(2, "little")


def _no_table(kind: str) -> FileRefused:
    """The refusal of a file of a kind that is no table."""
    names = {
        "pdf": language.words("ledgers.kind_pdf"),
        "picture": language.words("ledgers.kind_picture"),
        "word": language.words("ledgers.kind_word"),
        "slides": language.words("ledgers.kind_slides"),
        "ofd": language.words("ledgers.kind_ofd"),
        "drawing": language.words("ledgers.kind_drawing"),
        "program": language.words("ledgers.kind_program"),
        "shortcut": language.words("ledgers.kind_shortcut"),
        "database": language.words("ledgers.kind_database"),
        "media": language.words("ledgers.kind_media"),
        "xml": language.words("ledgers.kind_xml"),
        "mht": language.words("ledgers.kind_mht"),
        "json": language.words("ledgers.kind_json"),
    }
    return FileRefused("not_a_table", what=names[kind])


# Text ----------------------------------------------------------------------------------------------------------------


def _other(data: bytes) -> str | None:
    """The kind of a file that is no table, by its first bytes; None for others."""
    for signature, kind in _OTHERS:
        if data.startswith(signature) and (len(signature) > 2 or delimited.is_binary(data)):
            return kind
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        return "picture" if data[8:12] in (b"WEBP", b"heic", b"mif1", b"avif") else "media"
    return None


def _text(data: bytes) -> Iterable[Sheet]:
    head = data[:_HEAD_BYTES].replace(b"\x00", b"")
    if spreadsheetml.NAMESPACE in head and b"<" in head[:10]:
        return spreadsheetml.sheets(data)
    text = _page_text(data) if _HTML.search(head.decode("latin-1")) else None
    text = delimited.decode(data) if text is None else text
    start = text.lstrip("\ufeff \r\n\t")[:_HEAD_BYTES]
    if start.startswith("<"):
        if _SVG.search(start):
            raise _no_table("picture")
        if _HTML.search(start):
            return webpage.sheets(text)
        raise _no_table("xml")
    if _MHTML.match(start):
        raise _no_table("mht")
    if start.startswith(("{", "[{", "[[")):
        raise _no_table("json")
    return [delimited.sheet(text)]


def _page_text(data: bytes) -> str | None:
    """The text of a web page in the encoding it declares; None where it declares none or a wrong one."""
    declared = _META.search(data[:_HEAD_BYTES])
    if not declared or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    encoding = declared[1].decode("ascii").lower()
    with contextlib.suppress(UnicodeDecodeError, LookupError):
        return data.decode("gb18030" if encoding.startswith("gb") else "utf-8-sig" if encoding == "utf-8" else encoding)
    return None
