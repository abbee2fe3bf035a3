"""The intake of one clerk (数据录入员): uploads, check report, corrections, publication, removal. Knows no page."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard.ledgers.feedback import refused_rows
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load, removal, saved_layouts
from dashboard.ledgers.loading.removal import Removal, RemovalCandidates
from dashboard.ledgers.reporting.report import LOADED, PARTIAL, Report, SheetReport
from dashboard.presenters.ledger_intake.job import Job, load_uploads
from dashboard.presenters.ledger_intake.uploads import SheetAt, Upload, rejected_rows
from dashboard.warehouse import versions

EMPTY, CHECKING, CHECKED, PUBLISHING, REMOVING = "empty", "checking", "checked", "publishing", "removing"


class IntakeSession:
    """The uploads of one clerk and what became of them.

    report: the last check.
    done: the last load.
    removal: what the removal that was asked about would do.
    error, notice: why something failed and what was done, each in one sentence.
    candidates: current rows absent from the files, which may be removed.
    batch, checks, round: how many sets of files were received, checked, and put away.
    checked_on: the version the last check or load began with; '' for none, None for unknown.
    instructions: manual settings by position of the upload.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uploads: tuple[Upload, ...] = ()
        self.instructions: dict[int, Instructions] = {}
        self.report: Report | None = None
        self.done: Report | None = None
        self.candidates: list[RemovalCandidates] = []
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
        """The work under way, as text."""
        return {CHECKING: "核对", PUBLISHING: "发布", REMOVING: "清点要移除的行"}[self._doing]

    def once(self, name: str, make: Callable[[Report], Any]) -> Any:
        """Something made of the last check or load, made once and not at every click."""
        report = self.report or self.done
        if self._made.get("of") is not report:
            self._made = {"of": report}
        if name not in self._made:
            self._made[name] = make(report)
        return self._made[name]

    @property
    def publishable(self) -> bool:
        """Whether the last check left anything that would change the data."""
        return self.report is not None and self.report.changes > 0

    def instructions_for(self, at: SheetAt) -> Instructions | None:
        """The manual settings of one sheet; None where there are none."""
        return self.instructions.get(at.upload, Instructions()).sheets.get((at.inner, at.sheet))

    def receive(self, uploads: Sequence[Upload]) -> None:
        """Take these files instead of any before and check them; ignored while a load is under way.

        The very files that were checked already are not checked again: their manual settings stay.
        """
        with self._lock:
            checked_already = self.report is not None and tuple(uploads) == self.uploads
            if self.state not in (PUBLISHING, REMOVING) and not checked_already:
                self._clear()
                self.batch += 1
                self.uploads = tuple(uploads)
                if self.uploads:
                    self._start(CHECKING)

    def check(self, instructions: Mapping[int, Instructions]) -> None:
        """Check again with manual settings, by position of the upload."""
        with self._lock:
            if self.uploads and self.job is None:
                self.instructions = dict(instructions)
                self._start(CHECKING)

    def correct(self, corrections: Mapping[SheetAt, Instructions | None]) -> None:
        """Check again with manual settings for single sheets; None takes those of a sheet back."""
        instructions = dict(self.instructions)
        for at, correction in corrections.items():
            of_file = instructions.get(at.upload, Instructions())
            others = {sheet: other for sheet, other in of_file.sheets.items() if sheet != (at.inner, at.sheet)}
            own = {} if correction is None else {(at.inner, at.sheet): correction}
            instructions[at.upload] = replace(of_file, sheets=others | own)
        self.check(instructions)

    def publish(self, check: int | None = None) -> None:
        """Load what was checked, by the check (``checks``) that was looked at or else the last one.

        A second call, as by a double click, finds a load under way and does nothing.
        """
        with self._lock:
            if self.publishable and self.job is None and check in (None, self.checks):
                self._start(PUBLISHING)

    @property
    def teaches(self) -> bool:
        """Whether the clerk corrected a layout in files that change nothing, so that no publication saves it."""
        report = self.report
        return report is not None and not report.changes and any(map(saved_layouts.is_kept, report.files))

    def remember(self) -> None:
        """Save the layouts corrected in files that change nothing."""
        with self._lock:
            if self.job is None and self.teaches:
                if not saved_layouts.keep(self.root, self.report.files):
                    self.error = "对应关系没能写入数据目录，请检查数据目录的权限和磁盘空间后重试。"
                    return
                self._clear()
                self.round += 1
                self.notice = "已记住更正的对应关系，以后同样表头的文件自动使用。"

    def examine(self, kind: str, keys: Sequence[str], base: str) -> None:
        """Find out what removing current rows would do; ``base`` is the version in which the clerk looked at them."""
        with self._lock:
            if self.job is None and keys:
                self._removing = kind, tuple(keys), base
                self._start_removal(dry_run=True)

    def remove(self, with_referring: bool) -> None:
        """Remove the rows examined; ``with_referring`` also the rows of other ledgers that name them."""
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
        """Make another published version the current one; the result is in ``notice`` or ``error``."""
        with self._lock:
            self.done, self.notice, self.error, self.candidates, self.removal = None, "", "", [], None
            try:
                version = versions.rollback(self.root, version_id)
                self.notice = f"当前版本已切换为 {version.id}（截至 {version.as_of}），其他版本都还保留。"
            except versions.StoreError as refusal:
                self.error = str(refusal)

    def forget(self, fingerprints: Sequence[str] | None) -> None:
        """Delete saved layouts, None for all of them; uploads are checked again without them."""
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
                self.candidates = removal.candidates(self.done, self.root)
            elif job.result is not None:
                self.report = job.result
                self.candidates = removal.candidates(self.report, self.root)

    @property
    def has_returns(self) -> bool:
        """Whether the last check or load rejected single rows, so that they can be sent back."""
        report = self.report or self.done
        rows = sum(len(entry.refused) for entry in report.files if _is_returned(entry)) if report else 0
        return 0 < rows <= refused_rows.MAX_ROWS

    def returns(self) -> tuple[str, Callable[[], bytes]]:
        """The rejected rows as the senders' own workbooks: name of the file and a function that makes it."""
        by_upload: dict[int, list[SheetReport]] = {}
        for entry in filter(_is_returned, (self.report or self.done).files):
            by_upload.setdefault(SheetAt.of(entry).upload, []).append(entry)
        files = [(self._sent[place], entries) for place, entries in by_upload.items()]
        inner = {SheetAt.of(entry).inner for _, entries in files for entry in entries}
        name = (
            refused_rows.file_name(inner.pop() or files[0][0].name) if len(files) == len(inner) == 1 else "退回表.zip"
        )
        return name, lambda: rejected_rows(files)

    def _start(self, doing: str) -> None:
        self.done, self.error, self.notice, self.candidates, self.removal = None, "", "", [], None
        self.checks += 1
        uploads, instructions, root = self.uploads, dict(self.instructions), self.root
        self._sent = uploads
        self.checked_on = _current_id(root)
        self._run(doing, lambda progress: load_uploads(uploads, instructions, root, doing == CHECKING, progress))

    def _start_removal(self, **how: bool) -> None:
        self.error, self.notice, self.removal = "", "", None
        (kind, keys, base), root = self._removing, self.root
        self._run(REMOVING, lambda progress: removal.remove(root, kind, keys, base=base, progress=progress, **how))

    def _run(self, doing: str, run: Callable[[load.Progress], Report | Removal]) -> None:
        self._doing = doing
        self._last = Job(run, after=self._last)
        self.job = self._last

    def _take_removal(self, result: Removal) -> None:
        if not result.report.published:
            self.removal = result
            return
        kind, keys, _ = self._removing
        rest = (_without(each, keys) if each.kind == kind else each for each in self.candidates)
        self.candidates, self.removal = [each for each in rest if each.keys], None
        if self.uploads:
            self._start(CHECKING)
        self.notice = result.headline

    def _clear(self) -> None:
        self.uploads, self.instructions, self.report, self.done = (), {}, None, None
        self.job, self.error, self.notice, self.candidates, self.removal = None, "", "", [], None


def _current_id(root: Path) -> str | None:
    with contextlib.suppress(versions.StoreError):
        version = versions.current(root)
        return version.id if version else ""
    return None


def _is_returned(entry: SheetReport) -> bool:
    return bool(entry.refused) and entry.status in (LOADED, PARTIAL)


def _without(candidates: RemovalCandidates, keys: Sequence[str]) -> RemovalCandidates:
    removed = set(keys)
    kept = [place for place, key in enumerate(candidates.keys) if key not in removed]
    shown = candidates.shown.iloc[kept].reset_index(drop=True)
    return replace(candidates, keys=tuple(candidates.keys[place] for place in kept), shown=shown)
