"""Which rows below the header are data: blank rows, totals, notes, signatures and repeated headers are not.

The place and all cells of a row decide; a word alone never does, since a village, a person or a measure may be called
by it. A row with a key of its own, or with personal data, is data.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa

from dashboard.ledgers.cells.values import is_blank, narrow
from dashboard.ledgers.containers import Sheet, TextRows, Texts, distinct
from dashboard.ledgers.layout import header_model, header_search, known_titles, row_words, subtotals
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.title_text import normal

# After the last row with a key, a row of so few cells is a signature or a note.
_FOOTER_CELLS = 2
# The word of a total is in one of its first cells.
_LEADING_CELLS = 3
# A cell merged over so many columns heads a section.
_WIDE = 3
# The title of a printed page begins at most so many rows above its repeated header.
_LINES_OF_A_TITLE = 4
# With so many blanks, as a share of the rows and in all, a required column looks as if it were filled only in the first
# row of each group; fewer are slips of their rows.
_MANY_BLANKS = 0.25
_FEWEST_BLANKS = 2
_BLANK = "blank"
_TOTAL, _NOTE, _HEADER, _NUMBERING = "lines_total", "lines_note", "lines_repeated_header", "lines_numbering"
_OUTSIDE, _OTHER_TABLE = "lines_outside", "lines_other_table"


class Refusal(NamedTuple):
    """Why the sheet cannot be read at all: code and placeholders of the message."""

    code: str
    details: dict[str, Any]


class SheetColumns:
    """The cells below a header by column, separated once for all uses."""

    def __init__(self, sheet: Sheet, start: int) -> None:
        self._rows, self._start = sheet.rows, start
        self._texts = sheet.rows.columns() if isinstance(sheet.rows, TextRows) else None
        widths = set(map(len, sheet.rows[start - 1 :])) if self._texts is None else ()
        #: Whether all rows are as wide as the header.
        self.is_even = self._texts is not None or len(widths) == 1
        self._listed = list(zip(*sheet.rows[start:], strict=True)) if self._texts is None and self.is_even else []

    def cells(self, rows: Sequence[int], index: int) -> Sequence[Any]:
        """A column's cells in the given rows, ascending and below the header; '' where a row is too short."""
        if not rows:
            return ()
        is_whole = rows[-1] - rows[0] + 1 == len(rows)
        if self._texts is not None:
            texts = self._texts[index].array
            return Texts(texts.slice(rows[0], len(rows)) if is_whole else texts.take(pa.array(rows, pa.int64())))
        if not self.is_even:
            return [row[index] if index < len(row) else "" for row in map(self._rows.__getitem__, rows)]
        cells = self._listed[index]
        if is_whole:
            return cells[rows[0] - self._start : rows[-1] - self._start + 1]
        return [cells[row - self._start] for row in rows]


@dataclass
class Body:
    """What is below the header. Rows count from 0.

    rows: data rows.
    skipped: non-data rows, by the code of the notice about them.
    ragged: (row, number of cells) of data rows of a text file that are not as wide as the header.
    filled: how many cells were filled from merged cells.
    blank_below: (database column, number of blank cells) of columns filled only in the first row of each group.
    refusal: why the sheet cannot be read; None where it can.
    columns: the cells by column.
    """

    rows: list[int]
    skipped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ragged: list[tuple[int, int]] = field(default_factory=list)
    filled: int = 0
    blank_below: list[tuple[str, int]] = field(default_factory=list)
    refusal: Refusal | None = None
    columns: SheetColumns | None = None


def read_body(sheet: Sheet, header: Header) -> Body:
    """The data rows of a sheet. In place, merged cells are filled down and error cells get their error as text."""
    for (row, column), error in sheet.errors.items():
        if row < len(sheet.rows) and column < len(sheet.rows[row]):
            sheet.rows[row][column] = error
    filled = _fill_down(sheet, header)
    start = header.last_row + 1
    body = Body(_filled_rows(sheet, start), filled=sum(map(len, filled.values())))
    if body.rows and row_words.is_numbering(sheet.rows[body.rows[0]]):
        body.skipped[_NUMBERING].append(body.rows.pop(0))
    body.columns = SheetColumns(sheet, start)
    _RowClassifier(sheet, header, body, filled).set_aside()
    if header.only_with:
        body.rows = [row for row in body.rows if any(not is_blank(cell) for cell in _own(sheet.rows[row], header))]
    if sheet.is_text and not body.columns.is_even:
        width = len(sheet.rows[header.last_row])
        body.ragged = [(row, len(sheet.rows[row])) for row in body.rows if len(sheet.rows[row]) != width]
    body.blank_below = _blank_below(header, body)
    return body


def _own(row: Sequence[Any], header: Header) -> list[Any]:
    return [row[index] for index in header.only_with if index < len(row)]


def _fill_down(sheet: Sheet, header: Header) -> dict[int, set[int]]:
    """Fill the first column of every merged range below the header with its value, in place.

    Returns the filled columns by row.
    """
    columns = set(header.columns.values())
    filled: dict[int, set[int]] = defaultdict(set)
    for top, left, bottom, _ in sheet.merges:
        if top <= header.last_row or bottom == top or left not in columns or top >= len(sheet.rows):
            continue
        value = sheet.rows[top][left]
        if is_blank(value):
            continue
        for number, row in enumerate(sheet.rows[top + 1 : bottom + 1], top + 1):
            if is_blank(row[left]):
                row[left] = value
                filled[number].add(left)
    return filled


def _filled_rows(sheet: Sheet, start: int) -> list[int]:
    """The rows from ``start`` on that have a cell that is not blank."""
    filled = sheet.rows.filled(start) if isinstance(sheet.rows, TextRows) else None
    if filled is not None:
        return filled
    return [index for index, row in enumerate(sheet.rows[start:], start) if row.count("") < len(row)]


def _blank_below(header: Header, body: Body) -> list[tuple[str, int]]:
    """(database column, number of blanks) of required columns whose first row is filled and many below it are not."""
    columns, rows = [], body.rows
    if not rows:
        return columns
    for field_ in header.form.fields:
        index = header.columns.get(field_.column)
        if not field_.required or index is None or field_.type not in ("text", "code", "region_code", "year"):
            continue
        cells = body.columns.cells(rows, index)
        blanks = cells.count("") + cells.count(None)
        if blanks >= max(_FEWEST_BLANKS, _MANY_BLANKS * len(rows)) and not is_blank(cells[0]):
            columns.append((field_.column, blanks))
    return columns


class _RowClassifier:
    """Moves non-data rows from a body's ``rows`` to its ``skipped``; only suspicious rows are examined."""

    def __init__(self, sheet: Sheet, header: Header, body: Body, filled: dict[int, set[int]]) -> None:
        self._sheet, self._header, self._body, self._filled = sheet, header, body, filled
        self._titles = {normal(title) for title in header.titles.values()}
        keys = [header_model.KEY_SUBSTITUTES.get(column, column) for column in header.form.key]
        self._keys = [header.columns[column] for column in keys if column in header.columns]
        # Key columns of words, such as a village's name.
        self._word_columns = {
            header.columns[column] for column in keys if column in header.columns and _is_text(header, column)
        }
        self._wide = {top for top, left, _, right in sheet.merges if right - left >= _WIDE - 1}

    def set_aside(self) -> None:
        """Move the non-data rows."""
        suspects = self._suspects()
        if not suspects:
            return
        suspects = self._without_other_table(suspects)
        keyed = [row for row in self._body.rows if row not in suspects]
        last_keyed = keyed[-1] if keyed else self._header.last_row
        codes = {row: self._code(row, is_below=row > last_keyed) for row in suspects}
        unsaid = [row for row, code in codes.items() if code is None and self._has_no_key(row)]
        codes |= dict.fromkeys(subtotals.totals(self._sheet, self._header, keyed, unsaid), _TOTAL)
        self._join_page_titles(codes)
        self._join_numbering(codes)
        for row, code in codes.items():
            if code and code != _BLANK:
                self._body.skipped[code].append(row)
        self._body.rows = [row for row in self._body.rows if not codes.get(row)]

    def _suspects(self) -> dict[int, None]:
        """Rows whose key is blank or no possible key, and those with the word of a total (合计) before their key."""
        rows = self._body.rows
        if not self._keys:
            return dict.fromkeys(rows)
        suspects: set[int] = set()
        for index in self._keys:
            cells = self._body.columns.cells(rows, index)
            # Any text of ASCII characters may be a key; only the few others are examined.
            values = distinct(cells)
            others = {cell for cell in values if isinstance(cell, str) and not (cell.isascii() and cell.strip())}
            odd = {cell for cell in others if self._is_no_key(cell)} | ({None} & values)
            if odd:
                suspects.update(row for row, cell in zip(rows, cells, strict=True) if cell in odd)
        for index in self._label_columns():
            cells = self._body.columns.cells(rows, index)
            odd = {cell for cell in distinct(cells) if isinstance(cell, str) and row_words.is_total(cell)}
            if odd:
                suspects.update(row for row, cell in zip(rows, cells, strict=True) if cell in odd)
        return dict.fromkeys(sorted(suspects))

    def _label_columns(self) -> list[int]:
        """Columns in which a row with a key may still be marked as a total: those before the key, and places."""
        places = {index for column, index in self._header.columns.items() if column.startswith("place_")}
        return sorted((set(range(min(self._keys))) | places) - set(self._keys))

    def _is_no_key(self, cell: str) -> bool:
        """Whether a text cannot be a key."""
        text = narrow(cell)
        return (
            is_blank(cell)
            or row_words.is_everywhere(cell)
            or row_words.is_total(text)
            or row_words.is_note(text)
            or known_titles.is_title(cell)
        )

    def _without_other_table(self, suspects: dict[int, None]) -> dict[int, None]:
        """The suspects above a second table, whose rows are moved to ``skipped``; a second ledger refuses the sheet."""
        for row in suspects:
            cells = self._sheet.rows[row]
            if self._is_own_header(cells):
                continue
            if not self._prints_titles(cells):
                if self._begins_other_table(row):
                    return self._skip_from(row, suspects)
                continue
            below = Sheet(None, self._sheet.rows[row : row + 3])
            header = header_search.find(below)
            is_ledger = header is not None and not header.missing
            if is_ledger or header_search.is_repeated(cells, self._titles):
                self._body.refusal = Refusal("second_header", {"line": row + 1})
            return self._skip_from(row, suspects)
        return suspects

    def _skip_from(self, row: int, suspects: dict[int, None]) -> dict[int, None]:
        """Move all rows from ``row`` on to ``skipped``; returns the suspects above."""
        self._body.skipped[_OTHER_TABLE] += [line for line in self._body.rows if line >= row]
        self._body.rows = [line for line in self._body.rows if line < row]
        return {line: None for line in suspects if line < row}

    def _begins_other_table(self, row: int) -> bool:
        """Whether a row of words begins a table of numbers about something else, such as a summary (乡镇 户数 占比).

        No row from there on may have a key or personal data.
        """
        words = [cell for cell in self._sheet.rows[row] if not is_blank(cell)]
        if len(words) < known_titles.FEWEST_TITLES or not all(map(row_words.is_caption, words)):
            return False
        if not any(map(known_titles.is_title, words)) or self._may_be_data(row, with_names=False):
            return False
        return self._last_data <= row < self._last_number

    @cached_property
    def _last_data(self) -> int:
        """The last row that may be data; -1 for none."""
        return next((line for line in reversed(self._body.rows) if self._may_be_data(line)), -1)

    @cached_property
    def _last_number(self) -> int:
        """The last row with a number below those that may be data; -1 for none."""
        below = self._body.rows[bisect(self._body.rows, self._last_data) :]
        return next((line for line in reversed(below) if any(map(row_words.is_number, self._sheet.rows[line]))), -1)

    def _may_be_data(self, row: int, *, with_names: bool = True) -> bool:
        """Whether a row has personal data or its whole key."""
        cells = self._sheet.rows[row]
        if row_words.personal_cells(cells, self._header, with_names=with_names):
            return True
        keys = [(cells[index] if index < len(cells) else "", index in self._word_columns) for index in self._keys]
        return not any(is_blank(key) or (not is_word and row_words.is_caption(key)) for key, is_word in keys)

    def _prints_titles(self, row: Sequence[Any]) -> bool:
        """Whether most cells of a row are titles of any ledger."""
        texts = [cell for cell in row if not is_blank(cell)]
        titles = sum(isinstance(cell, str) and known_titles.is_title(cell) for cell in texts)
        return titles >= _LEADING_CELLS - 1 and titles > 0.6 * len(texts)

    def _is_own_header(self, row: Sequence[Any]) -> bool:
        """Whether a row repeats one of the header's rows, title by title in its column."""
        filled = [(index, cell) for index, cell in enumerate(row) if not is_blank(cell)]
        for printed in self._sheet.rows[self._header.first_row : self._header.last_row + 1]:
            others = [cell for index, cell in filled if index >= len(printed) or not _same_title(printed[index], cell)]
            if not filled or 10 * len(others) >= 3 * len(filled):
                continue
            # The same titles in another order are another header.
            titles = {normal(cell) for cell in printed if isinstance(cell, str)}
            return not any(isinstance(cell, str) and normal(cell) in titles for cell in others)
        return False

    def _code(self, row: int, *, is_below: bool) -> str | None:
        """The code of the notice about a non-data row, _BLANK for a blank row; None for a data row."""
        line = self._own_cells(row)
        cells = [narrow(str(cell)) for cell in line if not is_blank(cell)]
        if not cells:
            return _BLANK
        if self._is_own_header(line):
            return _HEADER
        is_whole = not self._sheet.is_text or len(line) == len(self._sheet.rows[self._header.last_row])
        personal = row_words.personal_cells(line, self._header)
        has_total = any(row_words.is_total(cell) or row_words.is_part(cell) for cell in cells[:_LEADING_CELLS])
        if has_total and not personal:
            return _TOTAL
        if all(is_blank(line[index]) for index in self._header.columns.values() if index < len(line)):
            return _NOTE if is_below else _OUTSIDE
        labels = sum(map(row_words.is_label, cells))
        if personal > 1 or (2 * personal >= len(cells) > 1 and not (is_below and labels)):
            return None
        labelled = row_words.is_note(cells[0]) or 2 * labels >= len(cells)
        is_footer = is_below and is_whole and len(cells) <= _FOOTER_CELLS
        is_section = len(cells) == 1 and (row in self._wide or row_words.is_section(cells[0]))
        return _NOTE if labelled or is_footer or is_section else None

    def _has_no_key(self, row: int) -> bool:
        """Whether a row lacks a part of its key and has no personal data."""
        line = self._own_cells(row)
        keys = [line[index] if index < len(line) else "" for index in self._keys]
        is_keyless = any(is_blank(key) or (isinstance(key, str) and row_words.is_everywhere(key)) for key in keys)
        return is_keyless and not row_words.personal_cells(line, self._header)

    def _own_cells(self, row: int) -> Sequence[Any]:
        """A row without the values filled from merged cells, which do not show what the row is."""
        line, given = self._sheet.rows[row], self._filled.get(row, ())
        return ["" if index in given else cell for index, cell in enumerate(line)] if given else line

    def _join_page_titles(self, codes: dict[int, str | None]) -> None:
        """Give the code of a repeated header to the rows of a cell or two right above it: they are its page's title."""
        for row in [row for row, code in codes.items() if code == _HEADER]:
            for above in range(row - 1, row - 1 - _LINES_OF_A_TITLE, -1):
                if above not in codes or codes[above] in (_TOTAL, _BLANK):
                    if codes.get(above) == _BLANK or _is_empty(self._sheet.rows[above]):
                        continue
                    break
                line = self._sheet.rows[above]
                if sum(not is_blank(cell) for cell in line) > _FOOTER_CELLS or row_words.personal_cells(
                    line, self._header
                ):
                    break
                codes[above] = _HEADER

    def _join_numbering(self, codes: dict[int, str | None]) -> None:
        """Give the code of a numbering to the rows of numbers right below a repeated header."""
        for row in [row for row, code in codes.items() if code == _HEADER]:
            if row + 1 < len(self._sheet.rows) and row_words.is_numbering(self._sheet.rows[row + 1]):
                codes[row + 1] = _NUMBERING


def _is_text(header: Header, column: str) -> bool:
    return header.form.field(column).type == "text"


def _same_title(title: Any, other_title: Any) -> bool:
    return (
        isinstance(title, str)
        and isinstance(other_title, str)
        and bool(title.strip())
        and normal(title) == normal(other_title)
    )


def _is_empty(row: Iterable[Any]) -> bool:
    return all(is_blank(cell) for cell in row)
