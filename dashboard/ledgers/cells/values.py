"""Parse one cell by the type of its field: the typed value, and the code of what is wrong with it."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells import dates, id_numbers, numbers

# No ledger is about a year before it.
FIRST_YEAR = 2000

_LARGEST_WHOLE = 10**15
_LARGEST_YUAN = Decimal(10) ** 15
_NOISE_YUAN = Decimal("0.000001")
_CENT = Decimal("0.01")
_ERROR_TEXT = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)", re.I)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d+")
_SEPARATORS = re.compile(r"[、,，;；/|\s]+")
# What separates the values of a list, and the numbers before them: 1.因病2.因残, （1）因病；（2）因残, ①因病②因残.
_LISTED = re.compile(r"(?:[、,，;；/|\s+＋&＆\\·•.．。]|[①-⑳]|(?<!\d)[(（]?\d{1,2}[)）.．、]\s*(?=[\u4e00-\u9fff]))+")
_ID_DRESS = re.compile(r"[-\s'\"·()\[\]【】]")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(-\d+)?|\d{7,8}|400-?\d{3}-?\d{4}")
# Invisible characters, written for a set of a regular expression of Python or Arrow.
UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_INVISIBLE = re.compile(f"[{UNSEEN}]")
_OUTER = re.compile(rf"^[\s{UNSEEN}]+|[\s{UNSEEN}]+$")


class Value(NamedTuple):
    """One parsed cell.

    value: None = blank, or refused.
    code: code of the message about it; None = no issue.
    args: values for placeholders of the message.
    """

    value: Any = None
    code: str | None = None
    args: dict[str, Any] = {}  # noqa: RUF012


@dataclass(frozen=True)
class Context:
    """How the cells of one column are to be parsed.

    today: day of reading.
    year: year of dates without one; None if unknown.
    factor: yuan per unit of money.
    is_percent: the title declares per cent.
    is_text: the column is from a text file, whose cells may have been numbers.
    has_percents: other cells of the column are above 1.
    months_lost_zeros: no other cell shows whether 2024.1 was 2024.10.
    """

    today: date
    year: int | None = None
    factor: int = 1
    is_percent: bool = False
    is_text: bool = False
    has_percents: bool = False
    months_lost_zeros: bool = False


BLANK = Value()


def is_blank(cell: Any) -> bool:
    """Whether a cell is empty or has only blanks and invisible characters."""
    if not isinstance(cell, str):
        return cell is None
    text = cell.strip()
    return not text or (not text[0].isalnum() and not text_of(text))


def text_of(cell: Any) -> str:
    """A cell as text without outer blanks and invisible characters; whole numbers without a decimal point."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else _INVISIBLE.sub("", cell).strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    return "" if cell is None else str(cell)


def narrow(text: str) -> str:
    """A name or title for comparison: compatible characters as usual ones, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-").replace("–", "-")


# Texts and codes -------------------------------------------------------------------------------------------------


def _is_empty(text: str) -> bool:
    return not text or text in forms.common()["blank_words"]


def means_nothing(field_: Field, text: str) -> bool:
    """Whether a text means that there is no value: a dash in place of a name, or a word of the field's form.

    Free text keeps every character.
    """
    if text in forms.common()["blank_words"]:
        is_name = field_.personal == "name" or field_.column.endswith(("_name", "_names"))
        return is_name or field_.column.startswith("place_")
    return bool(field_.meaning) and field_.meaning.get(forms.spelling(text), text) is None


def _nothing_in(text: str) -> Value | None:
    """The result for a cell that is blank or the error of a formula; None for other cells."""
    if _is_empty(text):
        return BLANK
    return Value(code="formula_error") if _ERROR_TEXT.fullmatch(text) else None


def _text(field_: Field, context: Context, cell: Any) -> Value:
    """A text without outer blanks. Invisible joiners within are kept, since some names are written with them."""
    text = _OUTER.sub("", cell) if isinstance(cell, str) else text_of(cell)
    if not text or means_nothing(field_, text):
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    if isinstance(cell, int | float) and abs(cell) >= _LARGEST_WHOLE:
        return Value(code="digits_lost")
    return Value(text, "text_from_date", {"text": text}) if isinstance(cell, date) else Value(text)


def _code(field_: Field, context: Context, cell: Any) -> Value:
    if type(cell) is str and cell.isascii() and cell.isalnum():
        return Value(cell)
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = _undressed(text_of(cell))
    if nothing := _nothing_in(text):
        return nothing
    return Value(text)


def _region_code(field_: Field, context: Context, cell: Any) -> Value:
    parsed = _code(field_, context, cell)
    if parsed.value is None:
        return parsed
    code = "".join(parsed.value.split())
    if not code.isascii() or not code.isdigit():
        return Value(code="region_code_invalid")
    is_village = field_.column in ("village_code", "place_code")
    if len(code) == 12 and not (is_village and code.endswith("000")):
        return Value(code)
    if not is_village and len(code) in (2, 4, 6, 9):
        return Value(code.ljust(12, "0"), "region_code_padded")
    return Value(code="region_code_invalid")


def _damaged(cell: Any) -> Value | None:
    """The issue of a code that is damaged (a number loses digits beyond the fifteenth); None for other cells."""
    if isinstance(cell, bool | date):
        return Value(code="code_invalid")
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or abs(cell) >= _LARGEST_WHOLE:
            return Value(code="digits_lost")
        if cell != int(cell) or cell < 0:
            return Value(code="code_invalid")
    elif isinstance(cell, str) and _SCIENTIFIC.fullmatch(_undressed(cell.strip())):
        return Value(code="digits_lost")
    return None


def _undressed(text: str) -> str:
    """A code without an apostrophe before it or =\"…\" around it, in half-width characters."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return numbers.half_width(text).strip().lstrip("'`").strip()


def _id_number(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    written = _undressed(text_of(cell))
    if nothing := _nothing_in(written):
        return nothing
    text = _ID_DRESS.sub("", written).upper()
    number, code = id_numbers.normalised(text, context.today)
    if number == text and number not in text_of(cell):
        code = "id_tidied"
    if number and id_numbers.may_have_lost_digits(number):
        code = "id_ends_in_zeros"
    return Value(number, code)


def _phone(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = _undressed(text_of(cell))
    if nothing := _nothing_in(text):
        return nothing
    parts = [part for part in _SEPARATORS.split(text) if part]
    usual = bool(_PHONE.fullmatch("".join(parts).replace("-", ""))) or all(
        _PHONE.fullmatch(part.removeprefix("+86")) for part in parts
    )
    return Value(text, None if usual else "phone_unusual")


def _tags(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    meaning = field_.meaning
    if _is_empty(text) or meaning.get(forms.spelling(text), text) is None:
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    tags = [
        meaning.get(forms.spelling(tag), tag)
        for listed in filter(None, _LISTED.split(text))
        for tag in _joined(meaning, listed)
    ]
    return Value("、".join(dict.fromkeys(tag for tag in tags if tag)) or None)


def _joined(meaning: Mapping[str, Any], text: str) -> list[str]:
    """The values joined by a word or dash (因病和因残), separated only where every one of them is a known value."""
    parts = _joiners().split(text)
    are_known = len(parts) > 1 and all(forms.spelling(part) in meaning for part in parts)
    return parts if are_known else [text]


@cache
def _joiners() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, forms.common()["joiners"])))


def _choice(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    key = forms.spelling(text)
    if key in field_.meaning:
        return Value(field_.meaning[key])
    if nothing := _nothing_in(text):
        return nothing
    allowed = field_.values or (language.words("ledgers.yes"), language.words("ledgers.no"))
    return Value(code="choice_unknown", args={"allowed": "、".join(allowed)})


# Numbers -----------------------------------------------------------------------------------------------------------


def _count(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _without_unit(field_, cell)
    if number is None or number != int(number) or not field_.min <= number <= field_.max:
        return Value(code="count_invalid", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(int(number))


def _year(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _without_unit(field_, dates.in_digits(text) if isinstance(cell, str) else cell)
    if number is None or number != int(number) or not FIRST_YEAR <= number <= context.today.year:
        return Value(code="year_invalid", args={"this_year": context.today.year})
    return Value(int(number))


def _number(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _without_unit(field_, cell)
    if number is None:
        return Value(code="number_invalid")
    if (field_.min is not None and number < field_.min) or (field_.max is not None and number > field_.max):
        return Value(code="number_out_of_range", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(_float(number))


def _float(number: Decimal) -> float:
    """The number as a float; 0 for -0."""
    return float(number) + 0.0


def _without_unit(field_: Field, cell: Any) -> Decimal | None:
    """A cell's number, without a unit of its field after it (3人, 2.5个月); None where it is not one number."""
    if not isinstance(cell, str):
        return numbers.of_cell(cell)
    bare = numbers.compact(cell)
    unit = next((unit for unit in field_.units if bare.endswith(unit)), "")
    return numbers.of_text(bare.removesuffix(unit))


def _share(field_: Field, context: Context, cell: Any) -> Value:
    """A fraction from 85%, 0.85 or, under a title with （%）, 85; there a number up to 1 is read as a fraction.

    1 in a column with numbers above 1 is refused, since it may mean 1 % or 100 %.
    """
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    bare = numbers.compact(cell) if isinstance(cell, str) else cell
    digits = bare.removeprefix("百分之").removesuffix("%") if isinstance(cell, str) else cell
    is_percent = digits != bare
    number = numbers.of_cell(digits)
    if number is None or (is_percent and len(bare) - len(digits) == len("百分之%")):
        return Value(code="share_invalid")
    if context.has_percents and not is_percent and number == 1:
        return Value(code="share_ambiguous")
    taken_as_fraction = context.is_percent and not is_percent and 0 < number <= 1
    if is_percent or (context.is_percent and not taken_as_fraction):
        number /= 100
    if not 0 <= number <= 1:
        return Value(code="share_out_of_range")
    return Value(_float(number), "share_as_fraction" if taken_as_fraction else None)


def _progress(field_: Field, context: Context, cell: Any) -> Value:
    """A share, or progress in words: (share, None) or (None, words)."""
    parsed = _share(field_, context, cell)
    if parsed.code == "share_invalid":
        return Value((None, text_of(cell)))
    return Value((parsed.value, None) if parsed.value is not None else None, parsed.code)


def _date(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(text):
        return BLANK
    if field_.meaning and field_.meaning.get(forms.spelling(text), "") is None:
        return BLANK
    if isinstance(cell, str) and _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    if isinstance(cell, str) and context.months_lost_zeros and dates.is_first_of_ten(text):
        return Value(code="date_ambiguous")
    day, precision, code = dates.parse(text if isinstance(cell, str) else cell, context.year)
    if day is None:
        return Value(code=code)
    if day.year < 1900:
        return Value(code="date_too_old")
    if field_.event and day > context.today:
        return Value(code="date_in_future", args={"today": context.today.isoformat()})
    return Value((day, precision), code)


# Money ---------------------------------------------------------------------------------------------------------------


def money(field_: Field, context: Context, cell: Any) -> Value:
    """An amount in yuan, to the cent; a unit in the cell overrides the column's."""
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number, unit = _amount(text) if isinstance(cell, str) else (numbers.of_cell(cell), None)
    if number is None:
        return Value(code="money_invalid")
    yuan = number * (forms.common()["money_units"][unit] if unit else context.factor)
    if yuan < 0 and not field_.negative:
        return Value(code="money_negative")
    if abs(yuan) >= _LARGEST_YUAN:
        return Value(code="money_invalid")
    rounded = yuan.quantize(_CENT, ROUND_HALF_UP)
    return Value(rounded, "money_rounded" if abs(yuan - rounded) > _NOISE_YUAN else None)


def _amount(text: str) -> tuple[Decimal | None, str | None]:
    """(number, unit) of an amount as text, with one currency sign before it, or a unit or sign after it."""
    bare = numbers.compact(text).upper()
    sign = next((sign for sign in forms.common()["currency"] if bare.startswith(sign)), "")
    bare = bare.removeprefix(sign).removesuffix("整")
    unit = next((unit for unit in _units() if bare.endswith(unit)), None)
    if unit is None and not sign:
        sign = next((sign for sign in forms.common()["currency"] if bare.endswith(sign)), "")
        bare = bare.removesuffix(sign)
    return numbers.of_text(bare.removesuffix(unit or "")), unit


@cache
def _units() -> tuple[str, ...]:
    return tuple(sorted(forms.common()["money_units"], key=len, reverse=True))


PARSERS: dict[str, Callable[[Field, Context, Any], Value]] = {
    "text": _text,
    "code": _code,
    "region_code": _region_code,
    "id_number": _id_number,
    "phone": _phone,
    "tags": _tags,
    "choice": _choice,
    "yes_no": _choice,
    "count": _count,
    "year": _year,
    "number": _number,
    "share": _share,
    "progress": _progress,
    "date": _date,
}
