"""Tables an analyst can take away (数据导出): the ledgers as they stand, the long table of indicators, the load log.

Rows are masked before anything else sees them, so that a search cannot probe personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from dashboard.access import masking
from dashboard.definitions import forms, indicators
from dashboard.display import columns
from dashboard.display.columns import Column
from dashboard.warehouse import ledger_rows, queries, versions

# A ledger of a large county is a hundred megabytes: the few tables looked at last are kept, no more.
_KEPT_TABLES = 3

_BY_TYPE = {
    "money": lambda title: columns.yuan(title, 2),
    "date": columns.day,
    "count": columns.count,
    "number": lambda title: Column(title, "number", 1),
    "share": lambda title: Column(f"{title}（%）", "number", 1, scale=100),
}


@dataclass(frozen=True)
class ExportTable:
    """One table on offer: ``columns`` maps columns of the query to how they are shown.

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
    """Every table there is to take, ledgers first."""
    return (*map(_ledger, forms.all_forms()), _INDICATORS, _LOADS)


def get(name: str) -> ExportTable:
    """The table of an id; KeyError when there is none."""
    return next(extract for extract in tables() if extract.id == name)


def rows(root: Path, version: versions.Version, extract: ExportTable, region_code: str) -> pd.DataFrame:
    """All rows of a table within a region, personal data masked. Shared between readers, so not to be changed."""
    return _rows(str(root), version.id, extract.id, region_code, version)


def columns_of(table: pd.DataFrame, extract: ExportTable) -> dict[str, Column]:
    """How the columns the table has are shown."""
    return {name: column for name, column in extract.columns.items() if name in table}


def periods(table: pd.DataFrame, extract: ExportTable) -> list[str]:
    """What there is to choose from as period, newest first: years, and months where days are known."""
    if extract.period is None:
        return []
    known = table[extract.period].dropna()
    if not is_datetime64_any_dtype(known):
        return sorted(known.astype("str").unique(), reverse=True)
    months = (known.dt.year * 100 + known.dt.month).unique()
    return sorted({f"{month // 100}" for month in months} | {f"{m // 100}-{m % 100:02d}" for m in months}, reverse=True)


def choices(table: pd.DataFrame, category: str) -> list[str]:
    """The values a category has, the most frequent first."""
    return [value for value in table[category].value_counts().index if value]


def narrowed(
    table: pd.DataFrame,
    extract: ExportTable,
    period: str = "",
    chosen: Mapping[str, str] | None = None,
    contains: str = "",
) -> pd.DataFrame:
    """The rows of a period and with the chosen values whose words, as shown, contain a text; '' keeps all."""
    kept = table
    if period:
        kept = kept[_in_period(kept[extract.period], period)]
    for category, value in (chosen or {}).items():
        kept = kept[kept[category] == value]
    return kept[_containing(kept, contains)] if contains else kept


def _in_period(values: pd.Series, period: str) -> pd.Series:
    if not is_datetime64_any_dtype(values):
        return values.astype("str") == period
    year, _, month = period.partition("-")
    within = values.dt.year == int(year)
    return within & (values.dt.month == int(month)) if month else within


def _containing(table: pd.DataFrame, text: str) -> pd.Series:
    found = pd.Series(False, index=table.index)
    for name in table:
        if not (is_numeric_dtype(table[name]) or is_datetime64_any_dtype(table[name])):
            found |= table[name].astype("str").str.contains(text, case=False, regex=False, na=False)
    return found


@lru_cache(maxsize=_KEPT_TABLES)
def _rows(root: str, version_id: str, name: str, region_code: str, version: versions.Version) -> pd.DataFrame:
    extract = get(name)
    con = versions.connection(Path(root), version)
    if extract.id in forms.kinds():
        con = ledger_rows.readable(con, forms.get(extract.id))
    found = queries.run(con, extract.query, {"region_code": region_code})
    if extract is _INDICATORS:
        names = {one.id: one.name for one in indicators.all()}
        found = found.assign(指标=found["指标代码"].map(names))
    if extract is _LOADS:
        names = {form.kind: form.name for form in forms.all_forms()}
        found = found.assign(台账种类=found["台账种类"].replace(names))
    return masking.frame(found)


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


# Figures are shown as they are held, not rounded: whoever takes this table computes with them.
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
