"""Parse numbers as people write them, exact to the last digit; a text that is not plainly one number is none."""

import math
import re
from datetime import date
from decimal import Decimal
from typing import Any

# Only the full-width forms of ASCII and the many blanks and dashes: ① or ² would otherwise become digits.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= dict.fromkeys([0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000], " ")
_HALF_WIDTH |= dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xFE63], "-")
_HALF_WIDTH |= {0xFFE5: "¥", 0x2018: "'", 0x2019: "'"}

# Thousands separated by one sign throughout. No positive exponent, which spreadsheet programs write for lost digits.
_GROUPED = r"\d{1,3}(?P<part>[, '])\d{3}(?:(?P=part)\d{3}){0,8}"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<whole>{_GROUPED}|\d{{1,30}})?(?P<rest>(?:\.\d{{1,30}})?(?:[eE]-\d{{1,2}})?)", re.ASCII
)
_BRACKETED = re.compile(r"\(([\d., ']+)\)", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_NOT_DIGITS = re.compile(r"[, ']")
_BLANKS = re.compile(r"\s+")
# The apostrophe that keeps a spreadsheet program from changing a text ('2025-03-05); text files keep it.
_GUARD = re.compile(r"^\s*'(?=\d)")
_LOOSE_BLANK = re.compile(r"(?<!\d) | (?!\d)")


def half_width(text: str) -> str:
    """A text with full-width letters, digits and signs as half-width ones, and with plain blanks and hyphens."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def compact(text: str) -> str:
    """A half-width text without blanks, except between digits: 2024 1 is not 20241."""
    return _LOOSE_BLANK.sub("", _plain(text))


def of_text(text: str) -> Decimal | None:
    """The number of a text (thousands separators, a sign, brackets for minus); None where it is not one number."""
    bare = _plain(text)
    if bracketed := _BRACKETED.fullmatch(bare):
        bare = f"-{bracketed[1].strip()}"
    match = _NUMBER.fullmatch(bare)
    if not match or not _DIGIT.search((match["whole"] or "") + match["rest"].upper().partition("E")[0]):
        return None
    return Decimal(match["sign"] + _NOT_DIGITS.sub("", match["whole"] or "") + match["rest"])


def of_cell(cell: Any) -> Decimal | None:
    """The number of a cell, of a number or a text; None for truth values, dates and infinite numbers."""
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, int | float):
        return Decimal(repr(cell)) if math.isfinite(cell) else None
    return of_text(cell) if isinstance(cell, str) else None


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", _GUARD.sub("", half_width(text))).strip()
