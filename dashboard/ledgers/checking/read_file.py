"""Read one file: its sheets, checked as ledgers. Knows neither the database nor other files."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dashboard import language
from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.checking import check_sheet, recognise
from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.errors import BoundariesRefused, SheetRefused
from dashboard.ledgers.layout import (
    header_model,
    header_search,
    instructed_header,
    national_exports,
    own_workbooks,
    saved_layout,
    sheet_parts,
)
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.layout.sheet_context import ReadingOptions
from dashboard.ledgers.reporting import report
from dashboard.ledgers.reporting.report import SheetReport


@dataclass
class ReadSheet:
    """One sheet of a file: its report and, where it is to be loaded, its rows or outlines.

    outlines: features of a GeoJSON file, unchecked.
    is_alone: it is refused, but the rest of its file is not.
    """

    report: SheetReport
    rows: CheckedRows | None = None
    outlines: list[dict[str, Any]] | None = None
    is_alone: bool = False


# Sheets refused for these reasons are only skipped, with a notice, where other sheets of the file are ledgers.
_SKIPPED_FOR = {
    "not_a_ledger": "sheet_not_a_ledger",
    "not_quite_a_ledger": "sheet_not_a_ledger",
    "household_card": "sheet_not_a_ledger",
    "sheet_transposed": "sheet_not_a_ledger",
    "no_data": "sheet_without_data",
}
# By how many titles another form must fit better before a sheet counts as that other ledger: ledgers share a few
# titles, and the user's choice should not be overruled for one or two.
_CLEARLY_MORE = 3


def read(
    path: Path,
    instructions: Instructions,
    today: date,
    file_no: int,
    notify: Callable[[str], None] = lambda stage: None,
    grown: Callable[[int, int], None] = lambda size_bytes, parts: None,
) -> list[ReadSheet]:
    """Read and check one file; its sheets are numbered from ``file_no``. What is wrong becomes an issue, no error.

    A file inside an archive is a file of its own. Where one ledger of a file is refused, nothing of that file is to be
    loaded.

    notify: called with what is being done, in Chinese.
    grown: called with how many bytes the file turned out to hold so far, and in how many parts (files of an archive,
        sheets).
    """
    numbers = itertools.count(file_no)
    read_sheets: list[ReadSheet] = []
    size_bytes, parts = 0, itertools.count(1)

    def grow() -> None:
        grown(size_bytes, next(parts))

    for handed in containers.files(path):
        packed_bytes = containers.unpacked_bytes(handed.data)
        size_bytes += packed_bytes or len(handed.data)
        if packed_bytes or handed.path != str(path):
            grow()
        read_sheets += _FileReader(path, handed, instructions, today, numbers, notify, grow).read()
    if all(sheet.report.status == report.SKIPPED and sheet.report.sheet is None for sheet in read_sheets):
        entry = SheetReport(str(path), file_no=next(numbers))
        entry.reject("archive_empty")
        read_sheets.append(ReadSheet(entry))
    return read_sheets


class _FileReader:
    """One file being read; ``path`` is its own or that of the archive it came in."""

    def __init__(
        self,
        path: Path,
        handed: containers.Handed,
        instructions: Instructions,
        today: date,
        numbers: Iterator[int],
        notify: Callable[[str], None],
        grow: Callable[[], None],
    ) -> None:
        self._path = path
        self._handed = handed
        self._notify = notify
        self._grow = grow
        self._instructions = instructions
        self._today = today
        self._numbers = numbers

    def read(self) -> list[ReadSheet]:
        """The sheets of the file; where one of its ledgers is refused, the others are as well."""
        handed = self._handed
        if handed.passed_by:
            entry = self.entry(None)
            entry.status = report.SKIPPED
            entry.add_issue(handed.passed_by)
            return [ReadSheet(entry)]
        try:
            if handed.refused:
                raise handed.refused
            read_sheets = self.outlines() if containers.is_outlines(handed.data) else self.sheets()
        except containers.FileRefused as unreadable:
            entry = self.entry(None)
            entry.reject(unreadable.code, **unreadable.details)
            read_sheets = [ReadSheet(entry)]
        sha256 = hashlib.sha256(handed.data).hexdigest()
        is_refused = any(sheet.report.status == report.REFUSED and not sheet.is_alone for sheet in read_sheets)
        for sheet in read_sheets:
            sheet.report.sha256 = sha256
            if is_refused and (sheet.rows is not None or sheet.outlines is not None):
                sheet.report.reject("sheet_goes_with_file")
                sheet.rows = sheet.outlines = None
        return read_sheets

    def entry(self, sheet: str | None, kind: str | None = None, name: str | None = None) -> SheetReport:
        """A new report with the next file number."""
        return SheetReport(self._handed.path, sheet, kind, name, file_no=next(self._numbers))

    def outlines(self) -> list[ReadSheet]:
        """The outlines of a GeoJSON file as its only sheet."""
        form = forms.outlines()
        entry = self.entry(None, form.kind, form.name)
        try:
            return [ReadSheet(entry, outlines=containers.features(self._handed.data))]
        except BoundariesRefused as refusal:
            entry.reject(refusal.code)
            return [ReadSheet(entry)]

    def sheets(self) -> list[ReadSheet]:
        """Every sheet of the file with its report and, where it is a ledger, its rows."""
        read_sheets: list[ReadSheet] = []
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
                read_sheets.append(ReadSheet(entry))
                continue
            entry.recognition = recognise.unread(sheet)
            if self._about(entry).is_skipped:
                entry.status = report.SKIPPED
                entry.add_issue("sheet_left_out_as_said")
                read_sheets.append(ReadSheet(entry))
                continue
            if sheet.name is None:
                sheet.name = self._handed.stem
            self._notify(language.words("ledgers.rows_being_checked", count=len(sheet.rows)))
            for ledger, refusal in self._ledgers(sheet, entry):
                read_sheets.append(ledger)
                if refusal is not None:
                    doubtful.append((ledger.report, refusal))
        has_rows = any(read_sheet.rows is not None for read_sheet in read_sheets)
        for entry, refusal in doubtful:
            # A cover page or a summary beside the ledgers is skipped; anything else that is wrong refuses the file.
            if has_rows and refusal.code in _SKIPPED_FOR:
                entry.status = report.SKIPPED
                entry.add_issue(_SKIPPED_FOR[refusal.code])
            else:
                entry.reject(refusal.code, **refusal.details)
        if not has_rows and not doubtful:
            entry = self.entry(None)
            entry.reject("no_data")
            read_sheets.append(ReadSheet(entry))
        return read_sheets

    def _ledgers(self, sheet: containers.Sheet, entry: SheetReport) -> Iterator[tuple[ReadSheet, SheetRefused | None]]:
        """The ledgers of one sheet; the first has ``entry`` for its report. With the error of one that is refused."""
        own = self._about(entry)
        try:
            settings = self._with_saved(sheet, own, entry)
            options = ReadingOptions(
                self._today,
                settings.year,
                settings.unit,
                unit_is_remembered=own.unit is None,
                year_is_certain=settings.year_is_certain,
                unit_is_certain=settings.unit_is_certain,
            )
            export = national_exports.read(sheet, settings.ledger, options) if settings.layout is None else None
            if export is not None:
                yield from self._exported(export, sheet, options, entry)
                return
            header = self._header(sheet, settings, entry)
        except SheetRefused as refusal:
            yield ReadSheet(entry), refusal
            return
        if own.is_about_layout:
            file_name = Path(entry.path).name
            entry.recognition.layout = saved_layout.to_save(settings, sheet, header, file_name, self._today)
        sheet_parts.give_places(sheet, header, Path(entry.path).stem)
        header.unmapped_columns += sheet_parts.untitled(sheet, header)
        parts = sheet_parts.parts(sheet, header)
        for number, (part_of_sheet, part) in enumerate(parts):
            part_entry = entry if number == 0 else self._beside(entry, sheet)
            part_entry.recognition.is_one_of_several = len(parts) > 1
            recognise.note_header(part_entry.recognition, sheet, part)
            recognise.note_given(part_entry.recognition, part)
            yield self._checked(part_of_sheet, part, options, part_entry)

    def _exported(
        self,
        export: national_exports.ExportContents,
        sheet: containers.Sheet,
        options: ReadingOptions,
        entry: SheetReport,
    ) -> Iterator[tuple[ReadSheet, SheetRefused | None]]:
        """The ledgers that an export of the national system fills."""
        export.add_issues(entry)
        for number, filled in enumerate(export.filled):
            own = entry if number == 0 else self._beside(entry, sheet)
            own.recognition.is_one_of_several = True
            recognise.note_header(own.recognition, filled.sheet, filled.header)
            filled.add_issues(own)
            yield self._checked(filled.sheet, filled.header, options, own)
        for form in export.undated:
            own = self._beside(entry, sheet)
            own.ledger, own.ledger_name = form.kind, form.name
            own.reject("year_needed", ledger=form.name)
            yield ReadSheet(own, is_alone=True), None

    def _beside(self, entry: SheetReport, sheet: containers.Sheet) -> SheetReport:
        """A report for one more ledger on the sheet of an entry."""
        own = self.entry(entry.sheet)
        own.path = entry.path
        own.recognition = recognise.unread(sheet)
        return own

    def _checked(
        self, sheet: containers.Sheet, header: Header, options: ReadingOptions, entry: SheetReport
    ) -> tuple[ReadSheet, SheetRefused | None]:
        """A sheet with its rows, or without them and with the error that says why."""
        entry.ledger, entry.ledger_name = header.form.kind, header.form.name
        sheet_parts.add_issues(sheet, header, entry)
        try:
            return ReadSheet(entry, check_sheet.check(sheet, header, options, entry)), None
        except SheetRefused as refusal:
            return ReadSheet(entry), refusal

    def _about(self, entry: SheetReport) -> Instructions:
        """The instructions for one sheet; a file inside an archive has the archive's path before its own."""
        return self._instructions.about(entry.path.removeprefix(str(self._path)).lstrip("/"), entry.sheet)

    def _with_saved(self, sheet: containers.Sheet, own: Instructions, entry: SheetReport) -> Instructions:
        """A sheet's own instructions, completed from those saved for its layout at an earlier load."""
        match = saved_layout.saved_for(sheet, self._instructions.remembered) if own.layout is None else None
        if match is None:
            return own
        saved, layout = match
        if own.ledger and saved.ledger not in (None, own.ledger):
            return own
        if not saved_layout.fits(saved):
            entry.add_issue("layout_no_longer_fits", day=layout.saved_on)
            return own
        entry.add_issue("layout_remembered", day=layout.saved_on, what=layout.in_words)
        entry.recognition.saved_on = layout.saved_on
        return replace(
            own,
            ledger=own.ledger or saved.ledger,
            unit=own.unit or saved.unit,
            layout=saved.layout,
            unit_is_certain=own.unit_is_certain or (own.unit is None and saved.unit is not None),
        )

    def _header(self, sheet: containers.Sheet, settings: Instructions, entry: SheetReport) -> Header:
        """The sheet's header as set by the user, else as detected; raises SheetRefused where it is no ledger's."""
        if settings.layout is not None:
            return self._instructed_header(sheet, settings, entry)
        ledger = settings.ledger
        file_name = Path(entry.path).stem
        header = header_search.find(sheet, ledger, file_name)
        best = header_search.find(sheet, file_name=file_name) if ledger else header
        if header is not None:
            sheet_parts.give_places(sheet, header, file_name)
            recognise.note_header(entry.recognition, sheet, header)
        if ledger and _is_another(best, header, ledger):
            raise SheetRefused("other_ledger", wanted=forms.get(ledger).name, looks_like=best.form.name)
        if (header is None or header.missing) and sheet_parts.is_transposed(sheet):
            raise SheetRefused("sheet_transposed")
        if (header is None or header.missing) and sheet_parts.is_card(sheet):
            raise SheetRefused("household_card")
        if header is None or (header.missing and len(header.columns) < header_model.FEWEST_OF_A_LEDGER):
            raise SheetRefused("not_a_ledger")
        if header.missing and not header_model.has_key(header):
            raise SheetRefused("not_quite_a_ledger", ledger=header.form.name, columns="、".join(header.missing))
        return header

    def _instructed_header(self, sheet: containers.Sheet, settings: Instructions, entry: SheetReport) -> Header:
        """The header as set by the user; raises SheetRefused where it is impossible or no ledger's."""
        try:
            header = instructed_header.read(sheet, settings.layout, settings.ledger)
        except SheetRefused:
            # The page shows the detected header, from which the user can correct the settings.
            if (header := header_search.find(sheet, settings.ledger)) is not None:
                recognise.note_header(entry.recognition, sheet, header)
            raise
        if header is None:
            raise SheetRefused("not_a_ledger")
        recognise.note_header(entry.recognition, sheet, header)
        return header


def _passed_by(sheet: containers.Sheet) -> str | None:
    """The code of the reason why a sheet is not examined at all; None where it is."""
    if sheet.hidden:
        return "sheet_hidden"
    return None if any(any(cell != "" for cell in row) for row in sheet.rows) else "sheet_empty"


def _is_another(best: Header | None, header: Header | None, wanted: str) -> bool:
    """Whether a sheet, whose best header is ``best``, is another ledger and clearly less so the wanted one."""
    if best is None or best.form.kind == wanted:
        return False
    if best.missing:
        lacks = header is None or bool(header.missing)
        return lacks and len(best.columns) >= header_model.FEWEST_OF_A_LEDGER
    return header is None or bool(header.missing) or len(best.columns) > len(header.columns) + _CLEARLY_MORE
