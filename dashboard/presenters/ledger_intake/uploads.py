"""Files a clerk uploaded, where their sheets came from in a report, and the rejected rows to send back for them."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.ledgers.worker import client

# Uploads are read from a folder of this name: PREFIX*/<number of the upload>/<its name>.
PREFIX = "dashboard-intake-"

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Upload:
    """One uploaded file: its name, made safe, and its bytes."""

    name: str
    data: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> "Upload":
        """The file under a name that is safe on every system; the sender's folders are left out."""
        return cls(clean_name(name), data)


@dataclass(frozen=True, order=True)
class SheetAt:
    """Where a sheet came from.

    upload: position of the upload.
    inner: path of the file within an archive, '' outside one.
    sheet: name of the sheet, '' where the file has none.
    """

    upload: int
    inner: str
    sheet: str

    @classmethod
    def of(cls, entry: SheetReport) -> "SheetAt":
        """Where the sheet of a report came from."""
        parts = Path(entry.path).parts
        folder = next(place for place, part in enumerate(parts) if part.startswith(PREFIX))
        return cls(int(parts[folder + 1]), "/".join(parts[folder + 3 :]), entry.sheet or "")

    @staticmethod
    def on_disk(entry: SheetReport) -> Path:
        """The path the upload of a report had while it was read."""
        parts = Path(entry.path).parts
        folder = next(place for place, part in enumerate(parts) if part.startswith(PREFIX))
        return Path(*parts[: folder + 3])


def clean_name(name: str) -> str:
    """A file's name without folders and without characters that some system cannot write; its ending is kept."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    safe = _UNSAFE.sub("_", bare).strip(" .") or "未命名"
    stem, dot, suffix = safe.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}.{suffix[:10]}" if dot else safe[:_LONGEST_NAME]


def sheets_alike(report: Report, at: SheetAt, rows: tuple[int, int]) -> list[SheetAt]:
    """The sheets whose texts in some rows (numbered as in Excel) are those of the sheet ``at``, itself first."""
    sheets = {SheetAt.of(entry): entry.recognition.top for entry in report.files if entry.recognition.top}
    header = sheets[at][rows[0] - 1 : rows[1]]
    same = [other for other, top in sheets.items() if header and top[rows[0] - 1 : rows[1]] == header]
    return [at, *(other for other in same if other != at)]


def rejected_rows(files: Sequence[tuple[Upload, Sequence[SheetReport]]]) -> bytes:
    """The rejected rows of uploads as the senders' own workbooks: one workbook, or several in a zip archive."""
    with client.reader() as reader:
        books = [
            book
            for upload, entries in files
            for book in reader.returned(SheetAt.on_disk(entries[0]), entries, upload.data)
        ]
    if len(files) == 1 and len(books) == 1:
        return books[0][1]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, book) in enumerate(books, start=1):
            archive.writestr(f"{number:02d}_{name}", book)
    return packed.getvalue()
