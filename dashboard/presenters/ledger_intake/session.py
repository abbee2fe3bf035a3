"""The desk of one data clerk (数据录入员): files handed in, the check report, corrections, publication. Knows no page.

Checking, loading and removing run on a thread of their own: a page that is left, reloaded or clicked twice in the
middle neither stops a load nor starts it again.
"""

import contextlib
import io
import logging
import re
import shutil
import tempfile
import threading
import time
import traceback
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from dashboard.definitions import policy
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.feedback import refused_rows
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load, removal, saved_layouts
from dashboard.ledgers.loading.removal import Removal, RemovalCandidates
from dashboard.ledgers.reporting.report import LOADED, PARTIAL, Report, SheetReport
from dashboard.ledgers.worker import client
from dashboard.warehouse import versions

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 80
_PREFIX = "dashboard-intake-"
_A_DAY_S = 86_400

EMPTY, CHECKING, CHECKED, PUBLISHING, REMOVING = "empty", "checking", "checked", "publishing", "removing"


@dataclass(frozen=True)
class Upload:
    """One file as handed in: its name, made safe, and its bytes."""

    name: str
    data: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> "Upload":
        """The file under a name that is safe on every system; the sender's folders are left out."""
        return cls(clean_name(name), data)


@dataclass(frozen=True, order=True)
class SheetAt:
    """Which sheet: the place of its upload, the file's path within an archive ('' outside one), the sheet's name."""

    upload: int
    inner: str
    sheet: str

    @classmethod
    def of(cls, entry: SheetReport) -> "SheetAt":
        """Where the sheet of a report came from."""
        parts = Path(entry.path).parts
        folder = next(place for place, part in enumerate(parts) if part.startswith(_PREFIX))
        return cls(int(parts[folder + 1]), "/".join(parts[folder + 3 :]), entry.sheet or "")

    @staticmethod
    def on_disk(entry: SheetReport) -> Path:
        """The path the upload of a report had while it was read."""
        parts = Path(entry.path).parts
        folder = next(place for place, part in enumerate(parts) if part.startswith(_PREFIX))
        return Path(*parts[: folder + 3])


class Job:
    """Work under way: ``share`` (0-1) and ``what`` for a progress bar, then ``result`` or ``error``."""

    def __init__(self, run: Callable[[load.Progress], Report | Removal], after: "Job | None" = None) -> None:
        self.share = 0.0
        self.what = "准备"
        self.result: Report | Removal | None = None
        self.error = ""
        self._run = run
        # The store admits one at a time: a check that nobody waits for any more must end before the next begins.
        self._after = after
        self._ended = threading.Event()
        threading.Thread(target=self._work, name="intake", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has come."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        if self._after is not None:
            self._after._ended.wait()
            self._after = None
        try:
            self.result = self._run(self._progress)
        except (versions.StoreError, policy.PolicyError, RemovalRefused) as refusal:
            self.error = str(refusal)
        except OSError as failure:
            self.error = f"读写文件失败：{failure.strerror or '未知原因'}。已发布的数据没有改动。"
        except Exception as failure:
            # Where, but not what: the message of an error may quote personal data.
            frames = "".join(traceback.format_tb(failure.__traceback__))
            logging.getLogger(__name__).error("load failed: %s\n%s", type(failure).__name__, frames)
            self.error = "处理没有完成，已发布的数据没有改动。请重试；仍不成功时，请把文件交给系统管理员查看。"
        finally:
            self._ended.set()

    def _progress(self, share: float, what: str) -> None:
        self.share, self.what = min(max(share, 0.0), 1.0), what


class IntakeSession:
    """What one clerk is doing.

    ``report`` is the last check, ``done`` the last load, ``removal`` what the removal asked about would do.
    ``error`` says why something failed, ``notice`` what was done, each in one sentence. ``offers`` are standing rows
    that the files left out. ``batch`` counts the sets of files received, ``checks`` the checks, ``round`` the sets
    that were put away. ``checked_on`` is the version the last check or load began with ('' for none, None unknown).
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uploads: tuple[Upload, ...] = ()
        self.instructions: dict[int, Instructions] = {}
        self.report: Report | None = None
        self.done: Report | None = None
        self.offers: list[RemovalCandidates] = []
        self.removal: Removal | None = None
        self.error = ""
        self.notice = ""
        self.batch = self.checks = self.round = 0
        self.checked_on: str | None = None
        self.job: Job | None = None
        self._last: Job | None = None
        self._lock = threading.Lock()
        self._doing = CHECKING
        # The files of the last check or load: what was refused of them can be sent back after the rest is published.
        self._sent: tuple[Upload, ...] = ()
        self._made: dict[str, Any] = {}
        self._removing: tuple[str, tuple[str, ...], str] | None = None

    @property
    def state(self) -> str:
        """empty, checking, checked, publishing or removing."""
        if self.job is not None:
            return self._doing
        return CHECKED if self.report is not None or self.error else EMPTY

    @property
    def doing(self) -> str:
        """What the work under way is, in words."""
        return {CHECKING: "核对", PUBLISHING: "发布", REMOVING: "清点要移除的行"}[self._doing]

    def once(self, name: str, make: Callable[[Report], Any]) -> Any:
        """Something made of the last check or load, made once and not at every click."""
        told = self.report or self.done
        if self._made.get("of") is not told:
            self._made = {"of": told}
        if name not in self._made:
            self._made[name] = make(told)
        return self._made[name]

    @property
    def publishable(self) -> bool:
        """Whether the last check left anything that would change the data."""
        return self.report is not None and self.report.changes > 0

    def words(self, at: SheetAt) -> Instructions | None:
        """What was said of one sheet so far."""
        return self.instructions.get(at.upload, Instructions()).sheets.get((at.inner, at.sheet))

    def receive(self, uploads: Sequence[Upload]) -> None:
        """Take these files instead of any before and check them; ignored while a load is under way.

        The very files that were checked already are not checked again: what the clerk said about them stays.
        """
        with self._lock:
            checked_already = self.report is not None and tuple(uploads) == self.uploads
            if self.state not in (PUBLISHING, REMOVING) and not checked_already:
                self._clear()
                self.batch += 1
                self.uploads = tuple(uploads)
                if self.uploads:
                    self._start(CHECKING)

    def check(self, said: Mapping[int, Instructions]) -> None:
        """Check again with what the clerk says about files, by their place."""
        with self._lock:
            if self.uploads and self.job is None:
                self.instructions = dict(said)
                self._start(CHECKING)

    def correct(self, words: Mapping[SheetAt, Instructions | None]) -> None:
        """Check again with what the clerk says about single sheets; None takes back what was said of a sheet."""
        said = dict(self.instructions)
        for at, its_words in words.items():
            about = said.get(at.upload, Instructions())
            others = {sheet: one for sheet, one in about.sheets.items() if sheet != (at.inner, at.sheet)}
            own = {} if its_words is None else {(at.inner, at.sheet): its_words}
            said[at.upload] = replace(about, sheets=others | own)
        self.check(said)

    def publish(self, check: int | None = None) -> None:
        """Load what was checked, by the check (``checks``) that was looked at or else the last one.

        A second call, as by a double click, finds a load under way and does nothing.
        """
        with self._lock:
            if self.publishable and self.job is None and check in (None, self.checks):
                self._start(PUBLISHING)

    @property
    def teaches(self) -> bool:
        """Whether the clerk put a layout right in files that change nothing, so that no publication remembers it."""
        told = self.report
        return told is not None and not told.changes and any(map(saved_layouts.is_kept, told.files))

    def remember(self) -> None:
        """Remember the layouts put right in files that change nothing."""
        with self._lock:
            if self.job is None and self.teaches:
                if not saved_layouts.keep(self.root, self.report.files):
                    self.error = "对应关系没能写入数据目录，请检查数据目录的权限和磁盘空间后重试。"
                    return
                self._clear()
                self.round += 1
                self.notice = "已记住更正的对应关系，以后同样表头的文件自动使用。"

    def examine(self, kind: str, keys: Sequence[str], base: str) -> None:
        """Find out what removing standing rows would do; ``base`` is the version in which the clerk looked at them."""
        with self._lock:
            if self.job is None and keys:
                self._removing = kind, tuple(keys), base
                self._start_removal(dry_run=True)

    def remove(self, with_referring: bool) -> None:
        """Remove what was examined, with the rows of other ledgers that name it where the clerk says so."""
        with self._lock:
            if self.job is None and self.removal is not None:
                self._start_removal(dry_run=False, with_referring=with_referring)

    def discard(self) -> None:
        """Forget the files and their report."""
        with self._lock:
            if self.job is None:
                self._clear()
                self.round += 1

    def rollback(self, version_id: str) -> None:
        """Point readers at another published version; what came of it is in ``notice`` or ``error``."""
        with self._lock:
            self.done, self.notice, self.error, self.offers, self.removal = None, "", "", [], None
            try:
                version = versions.rollback(self.root, version_id)
                self.notice = f"当前版本已切换为 {version.id}（截至 {version.as_of}），其他版本都还保留。"
            except versions.StoreError as refusal:
                self.error = str(refusal)

    def forget(self, fingerprints: Sequence[str] | None) -> None:
        """Forget layouts that were remembered, or all of them; files on the desk are checked again without them."""
        with self._lock:
            saved_layouts.forget(self.root, fingerprints)
            if self.uploads and self.job is None:
                self._start(CHECKING)
            self.notice = "已清除记住的对应关系，以后按表头自动识别。"

    def settle(self) -> None:
        """Take over the result of a job that has ended."""
        with self._lock:
            job = self.job
            if job is None or not job.wait(0):
                return
            self.job, self.error = None, job.error
            if isinstance(job.result, Removal):
                self._take_removal(job.result)
            elif job.result is not None and self._doing == PUBLISHING:
                self._clear()
                self.round += 1
                self.done = job.result
                self.offers = removal.candidates(self.done, self.root)
            elif job.result is not None:
                self.report = job.result
                self.offers = removal.candidates(self.report, self.root)

    @property
    def has_returns(self) -> bool:
        """Whether rows of the last check or load were refused one by one, so that they can be sent back."""
        told = self.report or self.done
        rows = sum(len(entry.refused) for entry in told.files if _is_returned(entry)) if told else 0
        return 0 < rows <= refused_rows.MAX_ROWS

    def returns(self) -> tuple[str, Callable[[], bytes]]:
        """The refused rows as the senders' own workbooks: the file's name and what makes it; several files in a zip."""
        entries: dict[int, list[SheetReport]] = {}
        for entry in filter(_is_returned, (self.report or self.done).files):
            entries.setdefault(SheetAt.of(entry).upload, []).append(entry)
        files = [(self._sent[place], its_entries) for place, its_entries in entries.items()]
        inner = {SheetAt.of(entry).inner for _, its_entries in files for entry in its_entries}
        name = (
            refused_rows.file_name(inner.pop() or files[0][0].name) if len(files) == len(inner) == 1 else "退回表.zip"
        )
        return name, lambda: _returns(files)

    def _start(self, doing: str) -> None:
        self.done, self.error, self.notice, self.offers, self.removal = None, "", "", [], None
        self.checks += 1
        uploads, said, root = self.uploads, dict(self.instructions), self.root
        self._sent = uploads
        self.checked_on = _current_id(root)
        self._run(doing, lambda progress: _loaded(uploads, said, root, doing == CHECKING, progress))

    def _start_removal(self, **how: bool) -> None:
        self.error, self.notice, self.removal = "", "", None
        (kind, keys, base), root = self._removing, self.root
        self._run(REMOVING, lambda progress: removal.remove(root, kind, keys, base=base, progress=progress, **how))

    def _run(self, doing: str, run: Callable[[load.Progress], Report | Removal]) -> None:
        self._doing = doing
        self._last = Job(run, after=self._last)
        self.job = self._last

    def _take_removal(self, told: Removal) -> None:
        if not told.report.published:
            self.removal = told
            return
        kind, keys, _ = self._removing
        left = (_without(offer, keys) if offer.kind == kind else offer for offer in self.offers)
        self.offers, self.removal = [offer for offer in left if offer.keys], None
        if self.uploads:
            self._start(CHECKING)
        self.notice = told.headline

    def _clear(self) -> None:
        self.uploads, self.instructions, self.report, self.done = (), {}, None, None
        self.job, self.error, self.notice, self.offers, self.removal = None, "", "", [], None


def _current_id(root: Path) -> str | None:
    with contextlib.suppress(versions.StoreError):
        version = versions.current(root)
        return version.id if version else ""
    return None


def clean_name(name: str) -> str:
    """A file's name without folders and without characters that some system cannot write; its ending is kept."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    safe = _UNSAFE.sub("_", bare).strip(" .") or "未命名"
    stem, dot, suffix = safe.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}.{suffix[:10]}" if dot else safe[:_LONGEST_NAME]


def _loaded(
    uploads: Sequence[Upload], said: Mapping[int, Instructions], root: Path, dry_run: bool, progress: load.Progress
) -> Report:
    """Load from a folder that only this process's user can enter and that is gone afterwards."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        files = []
        for place, upload in enumerate(uploads):
            # A folder each: two senders may give their files the same name.
            file = Path(folder) / f"{place:03d}" / upload.name
            file.parent.mkdir()
            file.write_bytes(upload.data)
            files.append(file)
        by_file = {files[place]: words for place, words in said.items() if place < len(files)}
        return load.load(files, root, dry_run=dry_run, progress=progress, by_file=by_file)


def _sweep() -> None:
    """Remove what a server that was killed in the middle of a load left behind: it holds personal data."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _A_DAY_S:
                shutil.rmtree(left)


def alike(told: Report, at: SheetAt, rows: tuple[int, int]) -> list[SheetAt]:
    """The sheets that have the very same texts in some rows (as Excel shows them) as the sheet ``at``, itself first."""
    sheets = {SheetAt.of(entry): entry.recognition.top for entry in told.files if entry.recognition.top}
    header = sheets[at][rows[0] - 1 : rows[1]]
    same = [other for other, top in sheets.items() if header and top[rows[0] - 1 : rows[1]] == header]
    return [at, *(other for other in same if other != at)]


def _is_returned(entry: SheetReport) -> bool:
    return bool(entry.refused) and entry.status in (LOADED, PARTIAL)


def _returns(files: Sequence[tuple[Upload, Sequence[SheetReport]]]) -> bytes:
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


def _without(offer: RemovalCandidates, keys: Sequence[str]) -> RemovalCandidates:
    gone = set(keys)
    kept = [place for place, key in enumerate(offer.keys) if key not in gone]
    shown = offer.shown.iloc[kept].reset_index(drop=True)
    return replace(offer, keys=tuple(offer.keys[place] for place in kept), shown=shown)
