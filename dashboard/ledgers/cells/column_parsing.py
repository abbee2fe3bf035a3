"""Cells of one column → Arrow arrays: a column of usual cells all at once, else each distinct cell once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.definitions.forms import Field
from dashboard.ledgers.cells import dates, id_numbers, numbers
from dashboard.ledgers.cells.values import PARSERS, UNSEEN, Context, Value, means_nothing, money
from dashboard.ledgers.containers import Texts, distinct

MONEY = pa.decimal128(18, 2)

# The usual look of texts and codes; a column of nothing else is not parsed cell by cell.
_USUAL = {
    "text": rf"^([^#{UNSEEN}][^{UNSEEN}]*)?$",
    "code": r"^([0-9A-Za-z][0-9A-Za-z-]*)?$",
    "phone": r"^(1[0-9]{10})?$",
    "date": r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
}
# Texts of amounts that a float represents to the cent.
_PLAIN_AMOUNT = r"^([0-9]{1,3}(,[0-9]{3}){1,3}|[0-9]{1,12})(\.[0-9]{1,6})?$"


class Problem(NamedTuple):
    """An issue of the cell at ``index`` of a column.

    code: code of the message.
    raw: the cell as it is in the sheet.
    args: values for placeholders of the message.
    """

    index: int
    code: str
    raw: Any
    args: dict[str, Any]


@dataclass
class ParsedColumn:
    """A parsed column: Arrow arrays by database column, and problems by row."""

    arrays: dict[str, pa.Array]
    problems: list[Problem] = field(default_factory=list)


def parse(field_: Field, cells: Sequence[Any], context: Context) -> ParsedColumn:
    """Parse a column of a field; every cell with a refusal is null in the arrays."""
    if field_.type == "money":
        return _money_column(field_, cells, context)
    if field_.type == "id_number":
        return _id_column(field_, cells, context)
    if field_.type in _USUAL and (texts := _usual_texts(field_, cells)) is not None:
        arrays = _usual_dates(field_, texts, context) if field_.type == "date" else {field_.column: texts}
        if arrays:
            return ParsedColumn(arrays)
    return _column(field_, cells, context)


def blank(field_: Field, length: int) -> dict[str, pa.Array]:
    """The arrays of a field whose column a sheet does not have."""
    return _arrays(field_, [None] * length)


def _column(field_: Field, cells: Sequence[Any], context: Context) -> ParsedColumn:
    parser = partial(PARSERS[field_.type], field_, _with_neighbours(field_, cells, context))
    parsed, keys = _distinct(cells, parser)
    plain = {key: value.value for key, value in parsed.items()}
    with_issue = {key for key, value in parsed.items() if value.code}
    problems = [
        Problem(index, parsed[key].code, cells[index], parsed[key].args)
        for index, key in (enumerate(keys) if with_issue else ())
        if key in with_issue
    ]
    return ParsedColumn(_arrays(field_, list(map(plain.__getitem__, keys))), problems)


def _with_neighbours(field_: Field, cells: Sequence[Any], context: Context) -> Context:
    """The context completed by what a column's cells show about each other."""
    if field_.type in ("share", "progress"):
        values = [number for number in map(numbers.of_cell, distinct(cells)) if number is not None]
        # Without （%） in the title, a number such as 0.85 shows that the column has fractions.
        are_fractions = not context.is_percent and any(0 < number < 1 for number in values)
        return replace(context, has_percents=not are_fractions and any(number > 1 for number in values))
    if field_.type == "date" and context.is_text:
        texts = {cell for cell in distinct(cells) if isinstance(cell, str) and "." in cell}
        if any(map(dates.is_first_of_ten, texts)):
            return replace(context, months_lost_zeros=not any(map(dates.keeps_zeros, texts)))
    return context


def _distinct(cells: Sequence[Any], parser: Callable[[Any], Value]) -> tuple[dict[Any, Value], Sequence[Any]]:
    """(parsed value by key, each row's key). True equals 1 in Python, so with truth values the type is in the key."""
    if not isinstance(cells, Texts) and bool in set(map(type, cells)):
        keys: Sequence[Any] = [(type(cell), cell) for cell in cells]
        return {key: parser(key[1]) for key in set(keys)}, keys
    return {cell: parser(cell) for cell in distinct(cells)}, cells


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


def _usual_texts(field_: Field, cells: Sequence[Any]) -> pa.Array | None:
    """The column trimmed, blanks as null, where every cell is text of the usual look; None where one is not."""
    if isinstance(cells, Texts):
        texts = cells.array.dictionary_encode()
    elif set(map(type, cells)) - {str}:
        return None
    else:
        texts = pa.array(cells, pa.string()).dictionary_encode()
    # Names, villages and remarks repeat: each distinct text is looked at once.
    trimmed = pc.utf8_trim_whitespace(texts.dictionary)
    if not pc.all(pc.match_substring_regex(trimmed, _USUAL[field_.type])).as_py():
        return None
    if field_.type == "text" and any(means_nothing(field_, text) for text in trimmed.to_pylist()):
        return None
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed).take(texts.indices)


def _usual_dates(field_: Field, texts: pa.Array, context: Context) -> dict[str, pa.Array] | None:
    """The arrays of a column whose cells are all acceptable days like 2025-06-30; None for other columns."""
    try:
        days = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    first, last = pc.min_max(days).as_py().values()
    if first and (first.year < 1900 or (field_.event and last > context.today)):
        return None
    precision = pc.if_else(pc.is_valid(days), "day", None).cast(pa.string())
    return {field_.column: days, f"{field_.column}_precision": precision}


def _id_column(field_: Field, cells: Sequence[Any], context: Context) -> ParsedColumn:
    """Identity numbers: those of 18 characters are checked all at once, the others one by one."""
    usual = [
        index
        for index, cell in enumerate(cells)
        if type(cell) is str and len(cell) == 18 and not id_numbers.may_have_lost_digits(cell)
    ]
    valid = id_numbers.are_valid([cells[index] for index in usual], context.today)
    if valid.all() and len(usual) == len(cells):
        return ParsedColumn(_arrays(field_, list(cells)))
    good = {usual[place] for place in np.flatnonzero(valid).tolist()}
    rest = [index for index in range(len(cells)) if index not in good]
    parsed = _column(field_, [cells[index] for index in rest], context)
    numbers = list(cells)
    for index, number in zip(rest, parsed.arrays[field_.column].to_pylist(), strict=True):
        numbers[index] = number
    problems = [problem._replace(index=rest[problem.index]) for problem in parsed.problems]
    return ParsedColumn(_arrays(field_, numbers), problems)


def _money_column(field_: Field, cells: Sequence[Any], context: Context) -> ParsedColumn:
    """Amounts in yuan. Plain numbers are converted to cents all at once, the other cells one by one."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = _amounts(cells) * (100 * context.factor)
        cents = np.rint(scaled)
        # Beyond 10^11 cents the precision of a float is no better than the noise that is dropped.
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
            parsed[key] = money(field_, context, cell)
        amount, code, args = parsed[key]
        if amount is not None:
            whole[index] = int(amount * 100)
            valid[index] = True
        if code:
            problems.append(Problem(index, code, cell, args))
    return ParsedColumn({field_.column: _decimals(whole, valid)}, problems)


def _amounts(cells: Sequence[Any]) -> np.ndarray:
    """Numbers, and texts of plain ones such as 1,234.50; NaN for every other cell."""
    types = set(map(type, cells))
    if types <= {float, int}:
        return np.array(cells, dtype=np.float64)
    amounts = np.array([cell if type(cell) in (float, int) else np.nan for cell in cells], dtype=np.float64)
    if str in types:
        texts = pa.array([cell if type(cell) is str else None for cell in cells], pa.string())
        is_plain = pc.match_substring_regex(texts, _PLAIN_AMOUNT)
        digits = pc.if_else(is_plain, pc.replace_substring(texts, ",", ""), None)
        plain_numbers = digits.cast(pa.float64()).to_numpy(zero_copy_only=False)
        amounts = np.where(np.isnan(plain_numbers), amounts, plain_numbers)
    return amounts


def _decimals(cents: np.ndarray, valid: np.ndarray) -> pa.Array:
    """decimal(18, 2) from whole cents, without a Python object a row."""
    scaled = pa.array(cents, mask=~valid).cast(pa.decimal128(19, 0)).cast(pa.decimal128(18, 0), safe=False)
    return pa.Array.from_buffers(MONEY, len(scaled), scaled.buffers(), null_count=scaled.null_count)
