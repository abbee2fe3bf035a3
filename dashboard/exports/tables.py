"""Tables as files: csv, xlsx, parquet. Text stays text and never becomes a formula."""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import xlsxwriter

from dashboard import language

# Excel holds 1,048,576 rows; long before that a workbook takes minutes to write, and csv is the better file.
MAX_XLSX_ROWS = 200_000

_FORMULA_LIKE = re.compile(r"[\ufeff\x00-\x20\s]*[=+\-@|%＝＋－＠]|[\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as csv in UTF-8 with a byte-order mark; a text that a spreadsheet would run is led by an apostrophe."""
    text_columns = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
    harmless = table.assign(**{column: table[column].map(_harmless, na_action="ignore") for column in text_columns})
    harmless.columns = [_harmless(str(column)) for column in harmless.columns]
    return harmless.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(
    table: pd.DataFrame,
    title: str,
    notes: Sequence[tuple[str, str]] = (),
    formats: Mapping[str, str] | None = None,
) -> bytes:
    """The table as a workbook: sheet 数据 with the rows, sheet 说明 with ``notes`` (label, text).

    ``formats`` gives Excel number formats by column. ValueError above MAX_XLSX_ROWS rows.
    """
    if len(table) > MAX_XLSX_ROWS:
        raise ValueError(language.words("exports.too_many_rows", rows=len(table), limit=MAX_XLSX_ROWS))
    buffer = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": title})
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF2", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        sheet = book.add_worksheet(language.words("exports.sheet_of_rows"))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, str(column), head)
            _write_column(book, sheet, place, table[column], (formats or {}).get(column))
        if len(table.columns):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        _write_notes(book, title, notes)
    return buffer.getvalue()


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """The table as Parquet, types kept."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and _FORMULA_LIKE.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _write_column(book, sheet, place: int, column: pd.Series, number_format: str | None) -> None:
    plain = book.add_format({"num_format": number_format}) if number_format else None
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    yes, no = language.words("exports.value_yes"), language.words("exports.value_no")
    widest = _width(str(column.name))
    for row, value in enumerate(column.tolist(), start=1):
        if value is None or value is pd.NaT or value is pd.NA or value != value:
            continue
        if isinstance(value, bool):
            sheet.write_string(row, place, yes if value else no)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, place, value, plain)
        elif isinstance(value, datetime | date):
            sheet.write_datetime(row, place, value, day)
        else:
            sheet.write_string(row, place, str(value))
        if row <= 200:
            widest = max(widest, _width(str(value)))
    sheet.set_column(place, place, min(widest + 2, 48))


def _write_notes(book, title: str, notes: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(language.words("exports.sheet_of_notes"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90, wrap)
    for row, (label, text) in enumerate([(language.words("exports.table_title"), title), *notes]):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, text)


def _width(text: str) -> int:
    """Columns a text takes on screen: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
