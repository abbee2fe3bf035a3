"""Which lines below the header are data: blank, total, note, signature and repeated header lines are not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.ledgers import forms
from dashboard.ledgers.grid import Sheet
from dashboard.ledgers.header import Header, is_repeated, normal
from dashboard.ledgers.values import is_blank, narrow

_ORDINALS = "甲乙丙丁戊己庚辛壬癸"
_FEWEST_NUMBERED = 3
_FOOTER_CELLS = 2
# How far from its first cell a total line says that it is one.
_LEADING_CELLS = 3
_BLANK = "blank"
# What may follow a short word such as 注 where it begins a note; '' where nothing does.
_AFTER_NOTE = ("", ":", "(", ",", "1")
# The field that stands for the key where the key itself need not be a column.
_STANDS_FOR = {"village_code": "place_village"}


@dataclass
class Body:
    """Row indexes of the data lines, of skipped ones by notice code, CSV records of another width, cells filled."""

    rows: list[int]
    skipped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ragged: list[tuple[int, int]] = field(default_factory=list)
    filled: int = 0


def data_lines(sheet: Sheet, header: Header) -> Body:
    """The data lines of a sheet. Merged cells are filled down in place, error cells get their error as text."""
    for (row, column), error in sheet.errors.items():
        if row < len(sheet.rows) and column < len(sheet.rows[row]):
            sheet.rows[row][column] = error
    filled = _fill_down(sheet, header)
    start = header.last_row + 1
    filled_rows = (index for index, row in enumerate(sheet.rows[start:], start) if row.count("") < len(row))
    body = Body(list(filled_rows), filled=filled)
    if body.rows and _is_numbering(sheet.rows[body.rows[0]]):
        body.skipped["lines_numbering"].append(body.rows.pop(0))
    _set_aside(sheet, header, body)
    if sheet.is_text:
        width = len(sheet.rows[header.last_row])
        body.ragged = [(row, len(sheet.rows[row])) for row in body.rows if len(sheet.rows[row]) != width]
    return body


def _fill_down(sheet: Sheet, header: Header) -> int:
    """Give every cell of a merged range in the data its value, down its first column; returns how many."""
    columns = set(header.columns.values())
    filled = 0
    for top, left, bottom, _ in sheet.merges:
        if top <= header.last_row or bottom == top or left not in columns or top >= len(sheet.rows):
            continue
        value = sheet.rows[top][left]
        if is_blank(value):
            continue
        for row in sheet.rows[top + 1 : bottom + 1]:
            if is_blank(row[left]):
                row[left] = value
                filled += 1
    return filled


def _is_numbering(row: Sequence[Any]) -> bool:
    """Whether a line under the header only numbers the columns: 1 2 3 or 甲 乙 丙, or 甲 乙 1 2."""
    marks = [narrow(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)) for cell in row]
    marks = [mark.strip("()") for mark in marks if mark]
    letters = [mark for mark in marks if mark in _ORDINALS]
    numbers = marks[len(letters) :]
    return (
        len(marks) >= _FEWEST_NUMBERED
        and letters == list(_ORDINALS[: len(letters)])
        and numbers
        in ([str(n) for n in range(1, len(numbers) + 1)], [str(n) for n in range(len(letters) + 1, len(marks) + 1)])
    )


def _set_aside(sheet: Sheet, header: Header, body: Body) -> None:
    """Move lines that are not data from ``rows`` to ``skipped``; only lines whose key is missing are looked at."""
    key_columns = [_STANDS_FOR.get(column, column) for column in header.form.key]
    indexes = [header.columns[column] for column in key_columns if column in header.columns]
    if not indexes or not body.rows:
        return
    titles = {normal(title) for title in header.titles.values()}
    suspects = _suspects(sheet, body.rows, indexes, titles)
    if not suspects:
        return
    keyed = [row for row in body.rows if row not in suspects]
    last_keyed = keyed[-1] if keyed else header.last_row
    aside = {}
    for row in suspects:
        is_whole = not sheet.is_text or len(sheet.rows[row]) == len(sheet.rows[header.last_row])
        code = _line_code(sheet.rows[row], titles, may_be_footer=row > last_keyed and is_whole)
        if code:
            aside[row] = code
    for row, code in aside.items():
        if code != _BLANK:
            body.skipped[code].append(row)
    body.rows = [row for row in body.rows if row not in aside]


def _suspects(sheet: Sheet, rows: Sequence[int], indexes: Sequence[int], titles: set[str]) -> dict[int, None]:
    """Rows whose key is blank, or is a word that no key is (合计, the column's own title)."""
    found: dict[int, None] = {}
    for index in indexes:
        cells = _cells(sheet, rows, index)
        # A key of plain ASCII characters is one; only the few others are looked at closely.
        others = {cell for cell in set(cells) if isinstance(cell, str) and not (cell.isascii() and cell.strip())}
        odd = {cell for cell in others if _is_no_key(cell, titles)}
        if odd:
            found |= dict.fromkeys(row for row, cell in zip(rows, cells, strict=True) if cell in odd)
    return dict(sorted(found.items()))


def _cells(sheet: Sheet, rows: Sequence[int], index: int) -> list[Any]:
    """A column's cells; records of a text file may be too short to have one."""
    if sheet.is_text:
        return [sheet.rows[row][index] if index < len(sheet.rows[row]) else "" for row in rows]
    return [sheet.rows[row][index] for row in rows]


def _is_no_key(cell: str, titles: set[str]) -> bool:
    text = narrow(cell)
    return not text or _is_total(text) or _is_note(text) or normal(cell) in titles


def _line_code(row: Sequence[Any], titles: set[str], *, may_be_footer: bool) -> str | None:
    """The notice for a line that is no data, None for one that is; blank lines need none."""
    cells = [narrow(str(cell)) for cell in row if not is_blank(cell)]
    if not cells:
        return _BLANK
    if is_repeated(row, titles):
        return "lines_repeated_header"
    if any(_is_total(cell) for cell in cells[:_LEADING_CELLS]):
        return "lines_total"
    if _is_note(cells[0]) or (may_be_footer and len(cells) <= _FOOTER_CELLS):
        return "lines_note"
    return None


def _is_total(text: str) -> bool:
    known = forms.common()["lines"]
    return text in known["totals"] or text.endswith(tuple(known["total_endings"]))


def _is_note(text: str) -> bool:
    for word in forms.common()["lines"]["notes"]:
        if text.startswith(word) and (len(word) > 2 or text[len(word) :][:1] in _AFTER_NOTE):
            return True
    return False
