"""One cell → its typed value by the field's type; what is wrong with it comes back by code."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

from dashboard.ledgers import dates, forms, identity
from dashboard.ledgers.forms import Field

_LARGEST_WHOLE = 10**15
_LARGEST_YUAN = Decimal(10) ** 15
_NOISE_YUAN = Decimal("0.000001")
_CENT = Decimal("0.01")
_ERROR_TEXT = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)", re.I)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+")
# Exponents of more than two digits are nobody's amount, but would be a number of a gigabyte.
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3}){1,6}|\d{1,30})?(\.\d{0,30})?([eE][+-]?\d{1,2})?", re.ASCII)
_SEPARATORS = re.compile(r"[、,，;；/|\s]+")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(-\d+)?|\d{7,8}|400-?\d{3}-?\d{4}")
_TIME = re.compile(r"(?<=[\d日号])[\sT]+\d{1,2}[:：时]\d{1,2}([:：分]\d{1,2}(\.\d+)?秒?)?分?$")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u202a\u202c\u202d\u202e]")


class Value(NamedTuple):
    """One parsed cell: the value (None = blank), and the code of what is to be said about it."""

    value: Any = None
    code: str | None = None
    args: dict[str, Any] = {}  # noqa: RUF012


@dataclass(frozen=True)
class Context:
    """What a sheet says about its columns: today, the year of dates without one, yuan per unit, percent titles."""

    today: date
    year: int | None = None
    factor: int = 1
    is_percent: bool = False


BLANK = Value()


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing at all."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: Any) -> str:
    """A cell as text: outer blanks and invisible characters away, whole numbers without a decimal point."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else _INVISIBLE.sub("", cell).strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones, without any blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-").replace("–", "-")


# Texts and codes -------------------------------------------------------------------------------------------------


def _is_empty(text: str) -> bool:
    return not text or text in forms.common()["blank_words"]


def _nothing_in(text: str) -> Value | None:
    """What a cell without a value is: blank, or a formula's error; None for any other."""
    if _is_empty(text):
        return BLANK
    return Value(code="formula_error") if _ERROR_TEXT.fullmatch(text) else None


def _text(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if not text:
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    if isinstance(cell, float) and abs(cell) >= _LARGEST_WHOLE:
        return Value(code="digits_lost")
    return Value(text)


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
    code = narrow(parsed.value)
    if not code.isascii() or not code.isdigit():
        return Value(code="region_code_invalid")
    is_village = field_.column in ("village_code", "place_code")
    if len(code) == 12 and not (is_village and code.endswith("000")):
        return Value(code)
    if not is_village and len(code) in (2, 4, 6, 9):
        return Value(code.ljust(12, "0"), "region_code_padded")
    return Value(code="region_code_invalid")


def _damaged(cell: Any) -> Value | None:
    """What makes a code unusable: digits beyond the fifteenth are lost in a number, all but a few in 1.2E+17."""
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
    """A code without what people and programs put round it: an apostrophe, ="…", full-width digits."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return unicodedata.normalize("NFKC", text.lstrip("'’‘`")).strip() if not text.isascii() else text.lstrip("'`")


def _id_number(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = re.sub(r"[-\s]", "", narrow(_undressed(text_of(cell)))).upper()
    if nothing := _nothing_in(text):
        return nothing
    number, code = identity.normalised(text, context.today)
    if number == text and number not in text_of(cell):
        code = "id_tidied"
    return Value(number, code)


def _phone(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = _undressed(text_of(cell))
    if nothing := _nothing_in(text):
        return nothing
    parts = [part for part in _SEPARATORS.split(text) if part]
    usual = all(_PHONE.fullmatch(part.removeprefix("+86")) for part in parts)
    return Value(text, None if usual else "phone_unusual")


def _tags(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    meaning = field_.meaning
    if _is_empty(text) or meaning.get(forms.spelling(text), text) is None:
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    tags = [meaning.get(forms.spelling(tag), tag) for tag in _SEPARATORS.split(text) if tag]
    return Value("、".join(dict.fromkeys(tag for tag in tags if tag)) or None)


def _choice(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    key = forms.spelling(text)
    if key in field_.meaning:
        return Value(field_.meaning[key])
    if nothing := _nothing_in(text):
        return nothing
    return Value(code="choice_unknown", args={"allowed": "、".join(field_.values or ("是", "否"))})


# Numbers -----------------------------------------------------------------------------------------------------------


def _decimal(text: str) -> Decimal | None:
    """A number as people type it (thousands separators, currency signs, brackets for minus); None if it is none."""
    bare = narrow(text).lstrip("¥￥")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if not _NUMBER.fullmatch(bare) or not any(character.isdigit() for character in bare):
        return None
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _numeric(cell: Any) -> Decimal | None:
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, int | float):
        return Decimal(repr(cell)) if math.isfinite(cell) else None
    return _decimal(text_of(cell))


def _count(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).rstrip("人口"))
    if number is None or number != int(number) or not field_.min <= number <= field_.max:
        return Value(code="count_invalid", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(int(number))


def _year(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).removesuffix("度").removesuffix("年"))
    if number is None or number != int(number) or not 2000 <= number <= context.today.year:
        return Value(code="year_invalid", args={"this_year": context.today.year})
    return Value(int(number))


def _number(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).rstrip("分个月"))
    if number is None:
        return Value(code="number_invalid")
    if (field_.min is not None and number < field_.min) or (field_.max is not None and number > field_.max):
        return Value(code="number_out_of_range", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(float(number))


def _share(field_: Field, context: Context, cell: Any) -> Value:
    """A fraction from 85%, 0.85 or, under a title with （%）, 85; there a number up to 1 is taken as a fraction."""
    text = text_of(cell)
    if nothing := _nothing_in(text):
        return nothing
    bare = narrow(text).removeprefix("百分之") if isinstance(cell, str) else cell
    is_percent = isinstance(cell, str) and (bare.endswith("%") or bare != narrow(text))
    number = _numeric(bare.rstrip("%") if is_percent else bare)
    if number is None:
        return Value(code="share_invalid")
    if is_percent or (context.is_percent and number > 1):
        number /= 100
    if not 0 <= number <= 1:
        return Value(code="share_out_of_range")
    taken_as_fraction = context.is_percent and not is_percent and 0 < number == _numeric(bare)
    return Value(float(number), "share_as_fraction" if taken_as_fraction else None)


def _progress(field_: Field, context: Context, cell: Any) -> Value:
    """A share, or progress told in words: (share, None) or (None, words)."""
    parsed = _share(field_, context, cell)
    if parsed.code == "share_invalid":
        return Value((None, text_of(cell)))
    return Value((parsed.value, None) if parsed.value is not None else None, parsed.code)


def _day_of(text: str) -> str:
    """A day written with its time, without the time; told apart by the blank between them (2025/3/8 10:00)."""
    return _TIME.sub("", text)


def _date(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(text):
        return BLANK
    if field_.meaning and field_.meaning.get(forms.spelling(text), "") is None:
        return BLANK
    if isinstance(cell, str) and _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    day, precision, code = dates.parsed(cell if not isinstance(cell, str) else narrow(_day_of(text)), context.year)
    if day is None:
        return Value(code=code)
    if day.year < 1900:
        return Value(code="date_too_old")
    if field_.event and day > context.today:
        return Value(code="date_in_future", args={"today": context.today.isoformat()})
    return Value((day, precision), code)


# Money ---------------------------------------------------------------------------------------------------------------


def money(field_: Field, context: Context, cell: Any) -> Value:
    """An amount in yuan, to the cent; a unit in the cell goes before the column's."""
    text = text_of(cell)
    if _is_empty(text):
        return BLANK
    if isinstance(cell, str) and _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    factor = context.factor
    bare = narrow(text).removesuffix("整")
    unit = next((unit for unit in _units() if bare.endswith(unit)), None) if isinstance(cell, str) else None
    if unit:
        factor = forms.common()["money_units"][unit]
        number = _decimal(bare.removesuffix(unit))
    else:
        number = _numeric(cell)
    if number is None:
        return Value(code="money_invalid")
    yuan = number * factor
    if yuan < 0 and not field_.negative:
        return Value(code="money_negative")
    if abs(yuan) >= _LARGEST_YUAN:
        return Value(code="money_invalid")
    rounded = yuan.quantize(_CENT, ROUND_HALF_UP)
    return Value(rounded, "money_rounded" if abs(yuan - rounded) > _NOISE_YUAN else None)


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
