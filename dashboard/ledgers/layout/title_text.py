"""A column's title taken apart: name, group, unit, year or month, without numbering, stars and punctuation."""

import re
import unicodedata
from functools import cache, lru_cache

from dashboard.definitions import forms
from dashboard.ledgers.cells import dates

# Between the texts of several rows above a title.
GROUP_JOIN = "/"

# Longer texts are sentences, which are not looked up.
_LONGEST_TITLE = 60
_OPEN, _CLOSE = r"(\[【〔{<《〈「『〖", r")\]】〕}>》〉」』〗"
_BRACKETS = re.compile(rf"[{_OPEN}]([^{_OPEN}{_CLOSE}]*)[{_CLOSE}]")
_UNCLOSED = re.compile(rf"(?<=.)[{_OPEN}][^{_OPEN}{_CLOSE}]*$")
_SIGNS = re.compile(rf"[{_OPEN}{_CLOSE}]")
_DRESS = re.compile(r"[\s*★☆※▲●■◆#:：/\\|、,，.。;；!！?？\"'“”‘’·_\-—~\u200b\ufeff]+")
# 1. 1、 1) 一、 before a title, and one figure of the kinds ① ⑴ ⒈ ㈠ (read before they are made plain).
_TENS = "一二三四五六七八九十"
_NUMBERED = re.compile(rf"^\s*(?:\d{{1,3}}\s*[.、,，)](?!\d)|[{_TENS}]{{1,3}}\s*[、.])")
_FIGURE = re.compile(r"^\s*[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]\s*")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)\s*(?:年度|年|度)?")
_MONTH = re.compile(r"(?:(20\d{2})年?)?(1[0-2]|0?[1-9])月份?")


@lru_cache(maxsize=16_384)
def normal(title: str) -> str:
    """A title without number, blanks, line breaks, stars, punctuation, full-width forms and words in brackets."""
    text = unicodedata.normalize("NFKC", _FIGURE.sub("", title))
    whole = _DRESS.sub("", text)
    bare = text
    while (inner := _BRACKETS.sub("", bare)) != bare:
        bare = inner
    bare = _DRESS.sub("", _UNCLOSED.sub("", _NUMBERED.sub("", bare)))
    for word in forms.common()["header"]["noise"]:
        bare = bare.replace(word, "") or bare
    return bare or _SIGNS.sub("", whole)


def bracketed(title: str) -> tuple[str, ...]:
    """The words in brackets in a title, such as its unit."""
    return tuple(note.strip() for note in _BRACKETS.findall(unicodedata.normalize("NFKC", title)))


def one_line(title: str) -> str:
    """A title without blanks and line breaks."""
    return re.sub(r"\s+", "", title)


def named(title: str, group: str) -> str:
    """A title as shown to the sender, with the group above it."""
    return one_line(f"{group}{GROUP_JOIN}{title}" if group else title)


@lru_cache(maxsize=16_384)
def with_group(title: str, group: str) -> tuple[str, ...]:
    """Normalised titles that a title may mean together with its group: 收入 over 工资性 is 工资性收入."""
    if not group or not title or len(title) > _LONGEST_TITLE or len(group) > _LONGEST_TITLE:
        return ()
    whole, nearest = group.replace(GROUP_JOIN, ""), group.rsplit(GROUP_JOIN, 1)[-1]
    bare = _without_unit(title)
    groups = [normal(whole), *_cores(normal(nearest))]
    keys = [key for text in groups if text for key in (text + bare, bare + text)]
    if bare in forms.common()["header"]["names"]:
        keys += groups
    return tuple(dict.fromkeys(keys))


@lru_cache(maxsize=16_384)
def alone(title: str) -> tuple[str, ...]:
    """Normalised titles that a title may mean without its group, the nearest spelling first."""
    if not title or len(title) > _LONGEST_TITLE:
        return ()
    bare = normal(title)
    within = [normal(note) for note in bracketed(title) if note not in _units()]
    opened = [key for note in within for key in (bare + note, note + bare)] if bare not in within else []
    return tuple(dict.fromkeys((bare, _without_unit(title), *opened)))


@lru_cache(maxsize=16_384)
def trailing_unit(title: str) -> tuple[str, ...]:
    """The unit a title ends with, in a tuple of at most one."""
    bare = normal(title)
    return next(((unit,) for unit in _units() if bare.endswith(unit) and bare != unit), ())


@lru_cache(maxsize=16_384)
def year_of(title: str, group: str) -> int | None:
    """The year in a column's title or group; None where they name none, or several."""
    years = {int(year) for text in (title, group) for year in _YEAR.findall(dates.in_digits(text))}
    return years.pop() if len(years) == 1 else None


def has_year(text: str) -> bool:
    """Whether a text names a year."""
    return _YEAR.search(dates.in_digits(text)) is not None


def without_year(text: str) -> str:
    """A title or group without its year."""
    return _YEAR.sub("", dates.in_digits(text)).strip(" 的" + GROUP_JOIN)


@lru_cache(maxsize=16_384)
def apart_from_year(title: str, group: str) -> tuple[str, str]:
    """(title, group) without their year; where the title is nothing but a year, its group becomes the title."""
    bare, above = without_year(title), without_year(group)
    if bare or not title or not above:
        return bare, above
    group, _, title = above.rpartition(GROUP_JOIN)
    return title, group


@lru_cache(maxsize=16_384)
def month_of(title: str) -> tuple[int | None, int] | None:
    """(year or None, month) of a title that is nothing but a month (3月, 2025年3月份); None for other titles."""
    match = _MONTH.fullmatch(normal(dates.in_digits(title)))
    return (int(match[1]) if match[1] else None, int(match[2])) if match else None


@lru_cache(maxsize=16_384)
def is_of_another_person(group: str) -> bool:
    """Whether a group of columns is about another person (帮扶责任人, 户主) than the one of the row."""
    return any(word in group for word in forms.common()["header"]["owners"])


def _cores(group: str) -> list[str]:
    """A group's name, then without its usual ending, then without its usual beginning: 家庭收入情况 → 收入."""
    words = forms.common()["header"]
    ended = next((group.removesuffix(word) for word in words["group_endings"] if group.endswith(word)), group)
    begun = next((ended.removeprefix(word) for word in words["group_beginnings"] if ended.startswith(word)), ended)
    return [group, ended, begun]


def is_unit(text: str) -> bool:
    """Whether a text is nothing but a unit, in brackets or not."""
    bare = unicodedata.normalize("NFKC", "".join(text.split())).strip("()[]")
    return bare in _units() or bare in forms.common()["header"]["units"]


def _without_unit(title: str) -> str:
    bare, unit = normal(title), trailing_unit(title)
    return bare[: -len(unit[0])] if unit else bare


@cache
def _units() -> tuple[str, ...]:
    return tuple(sorted(("%", *forms.common()["money_units"]), key=len, reverse=True))
