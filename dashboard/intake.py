"""The desk of one data clerk (数据录入员): files handed in, the check report, publication. Knows no page.

Checking and loading run on a thread of their own: a page that is left, reloaded or clicked twice in the middle
neither stops a load nor starts it again.
"""

import contextlib
import logging
import re
import shutil
import tempfile
import threading
import time
import traceback
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from dashboard import columns, indicators, policy, store
from dashboard.ledgers import forms, issues, load, report
from dashboard.ledgers.reading import Said
from dashboard.ledgers.report import Report, SheetReport

RESULTS = {
    report.LOADED: "可以导入",
    report.PARTIAL: "部分可以导入",
    report.REFUSED: "不能导入",
    report.SKIPPED: "不读",
}
SEVERITIES = {issues.REFUSED: "不能导入", issues.WARNING: "提醒", issues.NOTICE: "说明"}

# What a person can answer on the page instead of changing the file: the sentence that asks, and what to do there.
ASKED = {
    "year_needed": "请在“指定台账种类、年度或金额单位”中选择年度，再重新核对。",
    "date_year_needed": "请在“指定台账种类、年度或金额单位”中选择年度，再重新核对。",
    "date_needs_year": "请在原表中写完整；或在“指定台账种类、年度或金额单位”中选择年度，再重新核对。",
    "unit_needed": "请在“指定台账种类、年度或金额单位”中选择金额单位，再重新核对。",
    "not_a_ledger": "请对照台账样式补上表头；或在“指定台账种类、年度或金额单位”中选择台账种类，再重新核对。",
    "not_quite_a_ledger": "请补上这些列；或在“指定台账种类、年度或金额单位”中改选台账种类，再重新核对。",
    "other_ledger": "请在“指定台账种类、年度或金额单位”中改选台账种类，再重新核对。",
}

SHEET_COLUMNS = {
    "file": columns.text("文件"),
    "sheet": columns.text("工作表"),
    "ledger": columns.text("台账种类"),
    "result": columns.text("核对结果"),
    "read": columns.count("读到（行）"),
    "loaded": columns.count("可导入（行）"),
    "refused": columns.count("不能导入（行）"),
    "new": columns.count("新增"),
    "changed": columns.count("变更"),
    "unchanged": columns.count("未变"),
    "missing": columns.count("本次文件中没有"),
}
SAID_COLUMNS = {
    "severity": columns.text("类别", width=80),
    "file": columns.text("文件", width=150),
    "sheet": columns.text("工作表", width=85),
    "row": columns.text("行", width=50),
    "column": columns.text("列", width=110),
    "value": columns.text("内容", width=120),
    "says": columns.text("问题", width=470),
    "todo": columns.text("怎么办", width=260),
}
CHANGE_COLUMNS = {
    "ledger": columns.text("台账"),
    "key": columns.text("编号"),
    "title": columns.text("列"),
    "old": columns.text("原值"),
    "new": columns.text("新值"),
}
MOVED_COLUMNS = {
    "name": columns.text("指标"),
    "period": columns.text("期间"),
    "before": columns.text("发布前"),
    "now": columns.text("发布后"),
}

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 80
_PREFIX = "dashboard-intake-"
_A_DAY_S = 86_400

EMPTY, CHECKING, CHECKED, PUBLISHING = "empty", "checking", "checked", "publishing"


@dataclass(frozen=True)
class Upload:
    """One file as handed in: its name, made safe, and its bytes."""

    name: str
    data: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> "Upload":
        """The file under a name that is safe on every system; the sender's folders are left out."""
        return cls(clean_name(name), data)


class Job:
    """A check or a load under way: ``share`` (0-1) and ``what`` for a progress bar, then ``report`` or ``error``."""

    def __init__(self, run: Callable[[load.Progress], Report], after: "Job | None" = None) -> None:
        self.share = 0.0
        self.what = "准备"
        self.report: Report | None = None
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
            self.report = self._run(self._progress)
        except (store.StoreError, policy.PolicyError) as refusal:
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


class Desk:
    """What one clerk is doing. ``report`` is the last check, ``done`` the last load.

    ``error`` says why something failed, ``notice`` what was done, each in one sentence. ``batch`` counts the sets of
    files received, ``round`` those that were put away.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uploads: tuple[Upload, ...] = ()
        self.said: dict[int, Said] = {}
        self.report: Report | None = None
        self.done: Report | None = None
        self.error = ""
        self.notice = ""
        self.batch = self.round = 0
        self.job: Job | None = None
        self._last: Job | None = None
        self._lock = threading.Lock()
        self._publishing = False

    @property
    def state(self) -> str:
        """empty, checking, checked or publishing."""
        if self.job is not None:
            return PUBLISHING if self._publishing else CHECKING
        return CHECKED if self.report is not None or self.error else EMPTY

    @property
    def publishable(self) -> bool:
        """Whether the last check left anything that would change the data."""
        return self.report is not None and self.report.changes > 0

    def receive(self, uploads: Sequence[Upload]) -> None:
        """Take these files instead of any before and check them; ignored while a load is under way.

        The very files that were checked already are not checked again: what the clerk said about them stays.
        """
        with self._lock:
            checked_already = self.report is not None and tuple(uploads) == self.uploads
            if self.state != PUBLISHING and not checked_already:
                self._clear()
                self.batch += 1
                self.uploads = tuple(uploads)
                if self.uploads:
                    self._start(dry_run=True)

    def check(self, said: Mapping[int, Said]) -> None:
        """Check again with what the clerk says about files, by their place."""
        with self._lock:
            if self.uploads and self.job is None:
                self.said = dict(said)
                self._start(dry_run=True)

    def publish(self) -> None:
        """Load what was checked. A second call, as by a double click, finds a load under way and does nothing."""
        with self._lock:
            if self.publishable and self.job is None:
                self._publishing = True
                self._start(dry_run=False)

    def discard(self) -> None:
        """Forget the files and their report."""
        with self._lock:
            if self.job is None:
                self._clear()
                self.round += 1

    def rollback(self, version_id: str) -> None:
        """Point readers at another published version; what came of it is in ``notice`` or ``error``."""
        with self._lock:
            self.done, self.notice, self.error = None, "", ""
            try:
                version = store.rollback(self.root, version_id)
                self.notice = f"当前版本已切换为 {version.id}（截至 {version.as_of}），其他版本都还保留。"
            except store.StoreError as refusal:
                self.error = str(refusal)

    def settle(self) -> None:
        """Take over the result of a job that has ended."""
        with self._lock:
            job = self.job
            if job is None or not job.wait(0):
                return
            self.job, self.error = None, job.error
            if self._publishing and job.report is not None:
                self._clear()
                self.round += 1
                self.done = job.report
            elif job.report is not None:
                self.report = job.report
            self._publishing = False

    def _start(self, dry_run: bool) -> None:
        self.done, self.error, self.notice = None, "", ""
        uploads, said, root = self.uploads, dict(self.said), self.root
        self._last = Job(lambda progress: _loaded(uploads, said, root, dry_run, progress), after=self._last)
        self.job = self._last

    def _clear(self) -> None:
        self.uploads, self.said, self.report, self.done = (), {}, None, None
        self.job, self.error, self.notice = None, "", ""


def clean_name(name: str) -> str:
    """A file's name without folders and without characters that some system cannot write; its ending is kept."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    safe = _UNSAFE.sub("_", bare).strip(" .") or "未命名"
    stem, dot, suffix = safe.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}.{suffix[:10]}" if dot else safe[:_LONGEST_NAME]


def sheets(told: Report) -> pd.DataFrame:
    """One row a sheet: what was recognised, and what would become of its rows."""
    return pd.DataFrame(
        [
            {
                "file": _file(entry),
                "sheet": entry.sheet,
                "ledger": entry.ledger_name or "未识别",
                "result": RESULTS[entry.status],
                "read": entry.rows_read,
                "loaded": entry.rows_loaded,
                "refused": len(entry.refused),
                "new": entry.new,
                "changed": entry.changed,
                "unchanged": entry.unchanged,
                "missing": entry.missing,
            }
            for entry in told.files
        ]
    )


def said_rows(told: Report) -> pd.DataFrame:
    """One row for everything said about the files: refusals first, then in the order of the sheets; masked."""
    catalogue = issues.catalogue()
    rows = [
        {
            "file": _file(entry),
            "sheet": entry.sheet,
            "row": issue.row,
            "column": issue.column,
            "value": issue.value,
            "severity": SEVERITIES[issue.severity],
            "says": _sentence(issue, catalogue[issue.code].todo),
            "todo": ASKED.get(issue.code, catalogue[issue.code].todo),
        }
        for entry in told.files
        for issue in entry.issues
    ]
    found = pd.DataFrame(rows, columns=list(SAID_COLUMNS)).astype({"row": "Int64"})
    return found.sort_values("severity", key=lambda words: words.map(_RANKS), kind="stable").reset_index(drop=True)


def changes(told: Report) -> pd.DataFrame:
    """Examples of changed rows, a row for each field: ledger, key, title, old and new value; masked."""
    rows = [
        {"ledger": ledger.name, "key": change.key.replace("|", " / "), "title": title, "old": old, "new": new}
        for ledger in told.ledgers
        for change in ledger.examples
        for title, old, new in change.fields
    ]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def moved(figures: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``meta/moved`` as they are told: name, period, value before and now; in the order of the registry."""
    order = {definition.id: place for place, definition in enumerate(indicators.all())}
    known = figures[figures["indicator"].isin(list(order))]
    ordered = known.sort_values("indicator", key=lambda ids: ids.map(order), kind="stable")
    return pd.DataFrame(
        {
            "name": [indicators.label(one) for one in ordered["indicator"]],
            "period": ordered["period"].tolist(),
            "before": [indicators.format(row.indicator, row.value_before) for row in ordered.itertuples()],
            "now": [indicators.format(row.indicator, row.value) for row in ordered.itertuples()],
        }
    ).query("before != now")


def kind_in_words(kind: str) -> str:
    """What may be said of a file: its kind, '' for the one its header shows."""
    return forms.get(kind).name if kind else "台账种类：按表头识别"


def year_in_words(year: int) -> str:
    """What may be said of a file: its year, 0 for the one it names."""
    return f"{year}年" if year else "年度：按文件"


def unit_in_words(unit: str) -> str:
    """What may be said of a file: the unit of its money, '' for the one it names."""
    return unit or "单位：按文件"


def asks(told: Report) -> bool:
    """Whether a file could be read once the clerk says its kind, year or unit."""
    return any(issue.code in ASKED for entry in told.files for issue in entry.issues)


def why_not(told: Report) -> str:
    """Why there is nothing to publish, in one sentence."""
    if not any(entry.rows_loaded for entry in told.files):
        return "没有可以导入的行：请按下表逐条处理后重新上传。"
    return "文件内容与现有数据完全相同，不需要发布新版本。"


_RANKS = {word: rank for rank, word in enumerate(SEVERITIES.values())}


def _loaded(
    uploads: Sequence[Upload], said: Mapping[int, Said], root: Path, dry_run: bool, progress: load.Progress
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


def _file(entry: SheetReport) -> str:
    return Path(entry.path).name


def _sentence(issue: issues.Issue, todo: str) -> str:
    """The sentence alone: where it applies and what to do stand in columns of their own."""
    says = issue.message.removesuffix(todo)
    place = f"“{issue.column}”：" if issue.column else f"第 {issue.row} 行：" if issue.row is not None else "”："
    return says.partition(place)[2] or says
