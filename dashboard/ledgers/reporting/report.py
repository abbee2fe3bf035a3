"""The report of a load: an entry for each sheet and ledger; as JSON, as lines for a terminal, as an exit code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dashboard import language
from dashboard.access import masking
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.issues import Issue
from dashboard.ledgers.reporting.recognition import Recognition

LOADED, PARTIAL, REFUSED, SKIPPED = "loaded", "partial", "refused", "skipped"

# The terminal shows so many issues of a sheet; all are in the JSON file.
_LINES_A_SHEET = 20
_COUNTS = ("new", "changed", "unchanged", "missing", "refused")


def status_in_words(status: str, *, dry_run: bool) -> str:
    """The words for a sheet's status after a load or, with ``dry_run``, in a check."""
    if dry_run:
        return {
            LOADED: language.words("ledgers.loadable"),
            PARTIAL: language.words("ledgers.partly_loadable"),
            REFUSED: language.words("ledgers.not_loadable"),
            SKIPPED: language.words("ledgers.not_to_be_read"),
        }[status]
    return {
        LOADED: language.words("ledgers.loaded"),
        PARTIAL: language.words("ledgers.partly_loaded"),
        REFUSED: language.words("ledgers.not_loaded"),
        SKIPPED: language.words("ledgers.not_read"),
    }[status]


def _count_titles() -> dict[str, str]:
    return {
        "new": language.words("ledgers.count_new"),
        "changed": language.words("ledgers.count_changed"),
        "unchanged": language.words("ledgers.count_unchanged"),
        "missing": language.words("ledgers.count_missing"),
        "refused": language.words("ledgers.count_refused"),
    }


@dataclass
class SheetReport:
    """One sheet of one file (one entry for each ledger that it fills): what became of its rows.

    path: path of the file; inside an archive, the archive's path and the path in it.
    ledger, ledger_name: kind and name of the ledger; None where it is not recognised.
    file_no: number of the sheet within the load.
    rows_read: number of data rows; ``rows_loaded`` of those that were not rejected.
    new, changed, unchanged: numbers of loaded rows, compared with the current version.
    missing: number of current rows that are not in the file.
    refused: rejected rows, as Excel shows them.
    titles: the sender's title by database column.
    is_returned: it has only rows that were rejected before, from a returned workbook (退回表).
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
        """Add an issue; ``column`` is the sender's title. A refusal with a row rejects this row."""
        issue = issues.issue(code, sheet=self.sheet, row=row, column=column, value=value, **more)
        self.issues.append(issue)
        if issue.severity == issues.REFUSED and row is not None:
            self.refused.add(row)

    def reject(self, code: str, **more: Any) -> None:
        """Reject the whole sheet with an issue: nothing of it is loaded."""
        self.add_issue(code, **more)
        self.status = REFUSED
        self.rows_loaded = 0

    def as_json(self) -> dict[str, Any]:
        """The entry as ``load --report`` writes it."""
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

    missing: number of current rows that are not in the files.
    examples: some of the changed rows.
    absent_rows: those current rows not in the files whose place and period the files are about; columns record_key,
        place and shown (a name).
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
    """The result of a load.

    version: the current version after it; None where nothing was ever published, and in a dry run.
    """

    files: list[SheetReport] = field(default_factory=list)
    ledgers: list[LedgerReport] = field(default_factory=list)
    version: str | None = None
    published: bool = False
    dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """0: all rows loaded; 1: some rows rejected; 2: a file refused, or nothing to read."""
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
        counts = Counter(issue.severity for entry in self.files for issue in entry.issues)
        rejected = sum(len(entry.refused) for entry in self.files)
        loaded = sum(entry.rows_loaded for entry in self.files)
        refused_files = self.refused_files
        # Ledgers that an export could not fill while others of its file are loaded.
        not_filled = {
            entry.ledger_name for entry in self.files if entry.status == REFUSED and entry.path not in refused_files
        }
        dry = self.dry_run
        parts = [language.words("ledgers.rows_loadable" if dry else "ledgers.rows_loaded", count=loaded)]
        if rejected:
            parts.append(
                language.words("ledgers.rows_not_loadable" if dry else "ledgers.rows_not_loaded", count=rejected)
            )
        if refused_files:
            count = len(refused_files)
            parts.append(
                language.words("ledgers.files_not_loadable" if dry else "ledgers.files_not_loaded", count=count)
            )
        parts += [
            language.words("ledgers.ledger_not_loadable" if dry else "ledgers.ledger_not_loaded", ledger=name)
            for name in sorted(not_filled)
        ]
        if counts[issues.WARNING]:
            parts.append(language.words("ledgers.warnings", count=counts[issues.WARNING]))
        if dry:
            is_current = loaded and not self.changes
            end = language.words("ledgers.all_rows_current" if is_current else "ledgers.not_yet_published")
        elif self.published:
            end = language.words("ledgers.published", version=self.version)
        else:
            end = language.words("ledgers.nothing_changed" if self.version else "ledgers.nothing_published")
        return language.words("ledgers.headline", parts="，".join(parts), end=end)

    def as_json(self) -> dict[str, Any]:
        """The report of ``load --report``; identity numbers and phones are masked in it."""
        return {"version": self.version, "files": [entry.as_json() for entry in self.files]}

    def lines(self) -> list[str]:
        """The report for a terminal: each sheet with its first issues, counts of each ledger, the headline."""
        lines = []
        for entry in self.files:
            lines.append(
                language.words(
                    "ledgers.sheet_line_of_check" if self.dry_run else "ledgers.sheet_line",
                    file=entry.path + (f"［{entry.sheet}］" if entry.sheet else ""),
                    ledger=entry.ledger_name or language.words("ledgers.ledger_not_recognised"),
                    status=status_in_words(entry.status, dry_run=self.dry_run),
                    read=entry.rows_read,
                    loaded=entry.rows_loaded,
                    refused=len(entry.refused),
                )
            )
            ordered = sorted(entry.issues, key=lambda issue: issue.severity != issues.REFUSED)
            lines += [f"  · {issue.message}" for issue in ordered[:_LINES_A_SHEET]]
            if len(ordered) > _LINES_A_SHEET:
                lines.append(language.words("ledgers.more_issues", count=len(ordered) - _LINES_A_SHEET))
        titles = _count_titles()
        for ledger in self.ledgers:
            counts = "，".join(f"{titles[name]} {count:,}" for name, count in ledger.counts.items() if count)
            counts = counts or language.words("ledgers.no_rows")
            lines.append(language.words("ledgers.ledger_line", ledger=ledger.name, counts=counts))
        return [*lines, self.headline]
