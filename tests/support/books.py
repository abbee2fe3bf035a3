"""Small invented ledgers as files: one valid row of every kind, to be changed where a test needs it."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from dashboard.definitions import forms
from dashboard.ledgers.cells import id_numbers
from dashboard.ledgers.reporting.report import Report, SheetReport


def id_number(birth: str = "19800101", order: str = "001") -> str:
    """An identity number from an unassigned prefecture with the right check digit; an odd order is a man's."""
    first_17 = f"629821{birth}{order}"
    return first_17 + id_numbers.check_digit(first_17)


HEAD_ID = id_number()

VILLAGES = [
    {
        "乡镇": "城关镇",
        "乡镇代码": "629821100000",
        "行政村": "新民村",
        "行政村代码": "629821100201",
        "曾用名": "红旗村",
    },
    {"乡镇": "城关镇", "乡镇代码": "629821100000", "行政村": "东风村", "行政村代码": "629821100202", "曾用名": ""},
    {"乡镇": "河东乡", "乡镇代码": "629821200000", "行政村": "新民村", "行政村代码": "629821200201", "曾用名": ""},
    {"乡镇": "河东乡", "乡镇代码": "629821200000", "行政村": "柳林村", "行政村代码": "629821200202", "曾用名": ""},
]

# A valid row of every kind that is no contradiction to the others.
ROWS: dict[str, dict[str, Any]] = {form.kind: dict(form.valid_row) for form in forms.all_forms()}


def table(kind: str, *changes: dict[str, Any], without: tuple[str, ...] = ()) -> list[list[Any]]:
    """Header and one row for each change of the kind's valid row; titles new to the row become columns."""
    rows = [ROWS[kind] | change for change in changes or ({},)]
    titles = [title for title in dict.fromkeys(title for row in rows for title in row) if title not in without]
    return [titles, *([row.get(title, "") for title in titles] for row in rows)]


def xlsx(path: Path, sheets: list[list[Any]] | dict[str, list[list[Any]]], merges: tuple[str, ...] = ()) -> Path:
    """Write lines of cells as a workbook (one sheet, or several by name); '' is left blank."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in (sheets if isinstance(sheets, dict) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row, line in enumerate(lines, start=1):
            for column, value in enumerate(line, start=1):
                if value != "":
                    sheet.cell(row, column, value)
        for merge in merges:
            sheet.merge_cells(merge)
    book.save(path)
    return path


def text(path: Path, lines: list[list[Any]], encoding: str = "utf-8") -> Path:
    """Write lines of cells as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def far_apart(path: Path, cell: str) -> Path:
    """Write a household ledger with one cell far from all others."""
    xlsx(path, table("households"))
    book = openpyxl.load_workbook(path)
    book.active[cell] = 1
    book.save(path)
    return path


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """An archive of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive of files by name."""
    path.write_bytes(zip_bytes(members))
    return path


def ledger(folder: Path, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = ()) -> Path:
    """Write a workbook of one kind, named by it."""
    return xlsx(folder / f"{forms.get(kind).name}.xlsx", table(kind, *changes, without=without))


def directory(path: Path) -> Path:
    """Write the directory of all four villages."""
    return xlsx(path / "01_行政区划名录.xlsx", table("regions", *VILLAGES))


def codes(report: Report) -> list[str]:
    """The codes of everything a report says."""
    return [issue.code for entry in report.files for issue in entry.issues]


def only(report: Report) -> SheetReport:
    """The one sheet of a report."""
    [entry] = report.files
    return entry
