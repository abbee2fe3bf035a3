"""Ledgers of the invented county taken up, changed and written again, as a township office would."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import python_calamine

Rows = list[list]


def rows(folder: Path, name: str) -> Rows:
    """The rows of the ledger ``name`` in the folder, header first; whole numbers without a point."""
    [file] = folder.glob(f"*_{name}.xlsx")
    sheet = python_calamine.load_workbook(file).get_sheet_by_index(0)
    return [[_plain(cell) for cell in row] for row in sheet.to_python()]


def frame(folder: Path, name: str) -> pd.DataFrame:
    """The ledger ``name`` as a table of text."""
    header, *body = rows(folder, name)
    return pd.DataFrame([[str(cell) for cell in row] for row in body], columns=header)


def csv_bytes(table: Sequence[Sequence]) -> bytes:
    """The rows as csv in UTF-8 with a byte-order mark."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(table)
    return buffer.getvalue().encode("utf-8-sig")


def with_values(table: Rows, row: int, **values: object) -> Rows:
    """The rows with some cells of one row, counted from 1 below the header, replaced."""
    changed = [list(cells) for cells in table]
    for title, value in values.items():
        changed[row][table[0].index(title)] = value
    return changed


def without(table: Rows, title: str) -> Rows:
    """The rows without a column."""
    place = table[0].index(title)
    return [cells[:place] + cells[place + 1 :] for cells in table]


def _plain(cell: object) -> object:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
