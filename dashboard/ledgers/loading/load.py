"""Many files → one new published version, or none: read, check, merge in the order of the ledgers, publish."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from dashboard import language
from dashboard.definitions import forms, policy
from dashboard.definitions.forms import Form
from dashboard.ledgers import containers
from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.checking.read_file import ReadSheet
from dashboard.ledgers.errors import CorrectionsInvalid
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import (
    boundaries,
    corrections,
    cross_ledger_checks,
    merge,
    place_rows,
    proposed_villages,
    saved_layouts,
)
from dashboard.ledgers.loading.corrections import Correction
from dashboard.ledgers.loading.directory import Directory, Village
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import LOADED, PARTIAL, SKIPPED, Report, SheetReport
from dashboard.ledgers.worker import client
from dashboard.warehouse import derive, queries, versions

Progress = Callable[[float, str], None]


# What separates several former names (曾用名) of a village.
_BETWEEN_NAMES = re.compile(r"[、,，;；/\s]+")
# How the time of a load is divided, for the progress bar.
_READ, _MERGED, _FILLED = 0.6, 0.85, 0.97
# What reading a megabyte takes, as a first guess of the progress bar, and when it begins to count seconds.
_USUAL_S_PER_MB, _A_WHILE_S = 0.3, 2
# Of many files passed by, so many are named.
_NAMED_AT_MOST = 10


def load(
    paths: Sequence[Path],
    root: Path,
    *,
    ledger: str | None = None,
    year: int | None = None,
    unit: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    by_file: Mapping[Path, Instructions] | None = None,
) -> Report:
    """Load ledger files and folders into one new version; bad input becomes issues of the report, never an error.

    ``by_file`` has the instructions for single files of ``paths``, in place of ``ledger``, ``year`` and ``unit``.
    With ``dry_run`` everything is checked and counted and nothing is published. Where nothing changed no version is
    published, and the report names the current one. Raises StoreError when the database cannot be written.
    """
    report = Report(dry_run=dry_run)
    today, layouts = date.today(), saved_layouts.read(root)
    instructions = Instructions(ledger, year, unit, remembered=layouts)
    by_file = {path: replace(of_file, remembered=layouts) for path, of_file in (by_file or {}).items()}
    registered = _registered(today)
    notify = progress or (lambda share, what: None)
    opened = versions.rehearsing if dry_run else versions.building
    with client.reader() as reader, opened(root) as build:
        intake = _Load(build, report, today, instructions, by_file, registered)
        intake.read(reader, _files(paths, report), notify)
        intake.merge(notify)
        if dry_run:
            notify(1, language.words("ledgers.check_finished"))
            return report
        if not report.changes:
            notify(1, language.words("ledgers.no_changes"))
            report.version = build.base.id if build.base else None
            return report
        notify(_MERGED, language.words("ledgers.computing_indicators"))
        version = publish(root, build, report, today, notify)
        report.version, report.published = version.id, True
        saved_layouts.keep(root, report.files)
    notify(1, language.words("ledgers.done_publishing"))
    return report


def recompute(root: Path) -> versions.Version:
    """Publish the current ledgers anew, by the parameters and corrections now in force.

    Raises StoreError when there are none.
    """
    report, today = Report(), date.today()
    registered = _registered(today)
    with versions.building(root) as build:
        if build.base is None:
            raise versions.StoreError(language.words("ledgers.nothing_to_recompute"))
        merge.begin(build)
        for form in forms.all_forms():
            _recompute_ledger(build, form, registered, report, today)
        merge.keep(build, forms.outlines())
        note = language.words("ledgers.version_note_of_recomputing")
        return publish(root, build, report, today, lambda share, what: None, note=note)


def _recompute_ledger(
    build: versions.Build, form: Form, registered: Sequence[Correction], report: Report, today: date
) -> None:
    [(last_file_no,)] = queries.fetch(build.con, "load/last_file_no")
    file_no = last_file_no + len(report.files) + 1
    entry = SheetReport(corrections.FILE.name, ledger=form.kind, ledger_name=form.name, file_no=file_no)
    rows = corrections.current_corrected(build, form, registered, entry)
    if rows is None:
        merge.keep(build, form)
        return
    # Contradictions of the corrected rows are reported for the file of corrections; the rows stay those of their files.
    reports = {number: SheetReport(entry.path) for number in rows["file_no"].unique().to_pylist()}
    ledger = merge.merge(build, form, rows, reports, today)
    entry.changed = entry.rows_read = entry.rows_loaded = ledger.changed
    entry.issues += [issue for sheet in reports.values() for issue in sheet.issues if issue.severity == issues.WARNING]
    report.files.append(entry)
    report.ledgers.append(ledger)


def _registered(today: date) -> list[Correction]:
    try:
        return corrections.read(today)
    except CorrectionsInvalid as malformed:
        raise versions.StoreError(str(malformed)) from malformed


@dataclass
class _Load:
    """What has been read so far, by ledger, for the version in the making."""

    build: versions.Build
    report: Report
    today: date
    instructions: Instructions
    by_file: Mapping[Path, Instructions]
    corrections: Sequence[Correction] = ()
    rows: dict[str, list[CheckedRows]] = field(default_factory=dict)
    outlines: list[tuple[SheetReport, list]] = field(default_factory=list)

    def __post_init__(self) -> None:
        merge.begin(self.build)
        [(self._last_file_no,)] = queries.fetch(self.build.con, "load/last_file_no")

    def read(self, reader: client.Reader, files: Sequence[Path], notify: Progress) -> None:
        """Read the files; where one of a file's ledgers is refused, nothing of that file is loaded."""
        bar = _Bar(files, notify)
        for path in files:
            bar.begin(path)
            instructions = self.by_file.get(path, self.instructions)
            self._take(reader.read(path, instructions, self.today, self._last_file_no + 1, bar.show))

    def _take(self, sheets: Iterable[ReadSheet]) -> None:
        for sheet in sheets:
            self._last_file_no = max(self._last_file_no, sheet.report.file_no)
            self.report.files.append(sheet.report)
            if sheet.rows is not None:
                self.rows.setdefault(sheet.rows.form.kind, []).append(sheet.rows)
            elif sheet.outlines is not None:
                self.outlines.append((sheet.report, sheet.outlines))

    def merge(self, notify: Progress) -> None:
        """Bring every ledger into the version, in the order in which they refer to each other."""
        reports = {entry.file_no: entry for entry in self.report.files}
        all_forms = forms.all_forms()
        directory = None
        for number, form in enumerate(all_forms):
            share = _READ + (_MERGED - _READ) * number / len(all_forms)
            notify(share, language.words("ledgers.ledger_checked", ledger=form.name))
            if directory is None and form.place != "directory":
                directory = self._directory()
                self._refuse_unknown_villages(directory)
                self._merge_outlines(directory)
            self._merge_ledger(form, directory)
        cross_ledger_checks.add_issues(self.build, reports)
        for entry in self.report.files:
            if entry.status == LOADED and entry.refused:
                entry.status = PARTIAL

    def _refuse_unknown_villages(self, directory: Directory) -> None:
        """Take out the files with sheets whose names were proposed as villages and are none."""
        sheets = [rows for of_kind in self.rows.values() for rows in of_kind]
        refused = proposed_villages.refuse_unknown(sheets, self.report.files, directory)
        for kind in self.rows:
            self.rows[kind] = [rows for rows in self.rows[kind] if rows.report.file_no not in refused]

    def _merge_ledger(self, form: Form, directory: Directory | None) -> None:
        sheets = self.rows.pop(form.kind, [])
        if not sheets:
            merge.keep(self.build, form)
            return
        tables = [self._ready(form, rows, directory) for rows in sheets]
        reports = {rows.report.file_no: rows.report for rows in sheets}
        refused = merge.refused_keys(sheets)
        self.report.ledgers.append(
            merge.merge(self.build, form, pa.concat_tables(tables), reports, self.today, refused)
        )

    def _ready(self, form: Form, rows: CheckedRows, directory: Directory | None) -> pa.Table:
        """A sheet's rows placed, filled with current values and corrected, ready to be merged."""
        table = merge.with_current_values(self.build, form, place_rows.with_region_codes(rows, directory), rows.report)
        table = merge.with_current_precision(self.build, form, table)
        return corrections.corrected(form, table, self.corrections, rows.report)

    def _merge_outlines(self, directory: Directory) -> None:
        form = forms.outlines()
        if not self.outlines:
            merge.keep(self.build, form)
            return
        tables = [boundaries.checked(features, directory, entry) for entry, features in self.outlines]
        reports = {entry.file_no: entry for entry, _ in self.outlines}
        self.report.ledgers.append(merge.merge(self.build, form, pa.concat_tables(tables), reports, self.today))

    def _directory(self) -> Directory:
        villages = [
            Village(*facts[:5], facts[5] or "", tuple(filter(None, _BETWEEN_NAMES.split(facts[6] or ""))))
            for facts in queries.fetch(self.build.con, "load/directory")
        ]
        return Directory(villages)


class _Bar:
    """How far reading has come: files by their size, and within a file as far as time lets suppose."""

    def __init__(self, files: Sequence[Path], notify: Progress) -> None:
        self._sizes_mb = {file: client.size_mb(file) for file in files}
        self._whole_mb = sum(self._sizes_mb.values()) or 1
        self._done_mb = self._size_mb = 0.0
        self._notify = notify

    def begin(self, file: Path) -> None:
        """The next file is being read."""
        self._done_mb += self._size_mb
        self._file, self._size_mb = file, self._sizes_mb[file]
        self._begun = time.monotonic()
        self.show("")

    def show(self, stage: str) -> None:
        """The file is still being read."""
        passed_s = time.monotonic() - self._begun
        # Nobody knows how long a file takes: the bar moves on for as long as it does, ever slower.
        share = passed_s / (passed_s + self._size_mb * _USUAL_S_PER_MB) if passed_s else 0
        done = _READ * (self._done_mb + share * self._size_mb) / self._whole_mb
        what = language.words("ledgers.reading", file=self._file.name)
        if stage:
            what = language.words("ledgers.reading_stage", file=self._file.name, stage=stage)
        if passed_s >= _A_WHILE_S:
            what = language.words("ledgers.reading_for_long", what=what, seconds=passed_s)
        self._notify(done, what)


def _files(paths: Iterable[Path], report: Report) -> list[Path]:
    """The files to read, in order of name; the report gets what is missing, and files of folders that are no tables."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and not containers.is_of_the_system(file.relative_to(path))
            )
            tables, others = [], []
            for file in inside:
                (tables if containers.may_be_table(file) else others).append(file)
            files += tables
            if tables and others:
                report.files.append(_passed_by(path, others))
            if not tables:
                entry = SheetReport(str(path))
                entry.reject("folder_empty")
                report.files.append(entry)
        elif path.is_file():
            files.append(path)
        else:
            entry = SheetReport(str(path))
            entry.reject("file_not_found")
            report.files.append(entry)
    return list(dict.fromkeys(files))


def _passed_by(folder: Path, others: Sequence[Path]) -> SheetReport:
    """The report of a folder's files that are none of the ledgers."""
    entry = SheetReport(str(folder), status=SKIPPED)
    named = "、".join(str(file.relative_to(folder)) for file in others[:_NAMED_AT_MOST])
    if len(others) > _NAMED_AT_MOST:
        named = language.words("ledgers.and_more", names=named)
    entry.add_issue("folder_files_passed", count=len(others), names=named)
    return entry


def publish(
    root: Path, build: versions.Build, report: Report, today: date, notify: Progress, note: str = ""
) -> versions.Version:
    """Write the log, compute what pages read, and switch readers to the new version."""
    created_at = datetime.now().replace(microsecond=0)
    con = build.con
    _write_log(build, report, created_at)
    as_of = derive.as_of(con, today)
    rules = policy.in_force(as_of)
    facts = {
        "version": build.id,
        "base_version": build.base.id if build.base else None,
        "created_at": created_at,
        "as_of": as_of,
        "jurisdiction": rules.jurisdiction_name,
        "note": note,
    }
    con.from_arrow(pa.Table.from_pylist([facts], schema=_VERSION)).insert_into("meta_version")
    derive.fill(con, as_of, rules)
    notify(_FILLED, language.words("ledgers.publishing"))
    card = versions.Version(
        id=build.id,
        created_at=created_at,
        base=build.base.id if build.base else None,
        as_of=as_of,
        note=note or _note(report),
        rows={form.kind: len(con.table(form.table)) for form in forms.stored()},
        changes={ledger.kind: ledger.counts for ledger in report.ledgers},
    )
    return versions.publish(root, build, card)


def _note(report: Report) -> str:
    names = [ledger.name for ledger in report.ledgers if ledger.new or ledger.changed]
    named = "、".join(names[:_NAMED])
    if len(names) > _NAMED:
        return language.words("ledgers.version_note_of_many", ledgers=named, count=len(names))
    return language.words("ledgers.version_note", ledgers=named)


# Ledgers a version is described by; a whole county's would fill the list of versions.
_NAMED = 4

_VERSION = pa.schema(
    [
        ("version", pa.string()),
        ("base_version", pa.string()),
        ("created_at", pa.timestamp("us")),
        ("as_of", pa.date32()),
        ("jurisdiction", pa.string()),
        ("note", pa.string()),
    ]
)


def _write_log(build: versions.Build, report: Report, loaded_at: datetime) -> None:
    """Add the sheets of the load to meta_files and their issues to meta_issues."""
    entries = [entry for entry in report.files if entry.file_no]
    if not entries:
        return
    facts = {
        "file_no": [entry.file_no for entry in entries],
        "version": [build.id] * len(entries),
        "loaded_at": pa.array([loaded_at] * len(entries), pa.timestamp("us")),
        "file_name": [Path(entry.path).name for entry in entries],
        "sheet": pa.array([entry.sheet for entry in entries], pa.string()),
        "ledger": pa.array([entry.ledger for entry in entries], pa.string()),
        "sha256": [entry.sha256 for entry in entries],
        "status": [entry.status for entry in entries],
        "rows_read": [entry.rows_read for entry in entries],
        "rows_loaded": [entry.rows_loaded for entry in entries],
        "rows_refused": [len(entry.refused) for entry in entries],
        "rows_new": [entry.new for entry in entries],
        "rows_changed": [entry.changed for entry in entries],
        "rows_unchanged": [entry.unchanged for entry in entries],
        "rows_missing": [entry.missing for entry in entries],
    }
    _insert(build, "meta_files", pa.table(facts))
    noted = [(entry.file_no, issue) for entry in entries for issue in entry.issues]
    issue_columns = {
        "file_no": pa.array([number for number, _ in noted], pa.int32()),
        "code": pa.array([issue.code for _, issue in noted], pa.string()),
        "severity": pa.array([issue.severity for _, issue in noted], pa.string()),
        "row_no": pa.array([issue.row for _, issue in noted], pa.int32()),
        "column_title": pa.array([issue.column for _, issue in noted], pa.string()),
        "value_masked": pa.array([issue.value for _, issue in noted], pa.string()),
        "message": pa.array([issue.message for _, issue in noted], pa.string()),
    }
    _insert(build, "meta_issues", pa.table(issue_columns))


def _insert(build: versions.Build, name: str, rows: pa.Table) -> None:
    build.con.from_arrow(rows).select(*build.con.table(name).columns).insert_into(name)
