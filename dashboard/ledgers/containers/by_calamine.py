"""Values of workbooks (.xlsx, .xlsb) by calamine, combined with the marks of their sheets."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import python_calamine

from dashboard.ledgers.containers.sheet import Sheet
from dashboard.ledgers.containers.sheet_scan import Marks
from dashboard.ledgers.errors import FileRefused

_T = TypeVar("_T")


def sheets(data: bytes, marked: Mapping[str, Marks]) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones without cells; ``marked``: marks of the others. Raises FileRefused."""
    book = _guarded(lambda: python_calamine.load_workbook(io.BytesIO(data)))
    for index, facts in enumerate(book.sheets_metadata):
        if facts.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if facts.visible != python_calamine.SheetVisibleEnum.Visible:
            yield Sheet(facts.name, [], hidden=True)
            continue
        if facts.name not in marked:
            raise FileRefused("file_damaged")
        sheet = _guarded(lambda index=index, name=facts.name: _values(book, index, name))
        marked[facts.name].note(sheet)
        sheet.trim()
        yield sheet


def _values(book: python_calamine.CalamineWorkbook, index: int, name: str) -> Sheet:
    table = book.get_sheet_by_index(index)
    merges = [(*first, *last) for first, last in table.merged_cell_ranges or ()]
    return Sheet(name, table.to_python(skip_empty_area=False), merges=merges)


def _guarded(read: Callable[[], _T]) -> _T:
    """The result of a call of calamine; whatever it raises becomes FileRefused."""
    try:
        return read()
    except python_calamine.PasswordError as error:
        raise FileRefused("file_encrypted") from error
    except Exception as error:
        raise FileRefused("file_damaged") from error
    except BaseException as error:
        # A panic of the Rust code is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused("file_damaged") from error
