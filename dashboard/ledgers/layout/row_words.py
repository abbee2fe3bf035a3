"""What a cell or row is by its words: a total, a note, a numbering, a section's heading, or personal data."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells import dates
from dashboard.ledgers.cells.values import is_blank, narrow, text_of
from dashboard.ledgers.layout.header_model import Header

_ORDINALS = "甲乙丙丁戊己庚辛壬癸"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Two numbers may be data.
_FEWEST_NUMBERED = 3
_COUNTERS = "户|人|个|个村|村|次|项|条|件|元|万元|%"
# What may follow the word of a total: a colon, a bracket, a number with its unit.
_TAIL = re.compile(rf"(?:\(.*\)|[:,.。;=]+|[\d,.]+(?:{_COUNTERS})?)$")
# What may follow a short word such as 注 where it begins a note; '' where nothing does.
_AFTER_NOTE = ("", ":", "(", ",", "1")
_LABEL = re.compile(r"[^:]{1,10}:")
_TENS = "一二三四五六七八九十"
_SECTION = re.compile(rf"(?:[{_TENS}]{{1,3}}[、.]|\([{_TENS}]{{1,3}}\)|第[{_TENS}\d]+[部章节页])")
_NUMBER_OF_COLUMN = re.compile(r"\(?(\d{1,3})\)?(?:=.*|栏)?")
_NUMBER_LIKE = re.compile(r"[-+]?[\d,.]+(?:%|[一-龥]{0,2})|共.*")
_FIGURE = re.compile(r"[-+]?\d[\d,.]*[%一-龥]{0,2}")
# Longer texts are sentences, no titles.
_LONGEST_CAPTION = 20
_PERSON = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·•・]{2,}")
_ID = re.compile(r"\d{14,19}[\dXx]")
_MOBILE = re.compile(r"1\d{10}")
_CODE = re.compile(r"(?=.*[A-Za-z]).+|\d{6,}")
# A year for days without one, only to recognise them as days.
_ANY_YEAR = 2000


@lru_cache(maxsize=65_536)
def is_total(text: str) -> bool:
    """Whether a cell is the word of a total (合计, 城关镇小计, 合计：12户)."""
    if not any(sign in text for sign in "计总均"):
        return False
    words = forms.common()["lines"]
    bare = narrow(text)
    while (shorter := _TAIL.sub("", bare)) != bare:
        bare = shorter
    return bare in words["totals"] or bare.endswith(tuple(words["total_endings"]))


def is_part(text: str) -> bool:
    """Whether a cell begins a row that counts a part of a total (其中：脱贫户)."""
    return text.startswith(tuple(forms.common()["lines"]["parts"]))


def is_note(text: str) -> bool:
    """Whether a cell begins a note or a signature."""
    for word in forms.common()["lines"]["notes"]:
        if text.startswith(word) and (len(word) > 2 or text[len(word) :][:1] in _AFTER_NOTE):
            return True
    return False


def is_label(text: str) -> bool:
    """Whether a cell is the label of what follows its colon or is in the next cell (审核人：)."""
    return bool(_LABEL.match(text))


def is_everywhere(text: str) -> bool:
    """Whether a text means all places at once (全县, 全镇)."""
    words = forms.common()["villages"]
    return narrow(text) in words["whole_county"] or narrow(text) in words["whole_township"]


def is_caption(cell: Any) -> bool:
    """Whether a cell may be the title of any column: a short word without digits that begins no note or signature."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_CAPTION:
        return False
    text = narrow(cell)
    return bool(text) and not re.search(r"\d", text) and not is_note(text) and not is_label(text)


def is_number(cell: Any) -> bool:
    """Whether a cell is an amount, a count or a share."""
    if isinstance(cell, str):
        return bool(_FIGURE.fullmatch(narrow(cell)))
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_section(text: str) -> bool:
    """Whether a cell heads a section (一、城关镇)."""
    return bool(_SECTION.match(text))


def is_numbering(row: Sequence[Any]) -> bool:
    """Whether a row only numbers the columns: 1 2 3, (1) (2) (3), 甲 乙 丙, 甲 乙 1 2, 栏次 1 2 3=1+2."""
    marks = [narrow(text_of(cell)) for cell in row if not is_blank(cell)]
    if marks and marks[0] in forms.common()["lines"]["numberings"]:
        marks = marks[1:]
    if len(marks) < _FEWEST_NUMBERED:
        return False
    letters = [mark for mark in marks if mark in _ORDINALS or mark in _LETTERS]
    alphabet = _ORDINALS if letters and letters[0] in _ORDINALS else _LETTERS
    numbered = [_NUMBER_OF_COLUMN.fullmatch(mark) for mark in marks[len(letters) :]]
    if "".join(letters) != alphabet[: len(letters)] or not all(numbered):
        return False
    numbers = [int(match[1]) for match in numbered]
    return numbers in (
        list(range(1, len(numbers) + 1)),
        list(range(len(letters) + 1, len(marks) + 1)),
    )


def personal_cells(row: Sequence[Any], header: Header, *, with_names: bool = True) -> int:
    """How many cells of a row are what only data rows have: names, identity and phone numbers, codes, days, choices.

    with_names: whether names of persons count.
    """
    labels = {index for index, cell in enumerate(row) if isinstance(cell, str) and _is_label_cell(cell)}
    return sum(
        index < len(row)
        and index not in labels
        and index - 1 not in labels
        and not is_blank(row[index])
        and (with_names or header.form.field(column).personal != "name")
        and _is_personal(header.form.field(column), row[index])
        for column, index in header.columns.items()
    )


def _is_label_cell(cell: str) -> bool:
    text = narrow(cell)
    return is_total(text) or is_note(text) or is_label(text) or is_part(text)


def _is_personal(field: Field, cell: Any) -> bool:
    """Whether a cell of a field is what only data rows have."""
    text = narrow(text_of(cell))
    match field.type:
        case "id_number":
            return bool(_ID.fullmatch(text))
        case "phone":
            return bool(_MOBILE.fullmatch(text))
        case "code" | "region_code":
            return bool(_CODE.fullmatch(text))
        case "choice" | "yes_no":
            return not _NUMBER_LIKE.fullmatch(text) and field.meaning.get(forms.spelling(text)) is not None
        case "date":
            if isinstance(cell, date):
                return True
            return isinstance(cell, str) and not text.isdigit() and dates.parse(text, _ANY_YEAR)[0] is not None
        case "text" if field.personal == "name":
            return bool(_PERSON.fullmatch(text)) and not _NUMBER_LIKE.fullmatch(text)
        case _:
            return False
