"""What this product itself writes into workbooks that people hand in again, and how it is read past.

A returned workbook (退回表) has two columns of ours beside the sender's, a template (空白模板) a page of help.
"""

from dashboard.definitions import forms
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout import header_search, known_titles


def row_title() -> str:
    """The title of the column with the number a row had in the file first sent."""
    return forms.common()["own"]["row_title"]


def reason_title() -> str:
    """The title of the column that says what is wrong with a row."""
    return forms.common()["own"]["reason_title"]


def page_mark() -> str:
    """What the first cell of a page of help says."""
    return forms.common()["own"]["page_mark"]


def columns(sheet: Sheet) -> tuple[int, int] | None:
    """The indexes of our two columns in a returned workbook's sheet; None in any other sheet."""
    for row in sheet.rows[: known_titles.SEARCHED_ROWS]:
        if row_title() in row and reason_title() in row:
            return row.index(row_title()), row.index(reason_title())
    return None


def take_out_columns(sheet: Sheet) -> bool:
    """Blank our two columns, so that the sheet reads as the sender's; whether there were any."""
    found = columns(sheet)
    for row in sheet.rows if found else ():
        for index in found:
            if index < len(row):
                row[index] = ""
    return found is not None


def is_help(sheet: Sheet) -> bool:
    """Whether a sheet is a template's page of help, and nobody has written a ledger below it."""
    if not sheet.rows or page_mark() not in sheet.rows[0]:
        return False
    found = header_search.find(sheet)
    return found is None or bool(found.missing)
