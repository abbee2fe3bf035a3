"""A sheet as it was sent → the ledgers it holds: parts side by side, places its name gives, what else stands on it."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from dashboard.definitions import forms
from dashboard.ledgers.cells import dates
from dashboard.ledgers.cells.values import is_blank, narrow, text_of
from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.layout import header_model, known_titles, title_text
from dashboard.ledgers.layout.header_model import Given, Header
from dashboard.ledgers.reporting.report import SheetReport

_PLACE_FIELDS = ("place_township", "place_village")
_DAY_OF_MONTH = re.compile(r"(\d{1,2})[日号]")
_MONTH_AND_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})")
_LONGEST_DAY = 8
# A month that is no end of a range (1—3月) and has no day behind it.
_MONTH_NAMED = re.compile(r"(?<![\d\-—~至到])(?:(20\d{2})年)?(1[0-2]|0?[1-9])月份?(?![\d底末至到\-—~])")
_PARTS = re.compile(r"[()（）\[\]【】〔〕，,；;。]+|(?<![:：])\s+")
# How many filled cells a line of a table has at least.
_TABLE_CELLS = 3
# A form for one household has at least so many titles, each before its value, on so many rows.
_CARD_TITLES = 5
_CARD_ROWS = 3
_CARD_HEIGHT = 60
_BARE_NAME = re.compile("[\u4e00-\u9fa5]{2,6}")
_PHRASES = re.compile(r"[\s:：()（）\[\]【】〔〕“”\"、,，;；。/]+")


def parts(sheet: Sheet, found: Header) -> list[tuple[Sheet, Header]]:
    """The ledgers of a sheet, each with its header: one, or one for every year or month that stands beside others."""
    if not found.parts:
        _give_month(sheet, found)
    return [(_with_days(sheet, part) if part.month else sheet, part) for part in found.parts or [found]]


def add_issues(sheet: Sheet, found: Header, report: SheetReport) -> None:
    """Notices of what was made of the sheet's layout."""
    if above := _table_above(sheet, found):
        report.add_issue("lines_above_header", count=len(above), rows="、".join(str(row + 1) for row in above))
    if found.month_given:
        report.add_issue("month_inferred", month=found.month_given.value, source=found.month_given.source)
    if found.parts and found is found.parts[0]:
        report.add_issue("columns_spread", groups="、".join(part.label for part in found.parts))
    for used, others in found.alike:
        report.add_issue("columns_alike", used=used, others="、".join(others))
    for column, given in found.given.items():
        if column in _PLACE_FIELDS:
            title = found.form.field(column).title
            report.add_issue("place_inferred", field=title, place=given.value, source=given.source)


def untitled(sheet: Sheet, found: Header) -> list[str]:
    """Columns with something in them below a header that does not name them."""
    used = set(found.columns.values())
    titles = known_titles.titles(sheet, found.first_row, found.last_row)
    width = max((len(row) for row in sheet.rows[:1]), default=0) if not sheet.is_text else len(titles)
    titled = {index for index, (title, _) in enumerate(titles) if title}
    start = found.last_row + 1
    return [
        f"{column_letters(index)}列（无列名）"
        for index in range(width)
        if index not in used | titled
        and any(index < len(row) and not is_blank(row[index]) for row in itertools.islice(sheet.rows, start, None))
    ]


def _table_above(sheet: Sheet, found: Header) -> list[int]:
    """The rows above the header that look like a table of their own, such as a summary: its titles and its numbers."""
    rows = [
        row for row in range(found.first_row) if sum(not is_blank(cell) for cell in sheet.rows[row]) >= _TABLE_CELLS
    ]
    has_numbers = any(isinstance(cell, int | float) for row in rows for cell in sheet.rows[row])
    return rows if len(rows) > 1 and has_numbers else []


def is_transposed(sheet: Sheet) -> bool:
    """Whether the titles stand in one column, below each other, and the rows of the ledger beside each other."""
    titles: dict[int, set[str]] = {}
    for row in sheet.rows[:_CARD_HEIGHT]:
        for index, cell in enumerate(row[:_CARD_TITLES]):
            if isinstance(cell, str) and known_titles.is_title(cell):
                titles.setdefault(index, set()).add(title_text.normal(cell))
    counts = sorted(map(len, titles.values()), reverse=True)
    return bool(counts) and counts[0] >= _CARD_TITLES and all(count < _CARD_ROWS for count in counts[1:])


def is_card(sheet: Sheet) -> bool:
    """Whether a sheet is a form filled in for one household (明白卡): titles all over it, each before its value."""
    rows, titles = set(), set()
    for number, row in enumerate(sheet.rows[:_CARD_HEIGHT]):
        texts = [text_of(cell) for cell in row]
        filled = [text for text in texts if text]
        for text, behind in itertools.pairwise(filled):
            if known_titles.is_title(text) and not known_titles.is_title(behind):
                rows.add(number)
                titles.add(title_text.normal(text))
    return len(titles) >= _CARD_TITLES and len(rows) >= _CARD_ROWS


# Months -------------------------------------------------------------------------------------------------------------


def _with_days(sheet: Sheet, part: Header) -> Sheet:
    """The sheet with days in a month's column: 5日 and a mark (√) get the month the column is about."""
    index = part.only_with[0]

    def dated(row: list[Any]) -> list[Any]:
        return [*row[:index], _day(row[index], part), *row[index + 1 :]] if index < len(row) else row

    start = part.last_row + 1
    return replace(sheet, rows=sheet.rows[:start] + [dated(row) for row in sheet.rows[start:]])


def _day(cell: Any, part: Header) -> Any:
    if not isinstance(cell, str) or not cell.strip():
        return cell
    text, (year, month) = narrow(cell), part.month
    written = f"{year}年{month}月" if year else f"{month}月"
    marks = forms.common()["marks"]
    if text.upper() in marks["done"]:
        return written
    if text.upper() in marks["not_done"]:
        return ""
    day = _DAY_OF_MONTH.fullmatch(text)
    return f"{written}{day[1]}日" if day else cell


def _give_month(sheet: Sheet, found: Header) -> None:
    """Give days written without their month (5日, 3.5) the one month that the sheet's title or name is about."""
    index = found.columns.get(found.form.by_month or "")
    sources = ((header_model.lines_above(sheet, found), "表头上方的标题"), ([sheet.name or ""], "工作表名称"))
    named = [(months.pop(), source) for texts, source in sources if len(months := _months_of(texts)) == 1]
    if index is None or not named:
        return
    (year, month), source = named[0]
    written = f"{year}年{month}月" if year else f"{month}月"
    for row in sheet.rows[found.last_row + 1 :]:
        day = _day_alone(row[index], month, is_text=sheet.is_text) if index < len(row) else None
        if day:
            row[index] = f"{written}{day}日"
            found.month_given = Given(written, source)


def _months_of(texts: Iterable[str]) -> set[tuple[str, str]]:
    """The months, as (year or '', month), that texts are about: not those of filling in or printing."""
    dated = forms.common()["lines"]["dated"]
    phrases = (phrase for text in texts for phrase in _PARTS.split(text))
    return {
        (match[1] or "", match[2].lstrip("0"))
        for phrase in phrases
        if not any(word in phrase for word in dated)
        for match in _MONTH_NAMED.finditer(dates.in_digits(phrase))
    }


def _day_alone(cell: Any, month: str, *, is_text: bool) -> str | None:
    """The day of a cell that says nothing else, or that and the month; in a text file 3.1 may have been 3.10."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_DAY:
        return None
    text = narrow(cell)
    if found := _DAY_OF_MONTH.fullmatch(text):
        return found[1]
    found = _MONTH_AND_DAY.fullmatch(text)
    is_month = found is not None and found[1].lstrip("0") == month and not (is_text and "." in text)
    return found[2] if is_month else None


# Places -------------------------------------------------------------------------------------------------------------


class NamedPlace(NamedTuple):
    """The names of township and village in a text; None for what it does not name."""

    township: str | None
    village: str | None


def give_places(sheet: Sheet, found: Header, file_name: str) -> None:
    """Give the township and village that no column has, from the sheet's name, its title or the file's name.

    A text that names another village than the one before it makes both doubtful, so that neither is taken; so does a
    heading between the rows (二、东风村).
    """
    wanted = [column for column in _PLACE_FIELDS if found.form.has(column) and column not in found.columns]
    if found.form.place != "village" or not wanted:
        return
    sources = (
        ([sheet.name or ""], "工作表名称"),
        (header_model.lines_above(sheet, found), "表头上方的标题"),
        ([file_name], "文件名称"),
    )
    for column, name in zip(_PLACE_FIELDS, NamedPlace._fields, strict=True):
        if column not in wanted:
            continue
        named = [(getattr(place, name), source) for texts, source in sources for place in _named(texts)]
        named = [(value, source) for value, source in named if value]
        headings = {getattr(place, name) for place in _headings(sheet, found)} - {None}
        if len({value for value, _ in named}) == 1 and headings <= {named[0][0]}:
            found.given[column] = Given(*named[0])
    for part in found.parts:
        part.given |= {column: given for column, given in found.given.items() if column in wanted}
        part.missing = header_model.missing_titles(part)
    found.missing = header_model.missing_titles(found)
    _propose_village(sheet, found, [text for texts, _ in sources for text in texts])


def _propose_village(sheet: Sheet, found: Header, texts: Iterable[str]) -> None:
    """Offer the bare name of a sheet (新民) as the village, where nothing names any and nothing else is missing."""
    column, name = _PLACE_FIELDS[1], (sheet.name or "").strip()
    is_key = column in header_model.key_columns(found.form)
    if is_key or found.missing != [found.form.field(column).title] or not _BARE_NAME.fullmatch(name):
        return
    if not any(place.village for place in (*_named(texts), *_headings(sheet, found))):
        found.given[column] = Given(name, "工作表名称", is_proposed=True)
        found.missing = []


def _headings(sheet: Sheet, found: Header) -> list[NamedPlace]:
    """The places that stand alone in a row below the header."""
    rows = (row for row in sheet.rows[found.last_row + 1 :] if row.count("") == len(row) - 1)
    return _named(text_of(cell) for row in rows for cell in row if isinstance(cell, str) and cell)


def _named(texts: Iterable[str]) -> list[NamedPlace]:
    return [place for text in texts for phrase in _PHRASES.split(text) if (place := place_of(phrase)) != (None, None)]


def place_of(phrase: str) -> NamedPlace:
    """The township and village a phrase begins with (清源县城关镇新民村2024年…)."""
    match = _pattern().match(title_text.normal(phrase))
    if not match:
        return NamedPlace(None, None)
    none = forms.common()["places"]["none"]
    return NamedPlace(*(None if name is None or name in none else name for name in match.group("township", "village")))


@cache
def _pattern() -> re.Pattern[str]:
    """Province, city and county, township, village, and what may stand behind them."""
    words = forms.common()["places"]

    def ending_in(endings: Sequence[str], length: int = 8) -> str:
        return rf"[一-龥]{{1,{length}}}?(?:{'|'.join(endings)})"

    above = "".join(f"(?:{ending_in(words[level])})?" for level in ("province", "city", "county"))
    own = "".join(f"(?P<{level}>{ending_in(words[level])})?" for level in ("township", "village"))
    return re.compile(rf"{above}{own}(?=$|[^一-龥]|{'|'.join(words['behind'])})")
