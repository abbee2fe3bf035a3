"""Sources of the values on a page: the line under it, and the 说明 sheet of its exports."""

from collections.abc import Sequence

from dashboard import language
from dashboard.definitions import indicators
from dashboard.serving.view import View


def line(ids: Sequence[str], view: View) -> str:
    """The line 数据来源 · 截至日期 · 版本 · 口径 under a page or chart that shows the indicators ``ids``."""
    return " · ".join(f"{label}：{text}" for label, text in _facts(ids, view))


def notes(ids: Sequence[str], view: View, filters: str = "") -> list[tuple[str, str]]:
    """Lines of an export's 说明 sheet: the facts of `line`, the filters in force, and each indicator's definition."""
    chosen = f"{view.in_words()}，{filters}" if filters else view.in_words()
    definitions = [(indicators.label(name), indicators.get(name).formula) for name in ids]
    return [*_facts(ids, view), (language.words("serving.filters"), chosen), *definitions]


def table_line(name: str, view: View) -> str:
    """The same line for rows of a ledger, as they were loaded; ``name`` is the ledger's."""
    return " · ".join(f"{label}：{text}" for label, text in _ledger_facts(name, view))


def table_notes(name: str, view: View, filters: str) -> list[tuple[str, str]]:
    """Lines of the 说明 sheet for rows of a ledger, as they were loaded."""
    return [*_ledger_facts(name, view), (language.words("serving.filters"), f"{view.in_words()}，{filters}")]


def _facts(ids: Sequence[str], view: View) -> list[tuple[str, str]]:
    ledgers = dict.fromkeys(ledger for name in ids for ledger in indicators.get(name).ledgers)
    return _ledger_facts("、".join(ledgers), view)


def _ledger_facts(ledgers: str, view: View) -> list[tuple[str, str]]:
    return [(language.words("serving.source"), ledgers), *_version_facts(view)]


def _version_facts(view: View) -> list[tuple[str, str]]:
    if view.version is None:
        return [(language.words("serving.version"), language.words("serving.version_none"))]
    return [
        (language.words("serving.as_of"), f"{view.version.as_of:%Y-%m-%d}"),
        (language.words("serving.version"), view.version.id),
        (
            language.words("serving.jurisdiction"),
            language.words("serving.jurisdiction_and_glossary", jurisdiction=view.jurisdiction),
        ),
    ]
