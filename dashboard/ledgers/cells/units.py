"""Units declared in titles, in notes beside them and in lines above a table: units of money, and per cent."""

import re
import unicodedata
from collections.abc import Iterable

from dashboard.definitions import forms

_UNIT = re.compile(r"单\s*位")
_STOPS = ",。;"
_SIGNS = r"\s、,/;:()【】\[\]\"'“”‘’。·"
_AS_UNIT = re.compile(rf"以([^{_STOPS}]{{1,10}})为单位")
_BRACKETS = re.compile(r"[(【\[]([^()【】\[\]]*)[)】\]]")
# What separates the words of a declaration: 人、万元; 万元/年; 单位为万元(保留两位小数).
_PARTS = re.compile(rf"[{_SIGNS}为是每]+|单位")


def of_money(note: str) -> str | None:
    """The unit of money in a note beside a title (万元, 单位：万元, 人民币元, 万元/年); None for none or several."""
    money_units = forms.common()["money_units"]
    named = {unit for part in _PARTS.split(_plain(note)) if (unit := _without_currency(part)) in money_units}
    return named.pop() if len(named) == 1 else None


def of_line(line: str) -> str | None:
    """The unit of money that a line (单位：万元、人; 以万元为单位) or a title (（万元）) declares; None for none."""
    text = _plain(line)
    declared = [text[match.end() :] for match in _UNIT.finditer(text)]
    declared += _AS_UNIT.findall(text) + _BRACKETS.findall(text)
    return next(filter(None, map(of_money, declared)), None)


def is_percent(notes: Iterable[str]) -> bool:
    """Whether one of a title's notes declares its numbers as per cent."""
    return any(part in forms.common()["percent"] for note in notes for part in _PARTS.split(_plain(note)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without_currency(word: str) -> str:
    sign = next((sign for sign in forms.common()["currency"] if word.startswith(sign)), "")
    return word.removeprefix(sign)
