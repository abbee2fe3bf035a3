"""Workbooks of Excel 97-2003 and WPS (.xls, .et): the BIFF stream, read by xlrd with its merges and hidden parts."""

import io
from collections.abc import Iterator
from typing import Any

import xlrd
from xlrd import xldate

from dashboard.ledgers.containers.sheet import Grid, Sheet, check_sheets, day_or_moment
from dashboard.ledgers.errors import FileRefused

# A bare stream without the OLE container, as old programs wrote it.
SIGNATURES = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")

_VISIBLE = 0


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without cells; raises FileRefused."""
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=io.StringIO(),
            ignore_workbook_corruption=True,
        )
        check_sheets(book.nsheets)
        for index, name in enumerate(book.sheet_names()):
            sheet = book.sheet_by_index(index)
            yield Sheet(name, [], hidden=True) if sheet.visibility != _VISIBLE else _read(sheet, book.datemode, data)
            book.unload_sheet(index)
    except (FileRefused, GeneratorExit):
        raise
    except xlrd.XLRDError as error:
        raise FileRefused("file_encrypted" if "encrypted" in str(error) else "file_damaged") from error
    except Exception as error:
        # xlrd trusts lengths and positions in the file, so that a damaged file raises errors of any kind.
        raise FileRefused("file_damaged") from error


def _read(source: Any, datemode: int, data: bytes) -> Sheet:
    sheet = Sheet(source.name, [])
    grid = Grid(sheet, len(data))
    for row in range(source.nrows):
        types, values = source.row_types(row), source.row_values(row)
        for column, kind in enumerate(types):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            if kind == xlrd.XL_CELL_ERROR:
                sheet.errors[row, column] = xlrd.error_text_from_code.get(values[column], "#")
                grid.put(row, column, "")
            else:
                grid.put(row, column, _value(kind, values[column], datemode))
    sheet.merges = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells]
    sheet.hidden_rows = sorted(row for row, facts in source.rowinfo_map.items() if facts.hidden)
    sheet.hidden_columns = sorted(column for column, facts in source.colinfo_map.items() if facts.hidden)
    return grid.finished()


def _value(kind: int, value: Any, datemode: int) -> Any:
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind != xlrd.XL_CELL_DATE:
        return value
    try:
        moment = xldate.xldate_as_datetime(value, datemode)
    except (xldate.XLDateError, OverflowError, ValueError):
        return value
    return moment.time() if 0 <= value < 1 else day_or_moment(moment)
