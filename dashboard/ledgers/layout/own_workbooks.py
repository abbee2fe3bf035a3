"""Recognise what this product adds to its own workbooks when they are handed in again, and ignore it.

A returned workbook (退回表) has two columns of this product beside the sender's, a template (空白模板) a page of help.
"""

from dashboard.definitions import forms
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import header_search, known_titles


def row_title() -> str:
    """The title of the column with the number a row had in the file first sent."""
    return forms.common()["own"]["row_title"]


def reason_title() -> str:
    """The title of the column with what is wrong with a row."""
    return forms.common()["own"]["reason_title"]


def page_mark() -> str:
    """The text of a cell in the first row of a page of help."""
    return forms.common()["own"]["page_mark"]


def year_line(year: int) -> str:
    """The line above a returned sheet that declares the year of its rows."""
    return forms.common()["own"]["year"].format(year=year)


def unit_line(unit: str) -> str:
    """The line above a returned sheet that declares the unit of its amounts."""
    return forms.common()["own"]["unit"].format(unit=unit)


def columns(sheet: Sheet) -> tuple[int, int] | None:
    """(index of the row numbers, index of the reasons) in a sheet of a returned workbook; None in any other sheet."""
    for row in sheet.rows[: known_titles.SEARCHED_ROWS]:
        if row_title() in row and reason_title() in row:
            return row.index(row_title()), row.index(reason_title())
    return None


def take_out_columns(sheet: Sheet) -> bool:
    """Blank these two columns in place, so that the sheet is the sender's again. Returns whether there were any."""
    indexes = columns(sheet)
    for row in sheet.rows if indexes else ():
        for index in indexes:
            if index < len(row):
                row[index] = ""
    return indexes is not None


def is_help(sheet: Sheet) -> bool:
    """Whether a sheet is a template's page of help without a ledger that somebody wrote below it."""
    if not sheet.rows or page_mark() not in sheet.rows[0]:
        return False
    header = header_search.find(sheet)
    return header is None or bool(header.missing)
