"""Tables for export (数据导出): current rows of the ledgers, the long table of indicators, the log of loads.

Rows are masked before anything else sees them, so that a search cannot probe personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from dashboard.access import masked_tables
from dashboard.definitions import forms, indicators
from dashboard.display import columns
from dashboard.display.columns import Column
from dashboard.serving import cached
from dashboard.serving.bounded_cache import BoundedCache
from dashboard.serving.view import View

# Rows that the page shows; exports have all.
SHOWN_ROWS = 200

# A ledger of a large county is a hundred megabytes: the few tables looked at last are kept, no more.
_tables = BoundedCache(3)

_BY_TYPE = {
    "money": lambda title: columns.yuan(title, 2),
    "date": columns.day,
    "count": columns.count,
    "number": lambda title: Column(title, "number", 1),
    "share": lambda title: Column(f"{title}（%）", "number", 1, scale=100),
}


@dataclass(frozen=True)
class ExportTable:
    """One table to export: ``columns`` maps columns of the query to how they are shown.

    ``period`` names the column that places a row in time, ``categories`` those with few values to choose from.
    """

    id: str
    name: str
    query: str
    columns: Mapping[str, Column] = field(hash=False)
    period: str | None = None
    categories: tuple[str, ...] = ()


@cache
def tables() -> tuple[ExportTable, ...]:
    """Every table that can be exported, ledgers first."""
    return (*map(_ledger, forms.all_forms()), _INDICATORS, _LOADS)


def get(name: str) -> ExportTable:
    """The table of an id; KeyError when there is none."""
    return next(export for export in tables() if export.id == name)


def rows(view: View, export: ExportTable) -> pd.DataFrame:
    """All rows of a table within the place, personal data masked. Shared between readers, so not to be changed."""
    return _tables.get((view.key, export.id), lambda: _rows(view, export))


def columns_of(table: pd.DataFrame, export: ExportTable) -> dict[str, Column]:
    """How the columns of the table are shown."""
    return {name: column for name, column in export.columns.items() if name in table}


def periods(table: pd.DataFrame, export: ExportTable) -> list[str]:
    """The periods to choose from, newest first: years, and months where days are reported."""
    if export.period is None:
        return []
    reported = table[export.period].dropna()
    if not is_datetime64_any_dtype(reported):
        return sorted(reported.astype("str").unique(), reverse=True)
    months = (reported.dt.year * 100 + reported.dt.month).unique()
    return sorted({f"{month // 100}" for month in months} | {f"{m // 100}-{m % 100:02d}" for m in months}, reverse=True)


def choices(table: pd.DataFrame, category: str) -> list[str]:
    """The values a category has, the most frequent first."""
    return [value for value in table[category].value_counts().index if value]


def narrowed(
    table: pd.DataFrame,
    export: ExportTable,
    period: str = "",
    chosen: Mapping[str, str] | None = None,
    contains: str = "",
) -> pd.DataFrame:
    """The rows of a period and with the chosen values whose text, as shown, contains ``contains``; '' keeps all."""
    kept = table
    if period:
        kept = kept[_in_period(kept[export.period], period)]
    for category, value in (chosen or {}).items():
        kept = kept[kept[category] == value]
    return kept[_containing(kept, contains)] if contains else kept


def filters_text(period: str, chosen: Mapping[str, str], contains: str) -> str:
    """The filters of `narrowed` in one line; 未筛选 where none is set."""
    parts = [period, *chosen.values(), f"包含“{contains}”" if contains else ""]
    return "，".join(filter(None, parts)) or "未筛选"


def file_name(export: ExportTable, view: View, period: str, chosen: Mapping[str, str]) -> str:
    """The name of the exported files, without ending."""
    return "_".join(filter(None, [export.name, view.place.name, period, *chosen.values()]))


def _in_period(values: pd.Series, period: str) -> pd.Series:
    if not is_datetime64_any_dtype(values):
        return values.astype("str") == period
    year, _, month = period.partition("-")
    within = values.dt.year == int(year)
    return within & (values.dt.month == int(month)) if month else within


def _containing(table: pd.DataFrame, text: str) -> pd.Series:
    matches = pd.Series(False, index=table.index)
    for name in table:
        if not (is_numeric_dtype(table[name]) or is_datetime64_any_dtype(table[name])):
            matches |= table[name].astype("str").str.contains(text, case=False, regex=False, na=False)
    return matches


def _rows(view: View, export: ExportTable) -> pd.DataFrame:
    form = forms.get(export.id) if export.id in forms.kinds() else None
    table = cached.rows_once(export.query, view.params(), form)
    if export is _INDICATORS:
        names = {definition.id: definition.name for definition in indicators.all()}
        table = table.assign(指标=table["指标代码"].map(names))
    if export is _LOADS:
        names = {form.kind: form.name for form in forms.all_forms()}
        table = table.assign(台账种类=table["台账种类"].replace(names))
    return masked_tables.masked(table)


def _ledger(form: forms.Form) -> ExportTable:
    dates = [field.title for field in form.fields if field.type == "date"]
    years = [field.title for field in form.fields if field.type == "year"]
    return ExportTable(
        form.kind,
        form.name,
        f"export/{form.kind}",
        {field.title: _BY_TYPE.get(field.type, columns.text)(field.title) for field in form.fields},
        period=next(iter([*years, *dates]), None),
        categories=tuple(field.title for field in form.fields if field.type == "choice"),
    )


# Values are not rounded: whoever exports this table computes with them.
_INDICATORS = ExportTable(
    "indicators",
    "指标长表",
    "export/indicators",
    {
        "指标": columns.text("指标"),
        "指标代码": columns.text("指标代码"),
        "地区": columns.text("地区"),
        "区划代码": columns.text("区划代码"),
        "级别": columns.text("级别"),
        "期间": columns.text("期间"),
        "分组": columns.text("分组"),
        "分子": columns.text("分子"),
        "分母": columns.text("分母"),
        "数值": columns.text("数值"),
        "单位": columns.text("单位"),
    },
    period="期间",
    categories=("指标", "级别"),
)

_LOADS = ExportTable(
    "loads",
    "导入记录",
    "export/loads",
    {
        "版本": columns.text("版本"),
        "导入时间": columns.text("导入时间"),
        "文件": columns.text("文件"),
        "工作表": columns.text("工作表"),
        "台账种类": columns.text("台账种类"),
        "结果": columns.text("结果"),
        **{
            title: columns.count(title)
            for title in ("读到行数", "导入行数", "未导入行数", "新增", "变更", "未变", "本次文件中没有")
        },
    },
    categories=("版本", "结果"),
)
