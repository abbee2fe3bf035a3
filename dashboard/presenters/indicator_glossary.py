"""The glossary (指标口径): definitions and thresholds as tables and as entries to read, narrowed to a word."""

from datetime import date
from html import escape

import pandas as pd

from dashboard import text
from dashboard.definitions import indicators, policy
from dashboard.display import columns
from dashboard.serving.view import View

_PERIODS = {"as_of": "截至日期", "year": "年度", "month": "月度"}

DEFINITION_COLUMNS = {
    "name": columns.text("指标"),
    "name_en": columns.text("英文名"),
    "theme": columns.text("主题"),
    "unit": columns.text("单位"),
    "numerator": columns.text("分子（或数值）"),
    "denominator": columns.text("分母"),
    "period": columns.text("时期"),
    "groups": columns.text("分组"),
    "ledgers": columns.text("数据来源"),
    "caution": columns.text("注意"),
    "document": columns.text("来源文件"),
    "clause": columns.text("条款"),
    "id": columns.text("代号"),
}
THRESHOLD_COLUMNS = {
    "label": columns.text("参数"),
    "value": columns.text("数值"),
    "unit": columns.text("单位"),
    "jurisdiction": columns.text("口径"),
    "valid_from": columns.day("生效日期"),
    "document": columns.text("来源文件"),
    "clause": columns.text("条款"),
    "quote": columns.text("原文"),
    "id": columns.text("代号"),
}


def headline(definitions: pd.DataFrame, thresholds: pd.DataFrame, sought: str) -> str:
    """How many definitions and thresholds there are (that contain a word)."""
    return f"共 {len(definitions)} 个指标、{len(thresholds)} 项阈值和目标" + (f"含“{sought}”" if sought else "")


def definitions(sought: str) -> pd.DataFrame:
    """One row per indicator whose definition contains ``sought`` anywhere."""
    table = pd.DataFrame(
        {
            "id": definition.id,
            "name": definition.name,
            "name_en": definition.name_en,
            "theme": definition.theme,
            "unit": definition.unit,
            "numerator": definition.numerator,
            "denominator": definition.denominator,
            "period": _PERIODS[definition.period],
            "groups": "、".join("标准线" if group == "line" else group for group in definition.groups),
            "ledgers": "、".join(definition.ledgers),
            "caution": definition.caution,
            "document": definition.basis_document,
            "clause": definition.basis_clause,
        }
        for definition in indicators.all()
    )
    return _containing(table, sought)


def thresholds(view: View, sought: str) -> pd.DataFrame:
    """One row per parameter in force on the as-of day (today before the first load) that contains ``sought``."""
    table = pd.DataFrame(
        {
            "id": parameter.id,
            "label": parameter.label,
            "theme": parameter.theme,
            "value": "由本地填写" if parameter.value is None else text.plain(parameter.value),
            "unit": parameter.unit,
            "jurisdiction": parameter.jurisdiction_name,
            "valid_from": parameter.valid_from,
            "document": parameter.document,
            "clause": parameter.clause,
            "quote": parameter.quote,
        }
        for parameter in _in_force(view).parameters.values()
    )
    return _containing(table, sought)


def jurisdiction(view: View) -> str:
    """The name of the jurisdiction whose thresholds are in force."""
    return _in_force(view).jurisdiction_name


def definitions_html(table: pd.DataFrame) -> str:
    """The definitions as entries: name, formula, source, caution, basis."""
    return f'<div class="db-terms">{"".join(_definition(row) for row in table.itertuples())}</div>'


def thresholds_html(table: pd.DataFrame) -> str:
    """The parameters as entries: label, value, document, clause, quote."""
    return f'<div class="db-terms">{"".join(_threshold(row) for row in table.itertuples())}</div>'


def _in_force(view: View) -> policy.Policy:
    return policy.in_force(view.version.as_of if view.version else date.today())


def _definition(row) -> str:
    formula = f"{row.numerator} ÷ {row.denominator}" if row.denominator else row.numerator
    groups = f"；可按{row.groups}分组" if row.groups else ""
    return _entry(
        row.name,
        f"{row.theme} · {row.unit or '比值'} · {row.period}",
        [
            ("算法", formula),
            ("来源", f"{row.ledgers}{groups}"),
            ("注意", row.caution),
            ("依据", f"{row.document} {row.clause}"),
        ],
    )


def _threshold(row) -> str:
    value = f"{row.value} {row.unit}" if row.value[0].isdigit() or row.value[0] == "-" else row.value
    quote = f"“{row.quote}”" if row.quote else ""
    return _entry(
        row.label,
        value,
        [
            ("文件", row.document),
            ("条款", row.clause),
            ("原文", quote),
            ("口径", f"{row.jurisdiction}，{row.valid_from} 起"),
        ],
    )


def _entry(title: str, note: str, facts: list[tuple[str, str]]) -> str:
    lines = "".join(f"<p><i>{label}</i>{escape(words)}</p>" for label, words in facts if words)
    return f'<div class="db-term"><h4>{escape(title)}<span>{escape(note)}</span></h4>{lines}</div>'


def _containing(table: pd.DataFrame, sought: str) -> pd.DataFrame:
    word = sought.strip().casefold()
    if not word or table.empty:
        return table
    everything = table.astype(str).agg(" ".join, axis=1).str.casefold()
    return table[everything.str.contains(word, regex=False)].reset_index(drop=True)
