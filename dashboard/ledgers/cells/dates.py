"""Parse days as people write them, with their precision: day or month."""

import calendar
import math
import re
from datetime import date, datetime, timedelta
from typing import Any

from dashboard.ledgers.cells.numbers import compact

_EXCEL_EPOCH = date(1899, 12, 30)
_EARLIEST_SERIAL, _LATEST_SERIAL = 3_654, 73_050  # 1910-01-01 to 2099-12-31

# No date is longer, and the searches below would be slow with a whole paragraph.
_LONGEST = 60

_BEFORE = r"(?:(?:之?前|以前|止)(?:完成|办结|完成整改|整改到位)?)?"
_WEEKDAY = r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_CLOCK = re.compile(
    r"(?<=[\d日号])(?:[ T,]|(?<=[日号])|(?=[上下凌中晚]))(?:[上下]午|凌晨|中午|晚上?)?"
    r"\d{1,2}(?:[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?|[时点])(?:Z|[+-]\d{2}:?\d{2}| ?[AP]M)?$"
)
_HALF_DAY = re.compile(r"(?<=[\d日号])[ ,]?(?:[上下]午|凌晨|早上|中午|晚上?)$")
# With one sign throughout: 2024.3-5 are the months from March to May.
_DAY = re.compile(
    rf"(?P<year>\d{{4}})(?:年(?P<month>\d{{1,2}})月|(?P<sign>[-/.])(?P<month_2>\d{{1,2}})(?P=sign))"
    rf"(?P<day>\d{{1,2}})[日号]?{_WEEKDAY}{_BEFORE}",
    re.ASCII,
)
_MONTH = re.compile(rf"(?P<year>\d{{4}})(?:年|[-/.])(?P<month>\d{{1,2}})月?(?:份)?(?P<end>底|末)?{_BEFORE}", re.ASCII)
_YEAR_END = re.compile(rf"(?:(?P<year>\d{{4}})年?|今年|当年|本年)?(?:年?底|年末){_BEFORE}", re.ASCII)
_MONTH_ALONE = re.compile(rf"(?P<month>\d{{1,2}})月(?:份)?(?P<end>底|末)?{_BEFORE}", re.ASCII)
_DAY_ALONE = re.compile(rf"(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]{_WEEKDAY}{_BEFORE}", re.ASCII)
_SHORT_YEAR = re.compile(r"'?\d{2}(?:年\d{1,2}月?(?:\d{1,2}[日号]?)?|([-/.])\d{1,2}\1\d{1,2}[日号]?)", re.ASCII)
# A serial number of Excel as text, with or without a time.
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_PERIOD = re.compile(
    r"\d.*(?:季度|[上中下]旬|[上下]半[年月]|[月年][初中]|全年|年间|期间).*|\d.*[~至到].*\d.*|\d.*[年月日]-\d.*"
    r"|\d{4}\.\d{1,2}-\d.*|\d{4}-\d{4}年?|\d{4}([./])\d{1,2}\1\d{1,2}-\d.*"
)
_FIRST_OF_TEN = re.compile(r"\d{4}\.1", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{4}\.(?:10|0\d)", re.ASCII)

_CHINESE_DIGITS = {
    digit: str(value) for value, digits in enumerate(("〇○零", *"一二三四五六七八九")) for digit in digits
}
# 一二月 are two months, not a number.
_CHINESE_NUMBER = re.compile(
    r"(?<![〇○零一二三四五六七八九十])(?:[〇○零一二三四五六七八九十]+(?=年)"
    r"|(?:[〇○零]?[一二三四五六七八九]|[一二三]?十[一二三四五六七八九]?)(?=[月日号]))"
)

Parsed = tuple[date | None, str | None, str | None]


def parse(cell: Any, year: int | None) -> Parsed:
    """(day, precision, code) of a cell; ``year`` is the year of dates without one, None if unknown.

    precision: day or month.
    code: without a day the reason why there is none; with one what was assumed, or None.
    """
    if isinstance(cell, datetime):
        return cell.date(), "day", None
    if isinstance(cell, date):
        return cell, "day", None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    if isinstance(cell, str) and len(cell) <= _LONGEST:
        return _from_text(_plain(cell), year)
    return None, None, "date_invalid"


def in_digits(text: str) -> str:
    """A text with the Chinese numbers before 年, 月 and 日 in digits: 二〇二四年十二月 is 2024年12月."""
    return _CHINESE_NUMBER.sub(lambda match: _digits(match[0]), text)


def is_first_of_ten(text: str) -> bool:
    """Whether a text such as 2024.1 may have been the number 2024.10."""
    return bool(_FIRST_OF_TEN.fullmatch(compact(text)))


def keeps_zeros(text: str) -> bool:
    """Whether a text such as 2024.10 or 2024.03 shows that its column never contained numbers."""
    return bool(_TWO_DIGITS.fullmatch(compact(text)))


def _plain(text: str) -> str:
    bare = in_digits(compact(text)).replace("—", "-").replace("。", ".").removesuffix(".")
    return _HALF_DAY.sub("", _CLOCK.sub("", bare)).rstrip()


def _digits(chinese: str) -> str:
    """十二 → 12, 二〇二四 → 2024; other texts as they are."""
    if "十" not in chinese:
        return "".join(_CHINESE_DIGITS[digit] for digit in chinese)
    tens, _, units = chinese.partition("十")
    if len(tens) > 1 or len(units) > 1 or "十" in units:
        return chinese
    return str(int(_CHINESE_DIGITS.get(tens, "1")) * 10 + int(_CHINESE_DIGITS.get(units, "0")))


def _from_number(number: float) -> Parsed:
    if not math.isfinite(number):
        return None, None, "date_invalid"
    if number != int(number):
        # 2024.1 may be January or October; 45567.5 is a day with a time.
        if _EARLIEST_SERIAL <= number <= _LATEST_SERIAL:
            return _from_serial(number)
        return None, None, "date_ambiguous"
    digits = str(int(number))
    if len(digits) in (6, 8):
        return _from_digits(digits)
    if _EARLIEST_SERIAL <= number <= _LATEST_SERIAL:
        return _from_serial(number)
    return None, None, "date_invalid"


def _from_serial(number: float) -> Parsed:
    return _EXCEL_EPOCH + timedelta(days=int(number)), "day", "date_from_serial"


def _from_digits(digits: str) -> Parsed:
    year, month = int(digits[:4]), int(digits[4:6])
    if len(digits) == 8:
        return _day(year, month, int(digits[6:8]))
    return _month(year, month, None)


def _from_text(text: str, year: int | None) -> Parsed:
    if re.fullmatch(r"\d{6}|\d{8}", text, re.ASCII):
        return _from_digits(text)
    if _SERIAL.fullmatch(text) and _EARLIEST_SERIAL <= float(text) <= _LATEST_SERIAL:
        return _from_serial(float(text))
    if match := _DAY.fullmatch(text):
        return _day(int(match["year"]), int(match["month"] or match["month_2"]), int(match["day"]))
    if match := _MONTH.fullmatch(text):
        return _month(int(match["year"]), int(match["month"]), match["end"])
    if match := _YEAR_END.fullmatch(text):
        of = int(match["year"]) if match["year"] else year
        return _month(of, 12, "底") if of else (None, None, "date_year_needed")
    if match := _DAY_ALONE.fullmatch(text):
        return _day(year, int(match["month"]), int(match["day"])) if year else (None, None, "date_year_needed")
    if match := _MONTH_ALONE.fullmatch(text):
        return _month(year, int(match["month"]), match["end"]) if year else (None, None, "date_year_needed")
    return None, None, _why_not(text)


def _why_not(text: str) -> str:
    if _SHORT_YEAR.fullmatch(text):
        return "date_short_year"
    return "date_is_period" if _PERIOD.fullmatch(text) else "date_invalid"


def _day(year: int, month: int, day: int) -> Parsed:
    try:
        return date(year, month, day), "day", None
    except ValueError:
        return None, None, "date_invalid"


def _month(year: int, month: int, end: str | None) -> Parsed:
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        return None, None, "date_invalid"
    day = calendar.monthrange(year, month)[1] if end else 1
    return date(year, month, day), "month", None
