"""What a load says: one entry a sheet, and the whole as JSON, lines and an exit code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dashboard.access import masking
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.issues import Issue
from dashboard.ledgers.reporting.recognition import Recognition

LOADED, PARTIAL, REFUSED, SKIPPED = "loaded", "partial", "refused", "skipped"

_LINES_A_SHEET = 20
# What became of a sheet and of its rows, and what would, where it is only checked.
_DONE = {LOADED: "已导入", PARTIAL: "部分导入", REFUSED: "未导入", SKIPPED: "未读"}
WOULD = {LOADED: "可以导入", PARTIAL: "部分可以导入", REFUSED: "不能导入", SKIPPED: "不读"}
_COUNTS = {
    "new": "新增",
    "changed": "变更",
    "unchanged": "未变",
    "missing": "本次文件中没有（保留）",
    "refused": "未导入",
}


@dataclass
class SheetReport:
    """One sheet of one file: what became of its rows. ``row_no`` are as Excel shows them; file_no numbers sheets.

    ``is_returned``: it holds only rows that were refused before and came back in a returned workbook (退回表).
    """

    path: str
    sheet: str | None = None
    ledger: str | None = None
    ledger_name: str | None = None
    file_no: int = 0
    sha256: str = ""
    status: str = LOADED
    rows_read: int = 0
    rows_loaded: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    refused: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)
    titles: Mapping[str, str] = field(default_factory=dict)
    recognition: Recognition = field(default_factory=Recognition)
    is_returned: bool = False

    def add_issue(
        self, code: str, row: int | None = None, column: str | None = None, value: Any = None, **more: Any
    ) -> None:
        """Add an issue; ``column`` is the sender's title. A refused row is remembered as held back."""
        said = issues.issue(code, sheet=self.sheet, row=row, column=column, value=value, **more)
        self.issues.append(said)
        if said.severity == issues.REFUSED and row is not None:
            self.refused.add(row)

    def reject(self, code: str, **more: Any) -> None:
        """Refuse the whole sheet: nothing of it is loaded."""
        self.add_issue(code, **more)
        self.status = REFUSED
        self.rows_loaded = 0

    def as_json(self) -> dict[str, Any]:
        """The entry as the contract lays it out."""
        return {
            "path": self.path,
            "sheet": self.sheet and masking.free_text(self.sheet),
            "ledger": self.ledger,
            "status": self.status,
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_refused": len(self.refused),
            "issues": [issue.as_json() for issue in self.issues],
        }


@dataclass(frozen=True)
class Change:
    """One changed row: its key and (title, old, new) of every field that differs, masked."""

    key: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass
class LedgerReport:
    """What a load did to one ledger, counted over its files.

    ``absent_rows`` are standing rows that the files leave out though they speak of their place and period: record_key,
    place, shown (a name).
    """

    kind: str
    name: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    refused: int = 0
    examples: list[Change] = field(default_factory=list)
    absent_rows: pa.Table | None = None

    @property
    def counts(self) -> dict[str, int]:
        """new, changed, unchanged, missing, refused."""
        return {name: getattr(self, name) for name in _COUNTS}


@dataclass
class Report:
    """A load's result: ``version`` is what readers see now (None when nothing was ever published, or in a dry run)."""

    files: list[SheetReport] = field(default_factory=list)
    ledgers: list[LedgerReport] = field(default_factory=list)
    version: str | None = None
    published: bool = False
    dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """0 all rows in; 1 some rows held back; 2 a file refused, or nothing to read."""
        if not self.files or any(entry.status == REFUSED for entry in self.files):
            return 2
        return 1 if any(entry.refused for entry in self.files) else 0

    @property
    def changes(self) -> int:
        """How many rows the load adds or changes."""
        return sum(ledger.new + ledger.changed for ledger in self.ledgers)

    @property
    def refused_files(self) -> set[str]:
        """Paths of the files of which nothing is loaded because they are refused."""
        return {entry.path for entry in self.files if entry.status == REFUSED} - {
            entry.path for entry in self.files if entry.status in (LOADED, PARTIAL)
        }

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        told = Counter(issue.severity for entry in self.files for issue in entry.issues)
        held_back = sum(len(entry.refused) for entry in self.files)
        loaded = sum(entry.rows_loaded for entry in self.files)
        whole = self.refused_files
        # A ledger that an export could not fill, while the file's others are in.
        alone = {entry.ledger_name for entry in self.files if entry.status == REFUSED and entry.path not in whole}
        in_, not_in = ("可以导入", "不能导入") if self.dry_run else ("导入", "未导入")
        parts = [f"{in_} {loaded:,} 行"]
        if held_back:
            parts.append(f"{held_back:,} 行{not_in}")
        if whole:
            parts.append(f"{len(whole):,} 个文件{not_in}")
        parts += [f"{name}{not_in}" for name in sorted(alone)]
        if told[issues.WARNING]:
            parts.append(f"{told[issues.WARNING]:,} 条提醒")
        if self.dry_run:
            end = "与现有数据完全相同，不需要发布" if loaded and not self.changes else "尚未发布"
        elif self.published:
            end = f"已发布版本 {self.version}"
        else:
            end = "数据没有变化，未发布新版本" if self.version else "未发布版本"
        return "，".join(parts) + f"；{end}。"

    def as_json(self) -> dict[str, Any]:
        """The report of ``load --report``; identity numbers and phones are masked in it."""
        return {"version": self.version, "files": [entry.as_json() for entry in self.files]}

    def lines(self) -> list[str]:
        """The report for a terminal: a line a sheet, its issues (the first few), counts a ledger, the headline."""
        lines = []
        words, in_, not_in = (WOULD, "可导入", "不能导入") if self.dry_run else (_DONE, "导入", "未导入")
        for entry in self.files:
            sheet = f"［{entry.sheet}］" if entry.sheet else ""
            lines.append(
                f"{entry.path}{sheet} {entry.ledger_name or '未识别'}：{words[entry.status]}，"
                f"读到 {entry.rows_read:,} 行，{in_} {entry.rows_loaded:,} 行，{not_in} {len(entry.refused):,} 行。"
            )
            ordered = sorted(entry.issues, key=lambda issue: issue.severity != issues.REFUSED)
            lines += [f"  · {issue.message}" for issue in ordered[:_LINES_A_SHEET]]
            if len(ordered) > _LINES_A_SHEET:
                lines.append(f"  · 另有 {len(ordered) - _LINES_A_SHEET:,} 条，用 --report 写出全部。")
        for ledger in self.ledgers:
            counts = "，".join(f"{_COUNTS[name]} {count:,}" for name, count in ledger.counts.items() if count)
            lines.append(f"{ledger.name}：{counts or '没有行'}。")
        return [*lines, self.headline]
