"""Income trends (收入趋势): level and growth, who fell, who is below the line, how incomes are spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import cards, columns, time_charts
from dashboard.display import charts as draw
from dashboard.display.cards import ChartCard
from dashboard.display.columns import Column
from dashboard.presenters import small_numbers
from dashboard.serving import cached, indicator_values, sources
from dashboard.serving.regions import Region
from dashboard.serving.view import View

_LEVELS = ("income_per_capita_yuan", "income_growth_pct", "income_per_capita_p50_yuan", "income_falling_pct")
_PARTS = ("income_wage_business_share_pct", "income_transfer_share_pct")
_BELOW_LINE = "income_below_line_pct"
_SPREAD = ("income_per_capita_p10_yuan", "income_per_capita_p50_yuan", "income_per_capita_p90_yuan")

# Indicators that each table is made of.
LINE_INDICATORS = (_BELOW_LINE, "poverty_fgt0", "poverty_fgt1", "poverty_fgt2", "income_gini")
UNIT_INDICATORS = (*_LEVELS, *LINE_INDICATORS, _PARTS[1])
LIST_INDICATORS = ("income_falling_pct", _BELOW_LINE)
INDICATORS = (*_LEVELS, *_PARTS, *LINE_INDICATORS)

# Rows a household list shows at most.
LIST_LIMIT = 500

# The groups of the long table, by the text on screen.
GROUPS = {"全部农户": "", "脱贫户": "脱贫户", "监测对象": "监测对象"}

# How the household list can be narrowed: the text on screen and the query's word.
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


@dataclass(frozen=True)
class IncomeYear:
    """Incomes of one group in the year looked at, and in all years.

    by_year, units_by_year, poverty: rows of the queries ``income/…`` of these names.
    now: the group's row of ``by_year`` in the year; None where it reported nothing.
    below: the row of ``poverty`` in the year for the line in force, of all households; None where there is none.
    """

    who: str
    group: str
    by_year: pd.DataFrame
    units_by_year: pd.DataFrame
    poverty: pd.DataFrame
    now: Any | None
    below: Any | None


def params(view: View, who: str, limits: Mapping[str, float | None]) -> dict[str, Any]:
    """Values for the page's queries; ``who`` is one of `GROUPS`."""
    line = limits.get("income_line_yuan")
    return view.params(
        grp=GROUPS[who],
        line=f"{line:g}" if line else "",
        line_yuan=line,
        drop_pct=limits.get("income_sharp_drop_pct"),
        limit=LIST_LIMIT,
    )


def income_year(view: View, who: str, limits: Mapping[str, float | None]) -> IncomeYear:
    """Incomes of the group ``who`` in the place and year looked at."""
    asked, group, line = params(view, who, limits), GROUPS[who], limits.get("income_line_yuan")
    by_year, poverty = cached.rows("income/by_year", asked), cached.rows("income/poverty", asked)
    judged = poverty[(poverty["period"] == str(view.year)) & (poverty["line_yuan"] == line)]
    return IncomeYear(
        who,
        group,
        by_year,
        cached.rows("income/units_by_year", asked),
        poverty,
        row_of(by_year, group, view.year),
        next(judged.itertuples(), None),
    )


def row_of(by_year: pd.DataFrame, grp: str, year: int) -> Any | None:
    """The row of ``income/by_year`` of a group and year; None where there is none or it was not reported."""
    matches = by_year[(by_year["grp"] == grp) & (by_year["period"] == str(year))]
    row = next(matches.itertuples(), None)
    return None if row is None or text.is_missing(row.per_capita_yuan) else row


def headline(place: Region, year: int, who: str, now: Any | None, units: pd.DataFrame, small: float) -> str:
    """The page's sentence: level, growth, and the regions below that fell.

    ``units`` are rows of ``income/units_by_year``; ``who`` is the group as text, '' for all. A region with fewer than
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


def indicator_cards(view: View, group: str, limits: Mapping[str, float | None]) -> list[cards.Card]:
    """The cards of the group's indicators, and of the households below the line in force."""
    line = limits.get("income_line_yuan")
    names = [f"{name}|{group}" if group else name for name in (*_LEVELS, _PARTS[0])]
    names += [f"{_BELOW_LINE}|{line:g}"] if line else []
    return [value.card() for value in indicator_values.current(view, names).values()]


def charts(view: View, incomes: IncomeYear, limits: Mapping[str, float | None]) -> list[ChartCard]:
    """Levels, growth, components and falling shares of the groups, year by year."""
    asked, year = params(view, incomes.who, limits), view.year
    return [
        ChartCard(
            "income_levels",
            _levels_title(incomes.by_year, year),
            _levels_chart(incomes.by_year, year),
            sources.line(_LEVELS[:1], view),
        ),
        ChartCard(
            "income_growth",
            _growth_title(incomes.by_year, year),
            _growth_chart(incomes.by_year, limits.get("income_growth_benchmark_pct"), year),
            sources.line(["income_growth_pct"], view),
        ),
        ChartCard(
            "income_components",
            _components_title(year, incomes.now),
            _components_chart(cached.rows("income/components", asked)),
            f"{incomes.who}，人均；支出画在零线以下。" + sources.line(_PARTS, view),
        ),
        ChartCard(
            "income_falling",
            _falling_title(year, incomes.now, incomes.who),
            _falling_chart(incomes.by_year, year),
            sources.line(["income_falling_pct"], view),
        ),
    ]


def panels(view: View, incomes: IncomeYear, small: float) -> ChartCard | None:
    """A small chart for each region below the place; None where there are none."""
    if incomes.units_by_year.empty:
        return None
    return ChartCard(
        "income_panels",
        panels_title(incomes.units_by_year, view.year, small),
        _panels_chart(incomes.units_by_year, incomes.by_year, incomes.group, view.place),
        f"{incomes.who}人均纯收入（元），各图同一刻度，灰线为{view.place.name}。" + sources.line(_LEVELS[:1], view),
    )


def spread_charts(view: View, incomes: IncomeYear, limits: Mapping[str, float | None]) -> list[ChartCard]:
    """How incomes are spread: households by class of income, and quantiles by year."""
    classes = cached.rows("income/distribution", params(view, incomes.who, limits))
    return [
        ChartCard(
            "income_distribution",
            _distribution_title(view.year, incomes.below, classes),
            _distribution_chart(classes, limits.get("income_line_yuan")),
            "全部农户；最右一档含更高收入；等于标准线的不算低于。" + sources.line([_BELOW_LINE], view),
        ),
        ChartCard(
            "income_spread",
            _spread_title(view.year, incomes.now),
            _spread_chart(incomes.by_year, incomes.group),
            f"{incomes.who}，按户人均纯收入排序。" + sources.line(_SPREAD, view),
        ),
    ]


def unit_rows(units: pd.DataFrame, small: float) -> pd.DataFrame:
    """The regions below, marked where few households reported an income."""
    return units.assign(region_name=small_numbers.marked(units, "households", small))


def unit_columns(place: Region) -> dict[str, Column]:
    """The columns of `unit_rows`."""
    return {"region_name": columns.text(place.parts, pinned=True), **UNIT_COLUMNS}


def list_note(limits: Mapping[str, float | None]) -> str:
    """The line above the household list: names are hidden, and which fall counts as sharp."""
    drop = limits.get("income_sharp_drop_pct")
    return f"姓名已隐去；骤减指比上年下降 {drop:g}% 以上" if drop else "姓名已隐去"


def _levels_chart(by_year: pd.DataFrame, year: int):
    """Per-capita income by year, a line a group; the year looked at is marked."""
    return time_charts.lines(_periods(by_year), _by_group(by_year, "per_capita_yuan"), "元", decimals=0, at=str(year))


def _levels_title(by_year: pd.DataFrame, year: int) -> str:
    """How near the monitored households come to all, this year and the year before."""
    now, before = (_ratio(by_year, each) for each in (year, year - 1))
    if now is None:
        return "各组人均纯收入"
    earlier = "" if before is None else f"（上年 {before:.1f}%）"
    return f"{year}年监测对象人均纯收入为全部农户的 {now:.1f}%{earlier}"


def _growth_chart(by_year: pd.DataFrame, benchmark_pct: float | None, year: int):
    """Growth on the year before, a line a group; ``benchmark_pct`` is the growth to be beaten, where filled in."""
    later = by_year[by_year["period"] > min(_periods(by_year))]
    label = "" if benchmark_pct is None else f"全省 {benchmark_pct:g}%"
    growth = _by_group(later, "growth_pct")
    return time_charts.lines(_periods(later), growth, "%", goal=benchmark_pct, goal_label=label, at=str(year))


def _growth_title(by_year: pd.DataFrame, year: int) -> str:
    """Whether the households lifted out of poverty grow faster than all."""
    everyone, escaped = (row_of(by_year, grp, year) for grp in ("", "脱贫户"))
    if everyone is None or escaped is None or text.is_missing(escaped.growth_pct):
        return "各组比上年增长"
    gap = escaped.growth_pct - everyone.growth_pct
    side = "高于" if gap >= 0 else "低于"
    return f"{year}年脱贫户比上年{_moved(escaped.growth_pct)}，增速{side}全部农户 {abs(gap):.1f} 个百分点"


def _components_chart(components: pd.DataFrame):
    """Income per person by component, cost below nothing; rows of ``income/components``."""
    parts = {name: components[column] for name, column in _COMPONENTS.items()}
    return draw.stacked(components["income_year"], parts, "元", decimals=0)


def _components_title(year: int, now: Any | None) -> str:
    """How far incomes rest on work and business, and how far on transfers."""
    if now is None or text.is_missing(now.wage_business_pct):
        return "人均收入由哪些部分组成"
    return f"{year}年工资和生产经营收入占四项收入的 {now.wage_business_pct:.1f}%，转移性收入占 {now.transfer_pct:.1f}%"


def _spread_chart(by_year: pd.DataFrame, grp: str):
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


def _spread_title(year: int, now: Any | None) -> str:
    """Between which incomes most households lie."""
    if now is None:
        return "户间差距"
    return f"{year}年中间 80% 的户在 {now.p10_yuan:,.0f}～{now.p90_yuan:,.0f} 元，中位数 {now.p50_yuan:,.0f} 元"


def _distribution_chart(classes: pd.DataFrame, line_yuan: float | None):
    """Households by class of income against the line; rows of ``income/distribution``."""
    return draw.histogram(
        classes["lower_yuan"],
        classes["households"],
        classes["width_yuan"].max(),
        "元/人·年",
        line=line_yuan,
        line_label="" if line_yuan is None else f"标准线 {line_yuan:,.0f} 元",
    )


def _distribution_title(year: int, poverty: Any | None, classes: pd.DataFrame) -> str:
    """How many households lie below the line."""
    if poverty is None or not poverty.households:
        return f"{year}年 {classes['households'].sum():,} 户的收入分布"
    return f"{year}年 {poverty.below:,.0f} 户低于 {poverty.line_yuan:,.0f} 元标准线，占 {poverty.below_pct:.2f}%"


def _falling_chart(by_year: pd.DataFrame, year: int):
    """Share of households below their income of the year before, a line a group."""
    later = by_year[by_year["period"] > min(_periods(by_year))]
    return time_charts.lines(_periods(later), _by_group(later, "falling_pct"), "%", from_zero=True, at=str(year))


def _falling_title(year: int, now: Any | None, who: str) -> str:
    """How many households fell."""
    if now is None or not now.comparable:
        return f"{year}年没有上年收入可比"
    return f"{year}年{who} {now.falling:,.0f} 户收入低于上年，占可比 {now.comparable:,.0f} 户的 {now.falling_pct:.1f}%"


def _panels_chart(units: pd.DataFrame, by_year: pd.DataFrame, grp: str, place: Region):
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
