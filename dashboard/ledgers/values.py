"""Raw cells of one column → typed values, each distinct cell parsed once; what is wrong comes back by code."""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ledgers import dates, forms, identity
from dashboard.ledgers.forms import Field

MONEY = pa.decimal128(18, 2)
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
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u202a\u202c\u202d\u202e]")


class Value(NamedTuple):
    """One parsed cell: the value (None = blank), and the code of what is to be said about it."""

    value: Any = None
    code: str | None = None
    args: dict[str, Any] = {}  # noqa: RUF012


class Problem(NamedTuple):
    """Something to say about the cell at ``index`` of a column."""

    index: int
    code: str
    raw: Any
    args: dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What a sheet says about its columns: today, the year of dates without one, yuan per unit, percent titles."""

    today: date
    year: int | None = None
    factor: int = 1
    is_percent: bool = False


@dataclass
class Column:
    """A parsed column: Arrow arrays by database column, and problems by row."""

    arrays: dict[str, pa.Array]
    problems: list[Problem] = field(default_factory=list)


BLANK = Value()


def parse(field_: Field, cells: Sequence[Any], context: Context) -> Column:
    """Parse a column of a field; every refused cell is null in the arrays."""
    if field_.type == "money":
        return _money_column(field_, cells, context)
    if field_.type == "id_number":
        return _id_column(field_, cells, context)
    if field_.type in _USUAL and (texts := _usual_texts(field_.type, cells)) is not None:
        arrays = _usual_dates(field_, texts, context) if field_.type == "date" else {field_.column: texts}
        if arrays:
            return Column(arrays)
    return _column(field_, cells, context)


def _column(field_: Field, cells: Sequence[Any], context: Context) -> Column:
    parser = partial(_PARSERS[field_.type], field_, context)
    parsed, keys = _distinct(cells, parser)
    plain = {key: value.value for key, value in parsed.items()}
    told = {key for key, value in parsed.items() if value.code}
    problems = [
        Problem(index, parsed[key].code, cells[index], parsed[key].args)
        for index, key in (enumerate(keys) if told else ())
        if key in told
    ]
    return Column(_arrays(field_, list(map(plain.__getitem__, keys))), problems)


def blank(field_: Field, length: int) -> dict[str, pa.Array]:
    """The arrays of a field whose column a sheet does not have."""
    return _arrays(field_, [None] * length)


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


def _distinct(cells: Sequence[Any], parser: Callable[[Any], Value]) -> tuple[dict[Any, Value], Sequence[Any]]:
    """Parsed values by key, and each row's key. True equals 1 in Python, so beside truth values the type joins in."""
    if bool in set(map(type, cells)):
        keys: Sequence[Any] = [(type(cell), cell) for cell in cells]
        return {key: parser(key[1]) for key in set(keys)}, keys
    return {cell: parser(cell) for cell in set(cells)}, cells


def _arrays(field_: Field, values: list[Any]) -> dict[str, pa.Array]:
    column = field_.column
    match field_.type:
        case "date":
            days = [value[0] if value else None for value in values]
            precision = [value[1] if value else None for value in values]
            return {column: pa.array(days, pa.date32()), f"{column}_precision": pa.array(precision, pa.string())}
        case "progress":
            shares = [value[0] if value else None for value in values]
            notes = [value[1] if value else None for value in values]
            return {"progress_share": pa.array(shares, pa.float64()), "progress_note": pa.array(notes, pa.string())}
        case "count" | "year":
            return {column: pa.array(values, pa.int32())}
        case "money":
            return {column: pa.array(values, MONEY)}
        case "number" | "share":
            return {column: pa.array(values, pa.float64())}
        case "yes_no":
            return {column: pa.array(values, pa.bool_())}
        case _:
            return {column: pa.array(values, pa.string())}


# What texts and codes almost always look like; a column of nothing else needs no look at its single cells.
_UNSEEN = r"\x{200b}-\x{200d}\x{2060}\x{feff}\x{202a}-\x{202e}"
_USUAL = {
    "text": rf"^([^#{_UNSEEN}][^{_UNSEEN}]*)?$",
    "code": r"^([0-9A-Za-z][0-9A-Za-z-]*)?$",
    "phone": r"^(1[0-9]{10})?$",
    "date": r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
}


def _usual_texts(kind: str, cells: Sequence[Any]) -> pa.Array | None:
    """The column trimmed, blanks as null, where every cell is text of the usual look; None where one is not."""
    if set(map(type, cells)) - {str}:
        return None
    trimmed = pc.utf8_trim_whitespace(pa.array(cells, pa.string()))
    if not pc.all(pc.match_substring_regex(trimmed, _USUAL[kind])).as_py():
        return None
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _usual_dates(field_: Field, texts: pa.Array, context: Context) -> dict[str, pa.Array] | None:
    """The arrays of a column of days all written 2025-06-30, where each is one that may stand; else None."""
    try:
        days = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    first, last = pc.min_max(days).as_py().values()
    if first and (first.year < 1900 or (field_.event and last > context.today)):
        return None
    precision = pc.if_else(pc.is_valid(days), "day", None).cast(pa.string())
    return {field_.column: days, f"{field_.column}_precision": precision}


# Texts and codes -------------------------------------------------------------------------------------------------


def _is_empty(field_: Field, text: str) -> bool:
    return not text or text in forms.common()["blank_words"]


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
    if _is_empty(field_, text):
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
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


def _id_column(field_: Field, cells: Sequence[Any], context: Context) -> Column:
    """Identity numbers: those in perfect order are checked all at once, the others one by one."""
    usual = [index for index, cell in enumerate(cells) if type(cell) is str and len(cell) == 18]
    valid = identity.are_valid([cells[index] for index in usual], context.today)
    if valid.all() and len(usual) == len(cells):
        return Column(_arrays(field_, list(cells)))
    good = {usual[place] for place in np.flatnonzero(valid).tolist()}
    rest = [index for index in range(len(cells)) if index not in good]
    parsed = _column(field_, [cells[index] for index in rest], context)
    numbers = list(cells)
    for index, number in zip(rest, parsed.arrays[field_.column].to_pylist(), strict=True):
        numbers[index] = number
    problems = [problem._replace(index=rest[problem.index]) for problem in parsed.problems]
    return Column(_arrays(field_, numbers), problems)


def _id_number(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = re.sub(r"[-\s]", "", narrow(_undressed(text_of(cell)))).upper()
    if _is_empty(field_, text):
        return BLANK
    number, code = identity.normalised(text, context.today)
    return Value(number, code)


def _phone(field_: Field, context: Context, cell: Any) -> Value:
    damaged = _damaged(cell)
    if damaged:
        return damaged
    text = _undressed(text_of(cell))
    if _is_empty(field_, text):
        return BLANK
    parts = [part for part in _SEPARATORS.split(text) if part]
    usual = all(_PHONE.fullmatch(part.removeprefix("+86")) for part in parts)
    return Value(text, None if usual else "phone_unusual")


def _tags(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    meaning = field_.meaning
    if _is_empty(field_, text) or meaning.get(forms.spelling(text), text) is None:
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
    if _is_empty(field_, text):
        return BLANK
    if _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
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
    if _is_empty(field_, text):
        return BLANK
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).rstrip("人口"))
    if number is None or number != int(number) or not field_.min <= number <= field_.max:
        return Value(code="count_invalid", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(int(number))


def _year(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(field_, text):
        return BLANK
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).removesuffix("度").removesuffix("年"))
    if number is None or number != int(number) or not 2000 <= number <= context.today.year:
        return Value(code="year_invalid", args={"this_year": context.today.year})
    return Value(int(number))


def _number(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(field_, text):
        return BLANK
    number = _numeric(cell if not isinstance(cell, str) else narrow(text).rstrip("分个月"))
    if number is None:
        return Value(code="number_invalid")
    if (field_.min is not None and number < field_.min) or (field_.max is not None and number > field_.max):
        return Value(code="number_out_of_range", args={"low": f"{field_.min:g}", "high": f"{field_.max:g}"})
    return Value(float(number))


def _share(field_: Field, context: Context, cell: Any) -> Value:
    """A fraction from 85%, 0.85 or, under a title with （%）, 85; there a number up to 1 is taken as a fraction."""
    text = text_of(cell)
    if _is_empty(field_, text):
        return BLANK
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


def _date(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(field_, text):
        return BLANK
    if field_.meaning and field_.meaning.get(forms.spelling(text), "") is None:
        return BLANK
    if isinstance(cell, str) and _ERROR_TEXT.fullmatch(text):
        return Value(code="formula_error")
    day, precision, code = dates.parsed(cell if not isinstance(cell, str) else narrow(text), context.year)
    if day is None:
        return Value(code=code)
    if day.year < 1900:
        return Value(code="date_too_old")
    if field_.event and day > context.today:
        return Value(code="date_in_future", args={"today": context.today.isoformat()})
    return Value((day, precision), code)


# Money ---------------------------------------------------------------------------------------------------------------


def _money_column(field_: Field, cells: Sequence[Any], context: Context) -> Column:
    """Amounts in yuan. Plain numbers are turned to cents all at once; whatever is left is parsed one by one."""
    types = set(map(type, cells))
    if not types <= {float, int}:
        numbers = np.array([cell if type(cell) in (float, int) else np.nan for cell in cells], dtype=np.float64)
    else:
        numbers = np.array(cells, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = numbers * (100 * context.factor)
        cents = np.rint(scaled)
        # Beyond 10^11 cents a float's own steps come near the noise that may be dropped.
        plain = (np.abs(scaled - cents) <= 1e-4) & (np.abs(scaled) < 1e11)
    if not field_.negative:
        plain &= cents >= 0
    whole = np.where(plain, cents, 0).astype(np.int64)
    valid = plain.copy()
    problems = []
    parsed: dict[Any, Value] = {}
    for index in np.flatnonzero(~plain).tolist():
        cell = cells[index]
        key = type(cell), cell
        if key not in parsed:
            parsed[key] = _money(field_, context, cell)
        amount, code, args = parsed[key]
        if amount is not None:
            whole[index] = int(amount * 100)
            valid[index] = True
        if code:
            problems.append(Problem(index, code, cell, args))
    return Column({field_.column: _decimals(whole, valid)}, problems)


def _decimals(cents: np.ndarray, valid: np.ndarray) -> pa.Array:
    """decimal(18, 2) from whole cents, without a Python object a row."""
    scaled = pa.array(cents, mask=~valid).cast(pa.decimal128(19, 0)).cast(pa.decimal128(18, 0), safe=False)
    return pa.Array.from_buffers(MONEY, len(scaled), scaled.buffers(), null_count=scaled.null_count)


def _money(field_: Field, context: Context, cell: Any) -> Value:
    text = text_of(cell)
    if _is_empty(field_, text):
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


_PARSERS: dict[str, Callable[[Field, Context, Any], Value]] = {
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
