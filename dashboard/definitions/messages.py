"""Messages about ledgers from ``data/messages.toml``: sentences of refusals, warnings and notices by code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dashboard import paths

_FILE = "messages.toml"


@dataclass(frozen=True)
class Message:
    """One message.

    severity: refused, warning or notice.
    title: short name of the kind of problem.
    says: what is wrong, with placeholders.
    todo: what the sender can do about it.
    """

    code: str
    severity: str
    title: str
    says: str
    todo: str


@cache
def catalogue() -> Mapping[str, Message]:
    """All messages by code, in the order of the file."""
    entries = tomllib.loads((paths.DATA / _FILE).read_text(encoding="utf-8"))
    return {code: Message(code, **facts) for code, facts in entries.items()}
