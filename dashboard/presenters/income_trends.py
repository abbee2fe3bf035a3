"""What the income page says: level and growth, who fell, who is below the line, how incomes are spread."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import charts, columns, time_charts
from dashboard.serving.regions import Region

# Rows a household list shows at most.
LIST_LIMIT = 500

# The groups of the long table, by the words on screen.
GROUPS = {"全部农户": "", "脱贫户": "脱贫户", "监测对象": "监测对象"}

# How the household list can be narrowed: the words on screen and the query's word.
LISTS = {"收入下降": "falling", "收入骤减": "dropped", "低于标准线": "below"}

_COMPONENTS = {
    "工资性": "wage_yuan",
    "生产经营性": "business_yuan",
    "财产性": "property_yuan",
    "转移性": "transfer_yuan",
    "生产经营性支出": "cost_yuan",
}

UNIT_COLUMNS = {
    "households": columns.count("有收入台账（户）"),
    "per_capita_yuan": columns.yuan("人均纯收入"),
    "growth_pct": columns.percent("比上年增长"),
    "p50_yuan": columns.yuan("户中位数"),
    "falling": columns.count("收入下降（户）"),
    "falling_pct": columns.percent("下降户占比"),
    "below": columns.count("低于标准线（户）"),
    "below_pct": columns.percent("低于标准线占比", 2),
    "transfer_pct": columns.percent("转移性占比"),
    "gini": columns.Column("基尼系数", "number", 3),
    "region_code": columns.text("代码"),
}

HOUSEHOLD_COLUMNS = {
    "township_name": columns.text("乡镇"),
    "village_name": columns.text("行政村"),
    "household_id": columns.text("户编号"),
    "head_name": columns.text("户主姓名"),
    "household_type": columns.text("户类型"),
    "watch": columns.text("监测状态"),
    "previous_per_capita_yuan": columns.yuan("上年人均纯收入"),
    "per_capita_yuan": columns.yuan("本年人均纯收入"),
    "change_yuan": columns.yuan("增减"),
    "change_pct": columns.percent("增减幅度"),
}

POVERTY_COLUMNS = {
    "line_yuan": columns.yuan("标准线"),
    "period": columns.text("年度"),
    "below": columns.count("低于标准线（户）"),
    "households": columns.count("有收入台账（户）"),
    "below_pct": columns.percent("低于标准线占比", 2),
    "fgt0": columns.Column("FGT0 人口比", "number", 4),
    "fgt1": columns.Column("FGT1 差距", "number", 5),
    "fgt2": columns.Column("FGT2 平方差距", "number", 6),
    "gini": columns.Column("基尼系数", "number", 3),
}


def of_group(name: str, grp: str) -> str:
    """An indicator of a group as `told` names it."""
    return f"{name}|{grp}" if grp else name


def row_of(by_year: pd.DataFrame, grp: str, year: int) -> Any | None:
    """The row of ``income/by_year`` of a group and year; None where there is none or it was not reported."""
    found = by_year[(by_year["grp"] == grp) & (by_year["period"] == str(year))]
    row = next(found.itertuples(), None)
    return None if row is None or text.is_missing(row.per_capita_yuan) else row


def headline(place: Region, year: int, who: str, now: Any | None, units: pd.DataFrame, small: float) -> str:
    """The page's sentence: level, growth, and the regions below that fell.

    ``units`` are rows of ``income/units_by_year``; ``who`` is the group in words, '' for all. A region with fewer than
    ``small`` households is counted but not named.
    """
    if now is None:
        return f"{year}年{place.name}{who}没有填报收入"
    level = f"{year}年{place.name}{who}人均纯收入 {now.per_capita_yuan:,.0f} 元"
    growth = "" if text.is_missing(now.growth_pct) else f"，比上年{_moved(now.growth_pct)}"
    fell = _fallen(units, str(year), small, place.parts)
    return f"{level}{growth}；{fell}" if fell else f"{level}{growth}"


def detail(place: Region, year: int, now: Any | None, poverty: Any | None, units: pd.DataFrame, small: float) -> str:
    """The line below it: households that fell, households below the line; in a good year, the worst fall of others."""
    parts = []
    if now is not None and now.comparable:
        parts.append(f"收入低于上年 {now.falling:,.0f} 户，占可比 {now.comparable:,.0f} 户的 {now.falling_pct:.1f}%")
    if poverty is not None and poverty.households:
        parts.append(
            f"全部农户中低于 {poverty.line_yuan:,.0f} 元标准线 {poverty.below:,.0f} 户，"
            f"占 {poverty.households:,.0f} 户的 {poverty.below_pct:.2f}%"
        )
    solid = units[units["households"] >= small]
    if not _fallen(solid, str(year), small, place.parts) and (solid["growth_pct"] < 0).any():
        period = solid.loc[solid["growth_pct"].idxmin(), "period"]
        if worst := _fallen(solid, period, small, place.parts):
            parts.append(f"历年跌幅最大：{period}年{worst}")
    return "；".join(parts) + ("。" if parts else "")


def levels_figure(by_year: pd.DataFrame, year: int):
    """Per-capita income by year, a line a group; the year looked at is marked."""
    return time_charts.lines(_periods(by_year), _by_group(by_year, "per_capita_yuan"), "元", decimals=0, at=str(year))


def levels_title(by_year: pd.DataFrame, year: int) -> str:
    """How near the monitored households come to all, this year and the year before."""
    now, before = (_ratio(by_year, one) for one in (year, year - 1))
    if now is None:
        return "各组人均纯收入"
    earlier = "" if before is None else f"（上年 {before:.1f}%）"
    return f"{year}年监测对象人均纯收入为全部农户的 {now:.1f}%{earlier}"


def growth_figure(by_year: pd.DataFrame, benchmark_pct: float | None, year: int):
    """Growth on the year before, a line a group; ``benchmark_pct`` is the growth to be beaten, where filled in."""
    known = by_year[by_year["period"] > min(_periods(by_year))]
    label = "" if benchmark_pct is None else f"全省 {benchmark_pct:g}%"
    growth = _by_group(known, "growth_pct")
    return time_charts.lines(_periods(known), growth, "%", goal=benchmark_pct, goal_label=label, at=str(year))


def growth_title(by_year: pd.DataFrame, year: int) -> str:
    """Whether the households lifted out of poverty grow faster than all."""
    everyone, escaped = (row_of(by_year, grp, year) for grp in ("", "脱贫户"))
    if everyone is None or escaped is None or text.is_missing(escaped.growth_pct):
        return "各组比上年增长"
    gap = escaped.growth_pct - everyone.growth_pct
    side = "高于" if gap >= 0 else "低于"
    return f"{year}年脱贫户比上年{_moved(escaped.growth_pct)}，增速{side}全部农户 {abs(gap):.1f} 个百分点"


def components_figure(components: pd.DataFrame):
    """Income per person by component, cost below nothing; rows of ``income/components``."""
    parts = {name: components[column] for name, column in _COMPONENTS.items()}
    return charts.stacked(components["income_year"], parts, "元", decimals=0)


def components_title(year: int, now: Any | None) -> str:
    """How far incomes rest on work and business, and how far on transfers."""
    if now is None or text.is_missing(now.wage_business_pct):
        return "人均收入由哪些部分组成"
    return f"{year}年工资和生产经营收入占四项收入的 {now.wage_business_pct:.1f}%，转移性收入占 {now.transfer_pct:.1f}%"


def spread_figure(by_year: pd.DataFrame, grp: str):
    """Quantiles of household incomes by year."""
    rows = by_year[by_year["grp"] == grp]
    return time_charts.spread(
        rows["period"],
        (rows["p10_yuan"], rows["p90_yuan"]),
        (rows["p25_yuan"], rows["p75_yuan"]),
        rows["p50_yuan"],
        ("中间 80% 的户", "中间 50% 的户", "中位数"),
        "元",
    )


def spread_title(year: int, now: Any | None) -> str:
    """Between which incomes most households lie."""
    if now is None:
        return "户间差距"
    return f"{year}年中间 80% 的户在 {now.p10_yuan:,.0f}～{now.p90_yuan:,.0f} 元，中位数 {now.p50_yuan:,.0f} 元"


def distribution_figure(classes: pd.DataFrame, line_yuan: float | None):
    """Households by class of income against the line; rows of ``income/distribution``."""
    return charts.histogram(
        classes["lower_yuan"],
        classes["households"],
        classes["width_yuan"].max(),
        "元/人·年",
        line=line_yuan,
        line_label="" if line_yuan is None else f"标准线 {line_yuan:,.0f} 元",
    )


def distribution_title(year: int, poverty: Any | None, classes: pd.DataFrame) -> str:
    """How many households lie below the line."""
    if poverty is None or not poverty.households:
        return f"{year}年 {classes['households'].sum():,} 户的收入分布"
    return f"{year}年 {poverty.below:,.0f} 户低于 {poverty.line_yuan:,.0f} 元标准线，占 {poverty.below_pct:.2f}%"


def falling_figure(by_year: pd.DataFrame, year: int):
    """Share of households below their income of the year before, a line a group."""
    known = by_year[by_year["period"] > min(_periods(by_year))]
    return time_charts.lines(_periods(known), _by_group(known, "falling_pct"), "%", from_zero=True, at=str(year))


def falling_title(year: int, now: Any | None, who: str) -> str:
    """How many households fell."""
    if now is None or not now.comparable:
        return f"{year}年没有上年收入可比"
    return f"{year}年{who} {now.falling:,.0f} 户收入低于上年，占可比 {now.comparable:,.0f} 户的 {now.falling_pct:.1f}%"


def panels_figure(units: pd.DataFrame, by_year: pd.DataFrame, grp: str, place: Region):
    """One small line chart a region on one scale, the place behind each."""
    panels = {name: rows["per_capita_yuan"].tolist() for name, rows in _named(units).groupby("panel", sort=False)}
    reference = by_year[by_year["grp"] == grp]["per_capita_yuan"]
    return time_charts.small_multiples(
        _periods(units),
        panels,
        "元",
        reference=reference,
        reference_name=place.name,
        per_row=6 if len(panels) > 4 else 4,
        panel_height=180,
    )


def panels_title(units: pd.DataFrame, year: int, small: float) -> str:
    """The highest and the lowest region of the year, and how far they are apart."""
    now = units[(units["period"] == str(year)) & units["per_capita_yuan"].notna()]
    if now.empty:
        return f"{year}年没有填报收入"
    now = now[now["households"] >= small]
    if now.empty:
        return f"逐年走势（户数均不足 {small:g} 户，仅供参考）"
    low, high = (now.loc[spot] for spot in (now["per_capita_yuan"].idxmin(), now["per_capita_yuan"].idxmax()))
    gap = high["per_capita_yuan"] - low["per_capita_yuan"]
    return f"{year}年{low['region_name']}最低、{high['region_name']}最高，相差 {gap:,.0f} 元"


def drill_labels(units: pd.DataFrame) -> dict[str, str]:
    """Code → name and growth, for the buttons that lead one level down."""
    return {
        row.region_code: row.region_name
        if text.is_missing(row.growth_pct)
        else f"{row.region_name} {_moved(row.growth_pct)}"
        for row in units.itertuples()
    }


def lists(limits: Mapping[str, float | None]) -> dict[str, str]:
    """The household lists that can be made: below the line only where a line is in force."""
    return {
        words: kind
        for words, kind in LISTS.items()
        if not (kind == "below" and limits.get("income_line_yuan") is None)
        and not (kind == "dropped" and limits.get("income_sharp_drop_pct") is None)
    }


def list_words(listed: pd.DataFrame) -> str:
    """How many households there are, how many are not monitored, and whether the list was cut."""
    shown, total, unwatched = len(listed), listed["total"].iat[0], listed["unwatched"].iat[0]
    cut = f"显示前 {shown:,} 户 / 共 {total:,} 户，请选择乡镇、村缩小范围" if shown < total else f"共 {total:,} 户"
    return f"{cut}；其中 {unwatched:,} 户不在监测中"


def _periods(rows: pd.DataFrame) -> list[str]:
    return sorted(rows["period"].unique().tolist())


def _by_group(by_year: pd.DataFrame, column: str) -> dict[str, list[float]]:
    return {words: by_year[by_year["grp"] == grp][column].tolist() for words, grp in GROUPS.items()}


def _named(units: pd.DataFrame) -> pd.DataFrame:
    """Panels by name, and by name and code where two regions are called the same."""
    several = units.groupby("region_name")["region_code"].transform("nunique") > 1
    return units.assign(panel=units["region_name"].where(~several, units["region_name"] + units["region_code"]))


def _ratio(by_year: pd.DataFrame, year: int) -> float | None:
    everyone, monitored = (row_of(by_year, grp, year) for grp in ("", "监测对象"))
    if everyone is None or monitored is None or everyone.per_capita_yuan <= 0:
        return None
    return 100 * monitored.per_capita_yuan / everyone.per_capita_yuan


def _fallen(units: pd.DataFrame, period: str, small: float, kind: str) -> str:
    """The regions, 乡镇 or 村, whose income fell in the year, the hardest hit first; '' for none."""
    fell = units[(units["period"] == period) & (units["growth_pct"].round(1) < 0)]
    if fell.empty:
        return ""
    solid = fell[fell["households"] >= small].sort_values("growth_pct", kind="stable")
    if solid.empty:
        return f"{len(fell)} 个{kind}收入下降（均不足 {small:g} 户）"
    named = "、".join(f"{row.region_name}{_moved(row.growth_pct)}" for row in solid.head(3).itertuples())
    return f"{named}等 {len(fell)} 个{kind}下降" if len(fell) > min(len(solid), 3) else named


def _moved(pct: float) -> str:
    return "持平" if round(pct, 1) == 0 else f"{'增长' if pct > 0 else '下降'} {abs(pct):.1f}%"
