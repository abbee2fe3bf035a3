"""What is said about a ledger: the catalogue of refusals, warnings and notices, and their sentences."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboard import paths
from dashboard.access import masking

REFUSED, WARNING, NOTICE = "refused", "warning", "notice"

_MASKS = {
    "id": masking.id_number,
    "phone": masking.phone,
    "name": masking.name,
}
_LONGEST_VALUE = 40


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue (``data/messages.toml``)."""

    code: str
    severity: str
    title: str
    says: str
    todo: str


@dataclass(frozen=True)
class Issue:
    """One thing said about a sheet, a row or a cell; ``value`` and ``message`` are already masked."""

    code: str
    severity: str
    row: int | None
    column: str | None
    value: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """The issue as the report writes it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


@cache
def catalogue() -> Mapping[str, Kind]:
    """All entries by code."""
    entries = tomllib.loads((paths.DATA / "messages.toml").read_text(encoding="utf-8"))
    return {code: Kind(code, **facts) for code, facts in entries.items()}


def issue(
    code: str,
    *,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: Any = None,
    personal: str = "",
    **args: Any,
) -> Issue:
    """An issue of the catalogue with its sentence: where, what, and what to do. KeyError for an unknown code."""
    kind = catalogue()[code]
    shown = masked(value, personal)
    where = _where(sheet, row, column)
    says = kind.says.format(value=shown or "", column=column or "", row=row or "", sheet=sheet or "", **args)
    # Titles and names of sheets are the sender's words too, and may hold somebody's number.
    sentence = masking.free_text(f"{where}{says}{kind.todo}")
    return Issue(code, kind.severity, row, column and masking.free_text(column), shown, sentence)


def masked(value: Any, personal: str = "") -> str | None:
    """A value as a message may show it: personal data hidden, long texts cut, None for nothing."""
    if value is None or value == "":
        return None
    text = plain(value)
    text = _MASKS.get(personal, masking.free_text)(text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def plain(value: Any) -> str:
    """A cell's value as a person would read it (12.0 is 12)."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _where(sheet: str | None, row: int | None, column: str | None) -> str:
    parts = []
    if sheet:
        parts.append(f"工作表“{sheet}”")
    if row is not None:
        parts.append(f"第 {row} 行")
    if column:
        parts.append(f"“{column}”")
    return "".join(parts) + ("：" if parts else "")
