"""One file → its sheets read and checked as ledgers. Knows neither the database nor other files."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.checking import check_sheet
from dashboard.ledgers.checking.check_sheet import CheckedRows, ReadingOptions, SheetRefused
from dashboard.ledgers.layout import header_search, instructions, national_exports, own_workbooks, sheet_parts
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import boundaries
from dashboard.ledgers.reporting import report
from dashboard.ledgers.reporting.recognition import Recognition
from dashboard.ledgers.reporting.report import SheetReport


@dataclass
class ReadSheet:
    """One sheet of a file: its report and, where it is to be loaded, its rows or outlines.

    ``is_alone``: refused without the rest of its file.
    """

    report: SheetReport
    rows: CheckedRows | None = None
    outlines: list[dict[str, Any]] | None = None
    is_alone: bool = False


# Sheets refused for these reasons are only left out where other sheets of the file are ledgers.
_LEFT_OUT = {
    "not_a_ledger": "sheet_not_a_ledger",
    "not_quite_a_ledger": "sheet_not_a_ledger",
    "household_card": "sheet_not_a_ledger",
    "sheet_transposed": "sheet_not_a_ledger",
    "no_data": "sheet_without_data",
}
# By how many titles another form must fit better before a sheet counts as that other ledger.
_CLEARLY_MORE = 3


def read(
    path: Path,
    said: Instructions,
    today: date,
    file_no: int,
    notify: Callable[[str], None] = lambda stage: None,
    grown: Callable[[int, int], None] = lambda size_bytes, parts: None,
) -> list[ReadSheet]:
    """Read and check one file; its sheets are numbered from ``file_no``. What is wrong is told, never raised.

    A file inside an archive is a file of its own. Where one ledger of a file is refused, nothing of that file is to be
    loaded. ``notify`` hears what is being done, ``grown`` how many bytes a file turns out to hold and in how many parts
    (files of an archive, sheets), those read before included.
    """
    numbers = itertools.count(file_no)
    found: list[ReadSheet] = []
    size_bytes, parts = 0, itertools.count(1)

    def grow() -> None:
        grown(size_bytes, next(parts))

    for handed in containers.files(path):
        packed_bytes = containers.unpacked_bytes(handed.data)
        size_bytes += packed_bytes or len(handed.data)
        if packed_bytes or handed.path != str(path):
            grow()
        found += _FileReader(path, handed, said, today, numbers, notify, grow).read()
    if all(one.report.status == report.SKIPPED and one.report.sheet is None for one in found):
        entry = SheetReport(str(path), file_no=next(numbers))
        entry.reject("archive_empty")
        found.append(ReadSheet(entry))
    return found


class _FileReader:
    """One file being read; ``path`` is its own or that of the archive it came in."""

    def __init__(
        self,
        path: Path,
        handed: containers.Handed,
        said: Instructions,
        today: date,
        numbers: Iterator[int],
        notify: Callable[[str], None],
        grow: Callable[[], None],
    ) -> None:
        self._path = path
        self._handed = handed
        self._notify = notify
        self._grow = grow
        self._in_words = said
        self._today = today
        self._numbers = numbers

    def read(self) -> list[ReadSheet]:
        """What the file holds; where one of its ledgers is refused, its others are as well."""
        handed = self._handed
        if handed.passed_by:
            entry = self.entry(None)
            entry.status = report.SKIPPED
            entry.add_issue(handed.passed_by)
            return [ReadSheet(entry)]
        try:
            if handed.refused:
                raise handed.refused
            found = self.outlines() if containers.is_outlines(handed.data) else self.sheets()
        except containers.FileRefused as unreadable:
            entry = self.entry(None)
            entry.reject(unreadable.code, **unreadable.details)
            found = [ReadSheet(entry)]
        sha256 = hashlib.sha256(handed.data).hexdigest()
        is_refused = any(one.report.status == report.REFUSED and not one.is_alone for one in found)
        for one in found:
            one.report.sha256 = sha256
            if is_refused and (one.rows is not None or one.outlines is not None):
                one.report.reject("sheet_goes_with_file")
                one.rows = one.outlines = None
        return found

    def entry(self, sheet: str | None, kind: str | None = None, name: str | None = None) -> SheetReport:
        """A report with the next number."""
        return SheetReport(self._handed.path, sheet, kind, name, file_no=next(self._numbers))

    def outlines(self) -> list[ReadSheet]:
        """The file's outlines, in a list of one."""
        entry = self.entry(None, boundaries.FORM.kind, boundaries.FORM.name)
        try:
            return [ReadSheet(entry, outlines=boundaries.read(self._handed.data))]
        except boundaries.BoundariesRefused as unusable:
            entry.reject(unusable.code)
            return [ReadSheet(entry)]

    def sheets(self) -> list[ReadSheet]:
        """Every sheet of the file with its report and, where it is a ledger, its rows."""
        found: list[ReadSheet] = []
        doubtful: list[tuple[SheetReport, SheetRefused]] = []
        for count, sheet in enumerate(containers.sheets(self._handed.data)):
            if count:
                self._grow()
            if own_workbooks.is_help(sheet):
                continue
            entry = self.entry(sheet.name)
            entry.is_returned = own_workbooks.take_out_columns(sheet)
            if passed_by := _passed_by(sheet):
                entry.status = report.SKIPPED
                entry.add_issue(passed_by)
                found.append(ReadSheet(entry))
                continue
            entry.recognition = Recognition.of(sheet)
            if self._about(entry).is_skipped:
                entry.status = report.SKIPPED
                entry.add_issue("sheet_left_out_as_said")
                found.append(ReadSheet(entry))
                continue
            if sheet.name is None:
                sheet.name = self._handed.stem
            self._notify(f"核对 {len(sheet.rows):,} 行")
            for one, refusal in self._ledgers(sheet, entry):
                found.append(one)
                if refusal is not None:
                    doubtful.append((one.report, refusal))
        has_rows = any(one.rows is not None for one in found)
        for entry, refusal in doubtful:
            # A cover page or a summary beside the ledgers is left out; anything else wrong refuses the file.
            if has_rows and refusal.code in _LEFT_OUT:
                entry.status = report.SKIPPED
                entry.add_issue(_LEFT_OUT[refusal.code])
            else:
                entry.reject(refusal.code, **refusal.details)
        if not has_rows and not doubtful:
            entry = self.entry(None)
            entry.reject("no_data")
            found.append(ReadSheet(entry))
        return found

    def _ledgers(self, sheet: containers.Sheet, entry: SheetReport) -> Iterator[tuple[ReadSheet, SheetRefused | None]]:
        """The ledgers of one sheet, each with its report (the first has ``entry``) or with why it is refused."""
        now = self._about(entry)
        try:
            said = self._with_remembered(sheet, now, entry)
            options = ReadingOptions(
                self._today,
                said.year,
                said.unit,
                unit_is_remembered=now.unit is None,
                year_is_certain=said.year_is_certain,
                unit_is_certain=said.unit_is_certain,
            )
            export = national_exports.read(sheet, said.ledger, options) if said.layout is None else None
            if export is not None:
                yield from self._exported(export, sheet, options, entry)
                return
            found = self._header(sheet, said, entry)
        except SheetRefused as refusal:
            yield ReadSheet(entry), refusal
            return
        if now.is_about_layout:
            entry.recognition.layout = instructions.to_save(said, sheet, found, Path(entry.path).name, self._today)
        sheet_parts.give_places(sheet, found, Path(entry.path).stem)
        found.unmapped_columns += sheet_parts.untitled(sheet, found)
        parts = sheet_parts.parts(sheet, found)
        for number, (part_of_sheet, part) in enumerate(parts):
            own = entry if number == 0 else self._beside(entry, sheet)
            own.recognition.is_one_of_several = len(parts) > 1
            own.recognition.note_header(sheet, part)
            own.recognition.note_given(part)
            yield self._checked(part_of_sheet, part, options, own)

    def _exported(
        self,
        export: national_exports.ExportContents,
        sheet: containers.Sheet,
        options: ReadingOptions,
        entry: SheetReport,
    ) -> Iterator[tuple[ReadSheet, SheetRefused | None]]:
        """The ledgers that an export of the national system fills."""
        export.add_issues(entry)
        for number, one in enumerate(export.filled):
            own = entry if number == 0 else self._beside(entry, sheet)
            own.recognition.is_one_of_several = True
            own.recognition.note_header(one.sheet, one.header)
            one.add_issues(own)
            yield self._checked(one.sheet, one.header, options, own)
        for form in export.undated:
            own = self._beside(entry, sheet)
            own.ledger, own.ledger_name = form.kind, form.name
            own.reject("year_needed", ledger=form.name)
            yield ReadSheet(own, is_alone=True), None

    def _beside(self, entry: SheetReport, sheet: containers.Sheet) -> SheetReport:
        """A report of one more ledger on the sheet of an entry."""
        own = self.entry(entry.sheet)
        own.path = entry.path
        own.recognition = Recognition.of(sheet)
        return own

    def _checked(
        self, sheet: containers.Sheet, found: header_search.Header, options: ReadingOptions, entry: SheetReport
    ) -> tuple[ReadSheet, SheetRefused | None]:
        entry.ledger, entry.ledger_name = found.form.kind, found.form.name
        sheet_parts.add_issues(sheet, found, entry)
        try:
            return ReadSheet(entry, check_sheet.check(sheet, found, options, entry)), None
        except SheetRefused as refusal:
            return ReadSheet(entry), refusal

    def _about(self, entry: SheetReport) -> Instructions:
        """What is said of one sheet; a file within an archive has the archive's path before its own."""
        return self._in_words.about(entry.path.removeprefix(str(self._path)).lstrip("/"), entry.sheet)

    def _with_remembered(self, sheet: containers.Sheet, said: Instructions, entry: SheetReport) -> Instructions:
        """What the person says, and what was confirmed of this layout at an earlier load where they say nothing."""
        recalled = instructions.saved_for(sheet, self._in_words.remembered) if said.layout is None else None
        if recalled is None:
            return said
        earlier, known = recalled
        if said.ledger and earlier.ledger not in (None, said.ledger):
            return said
        if not instructions.fits(earlier):
            entry.add_issue("layout_no_longer_fits", day=known.saved_on)
            return said
        entry.add_issue("layout_remembered", day=known.saved_on, what=known.in_words)
        entry.recognition.saved_on = known.saved_on
        return replace(
            said,
            ledger=said.ledger or earlier.ledger,
            unit=said.unit or earlier.unit,
            layout=earlier.layout,
            unit_is_certain=said.unit_is_certain or (said.unit is None and earlier.unit is not None),
        )

    def _header(self, sheet: containers.Sheet, said: Instructions, entry: SheetReport) -> header_search.Header:
        """The sheet's header as the person says it is, else as it is found; raises SheetRefused where there is none."""
        if said.layout is not None:
            return self._header_as_said(sheet, said, entry)
        ledger = said.ledger
        file_name = Path(entry.path).stem
        found = header_search.find(sheet, ledger, file_name)
        best = header_search.find(sheet, file_name=file_name) if ledger else found
        if found is not None:
            sheet_parts.give_places(sheet, found, file_name)
            entry.recognition.note_header(sheet, found)
        if ledger and _is_another(best, found, ledger):
            raise SheetRefused("other_ledger", wanted=forms.get(ledger).name, looks_like=best.form.name)
        if (found is None or found.missing) and sheet_parts.is_transposed(sheet):
            raise SheetRefused("sheet_transposed")
        if (found is None or found.missing) and sheet_parts.is_card(sheet):
            raise SheetRefused("household_card")
        if found is None or (found.missing and len(found.columns) < header_search.FEWEST_OF_A_LEDGER):
            raise SheetRefused("not_a_ledger")
        if found.missing and not header_search.has_key(found):
            raise SheetRefused("not_quite_a_ledger", ledger=found.form.name, columns="、".join(found.missing))
        return found

    def _header_as_said(self, sheet: containers.Sheet, said: Instructions, entry: SheetReport) -> header_search.Header:
        try:
            found = instructions.read(sheet, said.layout, said.ledger)
        except SheetRefused:
            # What was said cannot be; what is found without it is shown, to be put right from there.
            if (found := header_search.find(sheet, said.ledger)) is not None:
                entry.recognition.note_header(sheet, found)
            raise
        if found is None:
            raise SheetRefused("not_a_ledger")
        entry.recognition.note_header(sheet, found)
        return found


def _passed_by(sheet: containers.Sheet) -> str | None:
    """Why a sheet is not even looked at, by code."""
    if sheet.hidden:
        return "sheet_hidden"
    return None if any(any(cell != "" for cell in row) for row in sheet.rows) else "sheet_empty"


def _is_another(best: header_search.Header | None, found: header_search.Header | None, wanted: str) -> bool:
    """Whether a sheet is another ledger and clearly less so the wanted one."""
    if best is None or best.form.kind == wanted:
        return False
    if best.missing:
        lacks = found is None or bool(found.missing)
        return lacks and len(best.columns) >= header_search.FEWEST_OF_A_LEDGER
    return found is None or bool(found.missing) or len(best.columns) > len(found.columns) + _CLEARLY_MORE
