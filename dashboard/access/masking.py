"""Personal data as it may be shown: names, identity numbers and phones lose what identifies a person.

Formats: 张** keeps the surname's first character, an identity number its first two and last three
characters, a phone its first three and last four.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_ID_IN_TEXT = re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx](?:\d{2})?)?(?!\d)")
_PHONE_IN_TEXT = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def name(text: str) -> str:
    """A person's name (姓名) with all but its first character hidden."""
    return text[:1] + "*" * (len(text) - 1)


def id_number(text: str) -> str:
    """An identity number (证件号码) reduced to its first two and last three characters."""
    return f"{text[:2]}{'*' * (len(text) - 5)}{text[-3:]}" if len(text) > 8 else "*" * len(text)


def phone(text: str) -> str:
    """A phone number (联系电话) with its middle hidden."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 8 else "*" * len(text)


def free_text(text: str) -> str:
    """Free text with any identity number and mobile phone in it hidden."""
    return _PHONE_IN_TEXT.sub(lambda m: phone(m[0]), _ID_IN_TEXT.sub(lambda m: id_number(m[0]), text))


# By column, under its database name and under its ledger title: whatever a query selects, it is shown masked.
BY_COLUMN = {
    "head_name": name,
    "member_name": name,
    "helper_name": name,
    "visitor": name,
    "person_name": name,
    "responsible_person": name,
    "户主姓名": name,
    "姓名": name,
    "帮扶责任人": name,
    "走访人": name,
    "责任人": name,
    "head_id_number": id_number,
    "id_number": id_number,
    "证件号码": id_number,
    "phone": phone,
    "helper_phone": phone,
    "联系电话": phone,
    "帮扶责任人电话": phone,
    "findings": free_text,
    "facts": free_text,
    "description": free_text,
    "measures": free_text,
    "evidence": free_text,
    "走访情况": free_text,
    "问题描述": free_text,
    "整改措施": free_text,
    "佐证材料": free_text,
}


def frame(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every personal column of text masked (a new table where there is any)."""
    import pandas as pd  # here, since the process that reads ledger files masks values only

    hidden = {
        column: table[column].map(BY_COLUMN[column], na_action="ignore")
        for column in table.columns
        if column in BY_COLUMN and not pd.api.types.is_numeric_dtype(table[column])
    }
    return table.assign(**hidden) if hidden else table
