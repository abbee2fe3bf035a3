"""Identity numbers (公民身份号码): 18 characters with a possible birth date and the right check digit."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
# The product of digit and weight by character, so that a check is a sum of look-ups.
_PRODUCTS = tuple({str(digit): digit * weight for digit in range(10)} for weight in _WEIGHTS)


def check_digit(first_17: str) -> str:
    """The check digit that belongs to the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = 0
    for products, digit in zip(_PRODUCTS, first_17, strict=True):
        total += products[digit]
    return _CHECK_DIGITS[total % 11]


def is_valid(number: str, today: date) -> bool:
    """Whether 18 characters are an identity number of somebody born between 1900 and today."""
    digits = number[:17]
    return (
        digits.isascii()
        and digits.isdigit()
        and number[17] == check_digit(digits)
        and _is_birth_date(number[6:14], today)
    )


def may_have_lost_digits(number: str) -> bool:
    """Whether a valid number ends like one of which a spreadsheet program kept 15 of 18 digits."""
    return number.endswith("000")


def are_valid(numbers: Sequence[str], today: date) -> np.ndarray:
    """`is_valid` for many texts of exactly 18 characters at once, as a boolean array."""
    if not numbers:
        return np.zeros(0, dtype=bool)
    codes = np.array(numbers, dtype="U18").view(np.uint32).reshape(-1, 18).astype(np.int64)
    digits = codes[:, :17] - ord("0")
    are_digits = ((digits >= 0) & (digits <= 9)).all(axis=1)
    expected = np.frombuffer(_CHECK_DIGITS.encode(), dtype=np.uint8)[(digits @ np.array(_WEIGHTS)) % 11]
    births = {birth: _is_birth_date(birth, today) for birth in {number[6:14] for number in numbers}}
    are_born = np.array([births[number[6:14]] for number in numbers])
    return are_digits & (codes[:, 17] == expected) & are_born


def normalised(text: str, today: date) -> tuple[str | None, str | None]:
    """(number of 18 characters or None, code of what was changed or why there is none, or None)."""
    if not text.isascii():
        return None, "id_invalid"
    if len(text) == 15 and text.isdigit():
        first_17 = f"{text[:6]}19{text[6:]}"
        number = first_17 + check_digit(first_17)
        return (number, "id_15_digits") if is_valid(number, today) else (None, "id_birth_date")
    if len(text) == 20 and text[18:].isdigit():
        return (text[:18], "id_disability_card") if is_valid(text[:18], today) else (None, "id_check_digit")
    if len(text) != 18 or not text[:17].isdigit() or text[17] not in "0123456789X":
        return None, "id_invalid"
    if not _is_birth_date(text[6:14], today):
        return None, "id_birth_date"
    if text[17] != check_digit(text[:17]):
        return None, "id_check_digit"
    return text, None


@lru_cache(maxsize=65_536)
def _is_birth_date(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return born.year >= 1900 and born <= today
