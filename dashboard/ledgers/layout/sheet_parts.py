"""The ledgers of one sheet: years or months side by side, places from its name, other tables and forms on it."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from dashboard import language
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
# Longer texts are not a day alone.
_LONGEST_DAY = 8
# A month that does not end a range (1—3月) and has no day after it.
_MONTH_NAMED = re.compile(r"(?<![\d\-—~至到])(?:(20\d{2})年)?(1[0-2]|0?[1-9])月份?(?![\d底末至到\-—~])")
# What separates the phrases of a title.
_PARTS = re.compile(r"[()（）\[\]【】〔〕，,；;。]+|(?<![:：])\s+")
# Fewer filled cells are a title or a note, no row of a table.
_TABLE_CELLS = 3
# A form for one household has titles all over it, each before its value: at least so many, in so many rows, looked
# for in so many rows.
_CARD_TITLES = 5
_CARD_ROWS = 3
_CARD_HEIGHT = 60
# A bare name of a village has two to six characters.
_BARE_NAME = re.compile("[\u4e00-\u9fa5]{2,6}")
# What separates the phrases among which a place is looked for.
_PHRASES = re.compile(r"[\s:：()（）\[\]【】〔〕“”\"、,，;；。/]+")


def parts(sheet: Sheet, header: Header) -> list[tuple[Sheet, Header]]:
    """(sheet, header) of each ledger: one, or one for each year or month whose columns are side by side."""
    if not header.parts:
        _give_month(sheet, header)
    return [(_with_days(sheet, part) if part.month else sheet, part) for part in header.parts or [header]]


def add_issues(sheet: Sheet, header: Header, report: SheetReport) -> None:
    """Add notices of how the sheet's layout was read."""
    if above := _table_above(sheet, header):
        report.add_issue("lines_above_header", count=len(above), rows="、".join(str(row + 1) for row in above))
    if header.month_given:
        report.add_issue("month_inferred", month=header.month_given.value, source=header.month_given.source)
    if header.parts and header is header.parts[0]:
        report.add_issue("columns_spread", groups="、".join(part.label for part in header.parts))
    for used, others in header.alike:
        report.add_issue("columns_alike", used=used, others="、".join(others))
    for column, given in header.given.items():
        if column in _PLACE_FIELDS:
            title = header.form.field(column).title
            report.add_issue("place_inferred", field=title, place=given.value, source=given.source)


def untitled(sheet: Sheet, header: Header) -> list[str]:
    """Names (D列（无列名）) of the columns without a title that have something below the header."""
    used = set(header.columns.values())
    titles = known_titles.titles(sheet, header.first_row, header.last_row)
    width = max((len(row) for row in sheet.rows[:1]), default=0) if not sheet.is_text else len(titles)
    titled = {index for index, (title, _) in enumerate(titles) if title}
    start = header.last_row + 1
    return [
        language.words("ledgers.column_without_title", letter=column_letters(index))
        for index in range(width)
        if index not in used | titled
        and any(index < len(row) and not is_blank(row[index]) for row in itertools.islice(sheet.rows, start, None))
    ]


def _table_above(sheet: Sheet, header: Header) -> list[int]:
    """The rows above the header, from 0, that look like another table, such as a summary; else none."""
    rows = [
        row for row in range(header.first_row) if sum(not is_blank(cell) for cell in sheet.rows[row]) >= _TABLE_CELLS
    ]
    has_numbers = any(isinstance(cell, int | float) for row in rows for cell in sheet.rows[row])
    return rows if len(rows) > 1 and has_numbers else []


def is_transposed(sheet: Sheet) -> bool:
    """Whether the titles are one below the other in a single column, and the ledger's rows side by side."""
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
        for text, following in itertools.pairwise(filled):
            if known_titles.is_title(text) and not known_titles.is_title(following):
                rows.add(number)
                titles.add(title_text.normal(text))
    return len(titles) >= _CARD_TITLES and len(rows) >= _CARD_ROWS


# Months -------------------------------------------------------------------------------------------------------------


def _with_days(sheet: Sheet, part: Header) -> Sheet:
    """A copy of the sheet in which days (5日) and marks (√) in a month's column have the month of the column."""
    index = part.only_with[0]

    def dated(row: list[Any]) -> list[Any]:
        return [*row[:index], _day(row[index], part), *row[index + 1 :]] if index < len(row) else row

    start = part.last_row + 1
    return replace(sheet, rows=sheet.rows[:start] + [dated(row) for row in sheet.rows[start:]])


def _day(cell: Any, part: Header) -> Any:
    """A cell of a month's column with its month; '' for a mark that says no, other cells as they are."""
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


def _give_month(sheet: Sheet, header: Header) -> None:
    """Add to days without a month (5日, 3.5) the one month that the sheet's title or name is about, in place."""
    index = header.columns.get(header.form.by_month or "")
    sources = (
        (header_model.lines_above(sheet, header), language.words("ledgers.from_title")),
        ([sheet.name or ""], language.words("ledgers.from_sheet_name")),
    )
    named = [(months.pop(), source) for texts, source in sources if len(months := _months_of(texts)) == 1]
    if index is None or not named:
        return
    (year, month), source = named[0]
    written = f"{year}年{month}月" if year else f"{month}月"
    for row in sheet.rows[header.last_row + 1 :]:
        day = _day_alone(row[index], month, is_text=sheet.is_text) if index < len(row) else None
        if day:
            row[index] = f"{written}{day}日"
            header.month_given = Given(written, source)


def _months_of(texts: Iterable[str]) -> set[tuple[str, str]]:
    """(year or '', month) of the months that texts are about: not those of filling in or printing."""
    dated = forms.common()["lines"]["dated"]
    phrases = (phrase for text in texts for phrase in _PARTS.split(text))
    return {
        (match[1] or "", match[2].lstrip("0"))
        for phrase in phrases
        if not any(word in phrase for word in dated)
        for match in _MONTH_NAMED.finditer(dates.in_digits(phrase))
    }


def _day_alone(cell: Any, month: str, *, is_text: bool) -> str | None:
    """The day of a cell with nothing but a day, or with the month and a day; None for other cells.

    In a text file 3.1 is not read, since it may have been 3.10.
    """
    if not isinstance(cell, str) or len(cell) > _LONGEST_DAY:
        return None
    text = narrow(cell)
    if match := _DAY_OF_MONTH.fullmatch(text):
        return match[1]
    match = _MONTH_AND_DAY.fullmatch(text)
    is_month = match is not None and match[1].lstrip("0") == month and not (is_text and "." in text)
    return match[2] if is_month else None


# Places -------------------------------------------------------------------------------------------------------------


class NamedPlace(NamedTuple):
    """Names of township and village in a text; None for one that it does not name."""

    township: str | None
    village: str | None


def give_places(sheet: Sheet, header: Header, file_name: str) -> None:
    """Set in the header the township and village that no column has, from the sheet's name, its title or the file's.

    Nothing is taken where two of these texts name different places, or where a heading between the rows (二、东风村)
    names another one.
    """
    wanted = [column for column in _PLACE_FIELDS if header.form.has(column) and column not in header.columns]
    if header.form.place != "village" or not wanted:
        return
    sources = (
        ([sheet.name or ""], language.words("ledgers.from_sheet_name")),
        (header_model.lines_above(sheet, header), language.words("ledgers.from_title")),
        ([file_name], language.words("ledgers.from_file_name")),
    )
    for column, name in zip(_PLACE_FIELDS, NamedPlace._fields, strict=True):
        if column not in wanted:
            continue
        named = [(getattr(place, name), source) for texts, source in sources for place in _named(texts)]
        named = [(value, source) for value, source in named if value]
        headings = {getattr(place, name) for place in _headings(sheet, header)} - {None}
        if len({value for value, _ in named}) == 1 and headings <= {named[0][0]}:
            header.given[column] = Given(*named[0])
    for part in header.parts:
        part.given |= {column: given for column, given in header.given.items() if column in wanted}
        part.missing = header_model.missing_titles(part)
    header.missing = header_model.missing_titles(header)
    _propose_village(sheet, header, [text for texts, _ in sources for text in texts])


def _propose_village(sheet: Sheet, header: Header, texts: Iterable[str]) -> None:
    """Propose the bare name of a sheet (新民) as the village, if no text names one and nothing else is missing."""
    column, name = _PLACE_FIELDS[1], (sheet.name or "").strip()
    is_key = column in header_model.key_columns(header.form)
    if is_key or header.missing != [header.form.field(column).title] or not _BARE_NAME.fullmatch(name):
        return
    if not any(place.village for place in (*_named(texts), *_headings(sheet, header))):
        header.given[column] = Given(name, language.words("ledgers.from_sheet_name"), is_proposed=True)
        header.missing = []


def _headings(sheet: Sheet, header: Header) -> list[NamedPlace]:
    """The places that are alone in a row below the header."""
    rows = (row for row in sheet.rows[header.last_row + 1 :] if row.count("") == len(row) - 1)
    return _named(text_of(cell) for row in rows for cell in row if isinstance(cell, str) and cell)


def _named(texts: Iterable[str]) -> list[NamedPlace]:
    """The places with which phrases of the texts begin."""
    return [place for text in texts for phrase in _PHRASES.split(text) if (place := place_of(phrase)) != (None, None)]


def place_of(phrase: str) -> NamedPlace:
    """Township and village with which a phrase begins (清源县城关镇新民村2024年…)."""
    match = _pattern().match(title_text.normal(phrase))
    if not match:
        return NamedPlace(None, None)
    none = forms.common()["places"]["none"]
    return NamedPlace(*(None if name is None or name in none else name for name in match.group("township", "village")))


@cache
def _pattern() -> re.Pattern[str]:
    """Province, city and county, township and village, and what may follow them."""
    words = forms.common()["places"]

    def ending_in(endings: Sequence[str], length: int = 8) -> str:
        return rf"[一-龥]{{1,{length}}}?(?:{'|'.join(endings)})"

    above = "".join(f"(?:{ending_in(words[level])})?" for level in ("province", "city", "county"))
    own = "".join(f"(?P<{level}>{ending_in(words[level])})?" for level in ("township", "village"))
    return re.compile(rf"{above}{own}(?=$|[^一-龥]|{'|'.join(words['behind'])})")
