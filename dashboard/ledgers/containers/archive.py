"""Zip archives, read in memory: limits are checked before anything is unpacked, names are made safe to show."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath

from dashboard.ledgers.errors import FileRefused

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

# No archive of ledgers has more, and each takes memory.
_MOST_MEMBERS = 10_000
_LARGEST_UNPACKED_BYTES = 2_000_000_000
# Ledgers shrink to a tenth, seldom to a fiftieth; long ones whose rows are nearly alike, to less.
_SMALL_BYTES, _LARGEST_RATIO_OF_SMALL = 50_000_000, 400
_LARGE_BYTES, _LARGEST_RATIO_OF_LARGE = 300_000_000, 100
_HEADER_BYTES = 30
_BLOCK_BYTES = 1 << 22
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


class Archive:
    """A zip file in memory.

    Raises FileRefused where it is damaged, encrypted or unpacks to far more than its size.

    has_twins: two members have the same name but for upper and lower case.
    """

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _BROKEN as error:
            raise FileRefused("file_damaged") from error
        _check_size(members, len(data))
        self.members = {_plain(member.filename): member for member in members}
        self._by_lower = {name.lower(): name for name in self.members}
        self.unpacked_bytes = sum(member.file_size for member in members)
        self.has_twins = len(self._by_lower) != len(members)

    def find(self, name: str) -> str | None:
        """The member of that name, upper and lower case alike; None where there is none."""
        return self._by_lower.get(name.lower())

    def read(self, name: str) -> bytes:
        """A whole member."""
        return b"".join(self.blocks(name))

    def head(self, name: str, length: int) -> bytes:
        """The beginning of a member."""
        for block in self.blocks(name, length):
            return block
        return b""

    def blocks(self, name: str, length: int = _BLOCK_BYTES) -> Iterator[bytes]:
        """A member block by block; a false size or checksum raises FileRefused at its end."""
        member = self.members[name]
        if member.flag_bits & _IS_ENCRYPTED:
            raise FileRefused("file_encrypted")
        if member.compress_type not in _METHODS:
            raise FileRefused("archive_unsupported")
        try:
            with self._zip.open(member) as stream:
                unpacked = 0
                while block := stream.read(length):
                    unpacked += len(block)
                    yield block
        except _BROKEN as error:
            raise FileRefused("file_damaged") from error
        if unpacked != member.file_size:
            raise FileRefused("file_damaged")


def shown_name(member: zipfile.ZipInfo) -> str:
    """A member's name as its sender wrote it: archives of Chinese systems contain GBK without declaring it."""
    if member.flag_bits & _IS_UTF8:
        return _plain(member.filename)
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return _plain(member.filename)
    for encoding in ("utf-8", "gb18030"):
        try:
            return _plain(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _plain(member.filename)


def is_outside(name: str) -> bool:
    """Whether a member's name points out of the archive."""
    return name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts


def is_passed_by(member: zipfile.ZipInfo, name: str) -> bool:
    """Whether a member is skipped: it is not one of the sender's files, or a link."""
    return is_of_the_system(PurePosixPath(name)) or stat.S_ISLNK(member.external_attr >> 16)


def is_of_the_system(file: PurePath) -> bool:
    """Whether a file of an archive or folder is hidden, a lock file, or added by macOS or Windows."""
    return (
        not file.name
        or "__MACOSX" in file.parts
        or any(part.startswith(".") and part != ".." for part in file.parts)
        or file.name.startswith("~$")
        or file.name.lower() in ("thumbs.db", "desktop.ini")
    )


def _plain(name: str) -> str:
    return name.replace("\\", "/")


def _check_size(members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    """Raise FileRefused for archives that would unpack to far more than their size, or whose members overlap."""
    if len(members) > _MOST_MEMBERS:
        raise FileRefused("archive_files_too_many", most=_MOST_MEMBERS)
    unpacked = sum(member.file_size for member in members)
    if (
        unpacked > _LARGEST_UNPACKED_BYTES
        or (unpacked > _SMALL_BYTES and unpacked > _LARGEST_RATIO_OF_SMALL * packed_bytes)
        or (unpacked > _LARGE_BYTES and unpacked > _LARGEST_RATIO_OF_LARGE * packed_bytes)
    ):
        raise FileRefused("archive_bomb")
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise FileRefused("archive_bomb")
        end = member.header_offset + _HEADER_BYTES + member.compress_size
