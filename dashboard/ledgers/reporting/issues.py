"""Issues of a sheet, a row or a cell: refusals, warnings and notices with their sentences, masked."""

from dataclasses import dataclass
from typing import Any

from dashboard import language
from dashboard.access import masking
from dashboard.definitions import messages

REFUSED, WARNING, NOTICE = "refused", "warning", "notice"

# Longer values are cut, so that a remark does not fill the page.
_LONGEST_VALUE = 40


@dataclass(frozen=True)
class Issue:
    """A problem or notice of a sheet, a row or a cell.

    code: code of its message in ``data/messages.toml``.
    severity: REFUSED, WARNING or NOTICE.
    row: row as Excel shows it; None for the whole sheet.
    column: title of the column; None for the whole row or sheet.
    value: content of the cell, masked.
    message: Chinese sentence: where, what, and what to do; masked.
    """

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
    """An issue with its sentence: where, what, and what to do. KeyError for an unknown code.

    personal: kind of personal data in the value (id, phone, name), '' for none.
    args: values for the other placeholders of the message.
    """
    template = messages.catalogue()[code]
    shown = masked(value, personal)
    where = _where(sheet, row, column)
    says = template.says.format(value=shown or "", column=column or "", row=row or "", sheet=sheet or "", **args)
    # Titles and names of sheets are the sender's words, and may contain somebody's number.
    sentence = masking.free_text(f"{where}{says}{template.todo}")
    return Issue(code, template.severity, row, column and masking.free_text(column), shown, sentence)


def masked(value: Any, personal: str = "") -> str | None:
    """A value as a message may show it: personal data hidden, long texts cut, None for nothing."""
    if value is None or value == "":
        return None
    text = plain(value)
    text = masking.MASKS.get(personal, masking.free_text)(text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def plain(value: Any) -> str:
    """A cell's value as a person would read it (12.0 is 12)."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return language.words("ledgers.yes" if value else "ledgers.no")
    return str(value)


def _where(sheet: str | None, row: int | None, column: str | None) -> str:
    parts = []
    if sheet:
        parts.append(language.words("ledgers.at_sheet", sheet=sheet))
    if row is not None:
        parts.append(language.words("ledgers.at_row", row=row))
    if column:
        parts.append(language.words("ledgers.at_column", column=column))
    return "".join(parts) + ("：" if parts else "")
