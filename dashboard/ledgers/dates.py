"""Days as people write them, and how exact they are: a day, or only a month."""

import calendar
import math
import re
from datetime import date, datetime, timedelta
from typing import Any

_EXCEL_EPOCH = date(1899, 12, 30)
_EARLIEST_SERIAL, _LATEST_SERIAL = 3_654, 73_050  # 1910-01-01 to 2099-12-31

_DAY = re.compile(
    r"(?P<year>\d{4})(?:年|[-/.])(?P<month>\d{1,2})(?:月|[-/.])(?P<day>\d{1,2})[日号]?(?:前|之前)?"
    r"(?:[T,]?\d{1,2}[:：时]\d{1,2}([:：分]\d{1,2}秒?)?(\.\d+)?分?)?"
)
_CLOCK = re.compile(r"(?<=\d{2})(\d{2}:\d{2}(:\d{2})?(\.\d+)?)$")
_MONTH = re.compile(r"(?P<year>\d{4})(?:年|[-/.])(?P<month>\d{1,2})月?(?:份)?(?P<end>底|末)?(?:之?前|止)?")
_YEAR_END = re.compile(r"(?:(?P<year>\d{4})年?|今年|当年|本年)?(?:年?底|年末)(?:之?前)?")
_MONTH_ALONE = re.compile(r"(?P<month>\d{1,2})月(?:份)?(?P<end>底|末)?(?:之?前|止)?")
_DAY_ALONE = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号](?:之?前)?")

Parsed = tuple[date | None, str | None, str | None]


def parsed(cell: Any, year: int | None) -> Parsed:
    """(day, precision, code) of a cell; ``year`` is that of dates written without one.

    Without a day the code says why; with one it says what was assumed.
    """
    if isinstance(cell, datetime):
        return cell.date(), "day", None
    if isinstance(cell, date):
        return cell, "day", None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    return _from_text(cell, year) if isinstance(cell, str) else (None, None, "date_invalid")


def _from_number(number: float) -> Parsed:
    if not math.isfinite(number):
        return None, None, "date_invalid"
    if number != int(number):
        # 2024.1 may be January or October; 45567.5 is a day with a time.
        if _EARLIEST_SERIAL <= number <= _LATEST_SERIAL:
            return _EXCEL_EPOCH + timedelta(days=int(number)), "day", "date_from_serial"
        return None, None, "date_ambiguous"
    digits = str(int(number))
    if len(digits) in (6, 8):
        return _from_digits(digits)
    if _EARLIEST_SERIAL <= number <= _LATEST_SERIAL:
        return _EXCEL_EPOCH + timedelta(days=int(number)), "day", "date_from_serial"
    return None, None, "date_invalid"


def _from_digits(digits: str) -> Parsed:
    year, month = int(digits[:4]), int(digits[4:6])
    if len(digits) == 8:
        return _day(year, month, int(digits[6:8]))
    return _month(year, month, None)


def _from_text(text: str, year: int | None) -> Parsed:
    if re.fullmatch(r"\d{6}|\d{8}", text):
        return _from_digits(text)
    # Blanks are gone by now, so that a time stands right behind its day.
    found = _DAY.fullmatch(text) or _DAY.fullmatch(_CLOCK.sub("", text))
    if found:
        return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _MONTH.fullmatch(text):
        return _month(int(found["year"]), int(found["month"]), found["end"])
    if found := _YEAR_END.fullmatch(text):
        of = int(found["year"]) if found["year"] else year
        return _month(of, 12, "底") if of else (None, None, "date_year_needed")
    if found := _DAY_ALONE.fullmatch(text):
        return _day(year, int(found["month"]), int(found["day"])) if year else (None, None, "date_year_needed")
    if found := _MONTH_ALONE.fullmatch(text):
        return _month(year, int(found["month"]), found["end"]) if year else (None, None, "date_year_needed")
    return None, None, "date_invalid"


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
