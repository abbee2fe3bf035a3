"""Writing ledger files part by part: .xlsx, or .csv where a ledger has more rows than people open in Excel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from pyarrow import csv

MOST_ROWS_IN_XLSX = 200_000

# Days from Excel's day 0 (1899-12-30) to 1970-01-01.
_EXCEL_EPOCH_DAYS = 25_569
# A fixed date, so that the same county gives the same bytes.
_CREATED = datetime(2026, 1, 1)
_TYPES = {
    "text": pa.string(),
    "whole": pa.int64(),
    "money": pa.float64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "date": pa.date32(),
}
_FORMATS = {
    "text": {"num_format": "@"},
    "whole": {"num_format": "0"},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "0.##"},
    "share": {"num_format": "0%"},
    "date": {"num_format": "yyyy-mm-dd"},
}
_WIDTHS = {"text": 14, "whole": 11, "money": 15, "number": 10, "share": 10, "date": 13}
_HEADER = {"bold": True, "bg_color": "#E8EEF0", "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}


class Ledger(Protocol):
    """A ledger file being written."""

    path: Path

    def write(self, rows: Mapping[str, Sequence[Any]]) -> None:
        """Append rows, given as columns of equal length by title; None is an empty cell."""

    def close(self) -> None:
        """Finish the file."""


def create(path: Path, sheet: str, columns: Mapping[str, str], expected_rows: int, widths: Mapping[str, int]) -> Ledger:
    """A ledger file at ``path`` (its suffix is chosen here); ``columns`` maps a title to its kind of value."""
    for suffix in (".csv", ".xlsx"):
        # A file left by a run of another size would be loaded beside this one.
        path.with_suffix(suffix).unlink(missing_ok=True)
    if expected_rows > MOST_ROWS_IN_XLSX:
        return _CsvLedger(path.with_suffix(".csv"), columns)
    return _XlsxLedger(path.with_suffix(".xlsx"), sheet, columns, widths)


def _table(columns: Mapping[str, str], rows: Mapping[str, Sequence[Any]]) -> pa.Table:
    schema = pa.schema([(title, _TYPES[kind]) for title, kind in columns.items()])
    return pa.table([pa.array(rows[field.name], type=field.type) for field in schema], schema=schema)


class _CsvLedger:
    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self.path = path
        self._columns = columns
        self._file = path.open("wb")
        self._file.write("\N{ZERO WIDTH NO-BREAK SPACE}".encode())
        schema = pa.schema([(title, _TYPES[kind]) for title, kind in columns.items()])
        self._writer = csv.CSVWriter(self._file, schema)

    def write(self, rows: Mapping[str, Sequence[Any]]) -> None:
        self._writer.write_table(_table(self._columns, rows))

    def close(self) -> None:
        self._writer.close()
        self._file.close()


class _XlsxLedger:
    def __init__(self, path: Path, sheet: str, columns: Mapping[str, str], widths: Mapping[str, int]) -> None:
        self.path = path
        self._columns = columns
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._book.set_properties({"created": _CREATED})
        self._sheet = self._book.add_worksheet(sheet)
        self._formats = {kind: self._book.add_format(given) for kind, given in _FORMATS.items()}
        self._next = 1
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, 32)
        # Codes are text on purpose; Excel need not mark every one of them.
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        header = self._book.add_format(_HEADER)
        for at, (title, kind) in enumerate(columns.items()):
            width = widths.get(title, max(_WIDTHS[kind], 2 * len(title) + 2))
            self._sheet.set_column(at, at, width)
            self._sheet.write_string(0, at, title, header)

    def write(self, rows: Mapping[str, Sequence[Any]]) -> None:
        table = _table(self._columns, rows)
        cells = [self._cells(column) for column in table.columns]
        writers = [
            (at, self._sheet.write_string if kind == "text" else self._sheet.write_number, self._formats[kind])
            for at, kind in enumerate(self._columns.values())
        ]
        for number, row in enumerate(zip(*cells, strict=True), start=self._next):
            for (at, write, style), value in zip(writers, row, strict=True):
                if value is not None:
                    write(number, at, value, style)
        self._next += table.num_rows

    def close(self) -> None:
        self._book.close()

    @staticmethod
    def _cells(column: pa.ChunkedArray) -> list[Any]:
        if pa.types.is_date32(column.type):
            column = pc.add(column.cast(pa.int32()), _EXCEL_EPOCH_DAYS)
        return column.to_pylist()
