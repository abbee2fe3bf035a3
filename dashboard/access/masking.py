"""Personal data as it may be shown: names, identity numbers and phones lose what identifies a person.

Formats: 张** keeps the surname's first character, an identity number its first two and last three
characters, a phone its first three and last four.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from dashboard.definitions import forms
from dashboard.definitions.forms import FormError

Mask = Callable[[str], str]

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


# The kinds of personal data that forms name (``personal``), and how each is hidden.
MASKS: Mapping[str, Mask] = {"name": name, "id": id_number, "phone": phone, "text": free_text}


@cache
def by_column() -> Mapping[str, Mask]:
    """How the values of a column are hidden, by its database name and by its title in a ledger.

    From the fields that forms declare personal and the columns of queries in ``common.toml``. A name that is personal
    in one ledger is hidden in all. FormError where two of them disagree on how.
    """
    kinds = dict(forms.common()["personal"])
    for form in forms.all_forms():
        for field in form.fields:
            for column in (field.column, field.title) if field.personal else ():
                if kinds.setdefault(column, field.personal) != field.personal:
                    raise FormError(f"{form.kind}.toml: {column} is {field.personal}, elsewhere {kinds[column]}")
    return {column: MASKS[kind] for column, kind in kinds.items()}
