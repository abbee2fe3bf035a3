"""Monitoring coverage (监测覆盖): who lags in visits and since when, who is overdue, risks, what is lacking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import charts as draw
from dashboard.display import columns, palette, time_charts
from dashboard.display.cards import ChartCard
from dashboard.display.columns import Column
from dashboard.display.map_bands import Band, bands
from dashboard.presenters import small_numbers
from dashboard.serving import cached, sources
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.regions import Region
from dashboard.serving.view import View

CARDS = (
    "monitored_active",
    "visit_coverage_pct",
    "visit_onsite_pct",
    "visit_overdue",
    "support_coverage_pct",
    "support_none",
)
INDICATORS = (*CARDS, "monitored_ever", "monitored_eliminated", "risk_eliminated_pct")
ALL_INDICATORS = (*INDICATORS, "risk_active", "guarantee_ok_pct")

# Rows a household list shows at most.
LIST_LIMIT = 500

# How the household list can be narrowed: the text on screen and the query's word.
LISTS = {
    "逾期未走访": "overdue",
    "从未走访": "never",
    "无帮扶措施": "without_measure",
    "措施未落实": "undelivered",
    "全部监测中": "active",
    "风险已消除": "eliminated",
}
# The periods of the chart of identified and eliminated households, and the query's word.
STEPS = {"按年": "year", "按月": "month"}

UNIT_COLUMNS = {
    "active": columns.count("在监测（户）"),
    "due": columns.count("应走访（户）"),
    "visited": columns.count("已走访（户）"),
    "coverage_pct": columns.percent("走访覆盖率"),
    "onsite_pct": columns.percent("入户率"),
    "months_below": columns.count("连续偏低（月）"),
    "overdue": columns.count("逾期未走访（户）"),
    "support_pct": columns.percent("措施覆盖率"),
    "without_measure": columns.count("无措施（户）"),
    "ever": columns.count("累计（户）"),
    "eliminated_pct": columns.percent("消除率"),
    "region_code": columns.text("代码"),
}

_WHO = {
    "township_name": columns.text("乡镇"),
    "village_name": columns.text("行政村"),
    "household_id": columns.text("户编号"),
    "head_name": columns.text("户主姓名"),
}

HOUSEHOLD_COLUMNS = _WHO | {
    "monitor_category": columns.text("监测对象类别"),
    "risks": columns.text("致贫返贫风险"),
    "identified_on": columns.day("识别时间"),
    "visit_state": columns.text("走访状态"),
    "last_visited_on": columns.day("最近走访"),
    "days_unvisited": columns.count("距今（天）"),
    "measure_count": columns.count("措施（项）"),
    "delivered_count": columns.count("已落实（项）"),
    "watch": columns.text("监测状态"),
    "eliminated_on": columns.day("风险消除时间"),
}

GAP_COLUMNS = _WHO | {
    "household_type": columns.text("户类型"),
    "watch": columns.text("监测状态"),
    "lacking": columns.text("缺口"),
}

# Few households a village: classes that double tell one from several.
OVERDUE_BANDS: tuple[Band, ...] = bands(
    (0, 1, 2, 4),
    ("没有", "1 户", "2～3 户", "4 户以上"),
    (palette.SEQUENTIAL[0], "#f0c9a4", "#dc8f4e", palette.RED),
)


@dataclass(frozen=True)
class Heat:
    """Rows × months of visit coverage for `charts.heat_map`; the worst row of the last month on top."""

    names: list[str]
    periods: list[str]
    values: list[list[float | None]]
    notes: list[list[str]]


@dataclass(frozen=True)
class VisitMonth:
    """Visits of the month shown.

    period: such as 2025-12; '' where there are no visits.
    words: the month as text (`month_words`).
    by_month: rows of ``monitoring/visits_by_month``.
    visits: the month's row of ``by_month``; None where there is none.
    units: rows of ``monitoring/units``, the regions below the place.
    """

    period: str
    words: str
    by_month: pd.DataFrame
    visits: Any | None
    units: pd.DataFrame


def visit_month(view: View, values: Mapping[str, IndicatorValue]) -> VisitMonth:
    """Visits of the month in which coverage was last reported."""
    period = values["visit_coverage_pct"].period
    by_month = cached.rows("monitoring/visits_by_month", view.params())
    visits = cached.once(
        "monitoring_visits", lambda: next(by_month[by_month["period"] == period].itertuples(), None), view
    )
    units = cached.rows("monitoring/units", view.params(month=period))
    return VisitMonth(period, month_words(period, view.version.as_of), by_month, visits, units)


def month_words(month: str, as_of: date) -> str:
    """A month as text: 2025年12月, with the as-of day where that is not its last; '' for no month."""
    if not month:
        return ""
    words = f"{month[:4]}年{int(month[5:7])}月"
    is_over = (as_of + timedelta(days=1)).month != as_of.month
    return words if month != f"{as_of:%Y-%m}" or is_over else f"{words}（截至{as_of.day}日）"


def headline(place: Region, month: str, visits: Any, units: pd.DataFrame, small: float) -> str:
    """The page's sentence: the region that lags, or how many of the due households were visited.

    ``month`` is text. ``visits`` has due, visited, coverage_pct of the place in it; ``units`` are the rows of
    ``monitoring/units``. A region with fewer than ``small`` households due is not named by its share.
    """
    if visits is None:
        return f"{place.name}还没有走访记录"
    if text.is_missing(visits.coverage_pct):
        return f"{place.name}{month}没有应走访的监测对象"
    worst = laggard(visits.coverage_pct, units, small)
    if worst is not None:
        since = f"，已连续 {worst.months_below} 个月低于{_whole(place)}" if worst.months_below > 1 else ""
        return (
            f"{worst.region_name}{month}走访覆盖率 {worst.coverage_pct:.1f}%"
            f"（{worst.visited:,.0f} / {worst.due:,.0f} 户），各{place.parts}最低{since}"
        )
    if visits.visited == visits.due:
        return f"{place.name}{month}应走访的 {visits.due:,.0f} 户监测对象全部走访到位"
    return (
        f"{place.name}{month}应走访 {visits.due:,.0f} 户，已走访 {visits.visited:,.0f} 户，"
        f"还有 {visits.due - visits.visited:,.0f} 户没有走访"
    )


def laggard(whole_pct: float, units: pd.DataFrame, small: float) -> Any | None:
    """The row of the least visited region, if it lies below the place as a whole and has households enough."""
    solid = units[(units["due"] >= small) & (units["coverage_pct"] < whole_pct)] if len(units) else units
    return None if solid.empty else next(solid.sort_values("coverage_pct", kind="stable").itertuples())


def detail(place: Region, month: str, visits: Any, overdue: float | None, units: pd.DataFrame, as_of: date) -> str:
    """The line below it: the place as a whole, who is overdue on the as-of day and where they are."""
    if visits is None or text.is_missing(overdue):
        return "请在“台账导入”页面导入《走访台账》，导入后显示走访覆盖和逾期未走访户。"
    coverage = (
        ""
        if text.is_missing(visits.coverage_pct)
        else f"{place.name}{month}覆盖率 {visits.coverage_pct:.1f}%（{visits.visited:,.0f} / {visits.due:,.0f} 户）；"
    )
    worst = units[units["overdue"] > 0].nlargest(3, "overdue") if len(units) else units
    where = "、".join(f"{row.region_name} {row.overdue:,.0f} 户" for row in worst.itertuples())
    ending = f"，最多的是{where}" if where else ""
    return f"{coverage}截至 {as_of:%Y-%m-%d} 逾期未走访 {overdue:,.0f} 户{ending}。"


def heat_chart(view: View, month: VisitMonth, small: float) -> ChartCard | None:
    """Coverage of the regions below by month; None where there are no regions or no visits."""
    if month.units.empty or not month.period:
        return None
    heat = heat_of(cached.rows("monitoring/coverage_by_month", view.params()), month.units, small)
    return ChartCard(
        "monitoring_heat",
        heat_title(view.place, month.words, month.units),
        draw.heat_map(heat.names, heat.periods, heat.values, low=0, high=100, notes=heat.notes),
        f"走访覆盖率（%），括号内为{month.words}应走访户数，灰色为当月无应走访户；{small_numbers.caution(small)}。"
        + sources.line(["visit_coverage_pct"], view),
    )


def heat_of(grid: pd.DataFrame, units: pd.DataFrame, small: float) -> Heat:
    """Rows of ``monitoring/coverage_by_month`` as a field of cells, in the order of ``units``."""
    order = units["region_code"].tolist()
    periods = sorted(grid["period"].unique().tolist())
    by_cell = {(row.region_code, row.period): row for row in grid.itertuples()}
    cells = [[by_cell.get((code, period)) for period in periods] for code in order]
    return Heat(
        [
            f"{name}（{due:,.0f}户）"
            for name, due in zip(small_numbers.marked(units, "due", small), units["due"].fillna(0), strict=True)
        ],
        periods,
        [[None if cell is None else cell.coverage_pct for cell in line] for line in cells],
        [["" if cell is None else f"{cell.visited:,.0f} / {cell.due:,.0f} 户" for cell in line] for line in cells],
    )


def heat_title(place: Region, month: str, units: pd.DataFrame) -> str:
    """Which regions have been below the place as a whole for months, or that none has been."""
    behind = units[units["months_below"] > 2].sort_values("months_below", ascending=False, kind="stable")
    if behind.empty:
        none = units[(units["due"] > 0) & (units["visited"] == 0)]
        named = "、".join(f"{row.region_name}（{row.due:,.0f} 户）" for row in none.head(3).itertuples())
        if named:
            return f"{month}一户也没有走访的{place.parts}：{named}{f'等 {len(none)} 个' if len(none) > 3 else ''}"
        return f"{month}：没有{place.parts}连续 3 个月低于{_whole(place)}"
    named = "、".join(f"{row.region_name} {row.months_below} 个月" for row in behind.head(3).itertuples())
    more = f"等 {len(behind)} 个{place.parts}" if len(behind) > 3 else ""
    return f"连续低于{_whole(place)}的{place.parts}：{named}{more}"


def shown_of(listed: pd.DataFrame) -> str:
    """How many households there are, and how many of them the list shows where it was cut."""
    shown, total = len(listed), listed["total"].iat[0]
    return f"显示前 {shown:,} 户 / 共 {total:,} 户，请选择乡镇、村缩小范围" if shown < total else f"共 {total:,} 户"


def visits_chart(view: View, month: VisitMonth, target_pct: float | None) -> ChartCard:
    """Coverage and on-site share by month against the target."""
    by_month = month.by_month
    chart = time_charts.lines(
        by_month["period"],
        {"有走访": by_month["coverage_pct"], "其中入户": by_month["onsite_pct"]},
        "%",
        goal=target_pct,
        goal_label="" if target_pct is None else f"目标 {target_pct:g}%",
    )
    title = visits_title(month.words, month.visits)
    return ChartCard("monitoring_visits", title, chart, sources.line(["visit_coverage_pct", "visit_onsite_pct"], view))


def visits_title(month: str, visits: Any) -> str:
    """How many due households were visited in the month, and how many of these at home."""
    if visits is None:
        return "还没有走访记录"
    if not visits.due:
        return f"{month}没有应走访的监测对象"
    return (
        f"{month}应走访 {visits.due:,.0f} 户，走访 {visits.visited:,.0f} 户，其中入户 {visits.visited_onsite:,.0f} 户"
    )


def overdue_map(villages: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Band, ...]]:
    """The map of overdue households by village, and its bands."""
    return villages.assign(value=villages["overdue"], label=overdue_labels(villages)), OVERDUE_BANDS


def map_title(villages: pd.DataFrame) -> str:
    """How many overdue households there are in the place, in how many villages."""
    inside = villages[villages["is_inside"]]
    if inside["overdue"].isna().all():
        return "没有走访台账"
    late = inside[inside["overdue"] > 0]
    if late.empty:
        return "没有逾期未走访户"
    return f"逾期未走访 {late['overdue'].sum():,.0f} 户，分布在 {len(late)} 个村"


def overdue_labels(villages: pd.DataFrame) -> list[str]:
    """The map's texts on hover; rows of ``monitoring/overdue_by_village``."""
    return [
        text.MISSING if text.is_missing(overdue) else f"逾期 {overdue:,.0f} 户 / 监测中 {active:,.0f} 户"
        for overdue, active in zip(villages["overdue"], villages["active"], strict=True)
    ]


def drill_labels(units: pd.DataFrame) -> dict[str, str]:
    """Code → name and overdue households, for the buttons that lead one level down."""
    return {
        row.region_code: row.region_name if not row.overdue > 0 else f"{row.region_name} 逾期 {row.overdue:,.0f} 户"
        for row in units.itertuples()
    }


def unit_rows(units: pd.DataFrame, small: float) -> pd.DataFrame:
    """The regions below, marked where they have few households due."""
    return units.assign(region_name=small_numbers.marked(units, "due", small))


def unit_columns(place: Region) -> dict[str, Column]:
    """The columns of `unit_rows`."""
    return {"region_name": columns.text(place.parts, pinned=True), **UNIT_COLUMNS}


def charts(view: View, step: str, active: float) -> list[ChartCard]:
    """Who they are, how many come and go by ``step`` (`STEPS`), what threatens the ``active`` ones, what is lacking."""
    categories = cached.rows("monitoring/by_category", view.params())
    flow = cached.rows("monitoring/flow", view.params(step=STEPS[step]))
    risks = cached.rows("monitoring/risks", view.params())
    guarantees = cached.rows("monitoring/guarantees", view.params())
    return [
        ChartCard(
            "monitoring_categories",
            categories_title(categories),
            _categories_chart(categories),
            sources.line(["monitored_active", "monitored_eliminated"], view),
        ),
        ChartCard("monitoring_flow", flow_title(flow), _flow_chart(flow), sources.line(["monitored_identified"], view)),
        ChartCard(
            "monitoring_risks",
            risks_title(risks, active),
            draw.ranked_bars(risks["risk"], risks["households"], "户", decimals=0),
            "一户可有几种风险，分别计数。" + sources.line(["risk_active"], view),
        ),
        ChartCard(
            "monitoring_guarantees",
            guarantees_title(guarantees),
            _guarantees_chart(guarantees),
            guarantees_note(guarantees) + sources.line(["guarantee_ok_pct"], view),
        ),
    ]


def _categories_chart(categories: pd.DataFrame):
    """Active and eliminated households by category; rows of ``monitoring/by_category``."""
    parts = {"监测中": categories["active"], "风险已消除": categories["eliminated"]}
    names = categories["monitor_category"]
    return draw.stacked(names, parts, "户", decimals=0, horizontal=True, counted=True, height=230)


def categories_title(categories: pd.DataFrame) -> str:
    """The largest category under monitoring, and the share of all ever monitored whose risk is gone."""
    active, ever = categories["active"].sum(), categories["ever"].sum()
    if not ever:
        return "没有监测对象"
    gone = f"累计 {ever:,.0f} 户，已消除风险 {100 * (ever - active) / ever:.1f}%"
    if not active:
        return f"{gone}，现无在监测户"
    top = categories.loc[categories["active"].idxmax()]
    return f"{top['monitor_category']}最多，在监测 {top['active']:,.0f} 户（共 {active:,.0f} 户）；{gone}"


def _flow_chart(flow: pd.DataFrame):
    """Identified beside eliminated by period; rows of ``monitoring/flow``."""
    parts = {"新识别": flow["identified"], "风险消除": flow["eliminated"]}
    return draw.stacked(flow["period"], parts, "户", decimals=0, beside=True, height=230)


def flow_title(flow: pd.DataFrame) -> str:
    """The last period: identified, eliminated and the difference."""
    if flow.empty:
        return "没有识别记录"
    last = flow.iloc[-1]
    net = last["identified"] - last["eliminated"]
    words = f"净增 {net} 户" if net > 0 else f"净减 {-net} 户" if net < 0 else "增减相抵"
    period = f"{last['period']}年" if len(last["period"]) == 4 else f"{last['period'][:4]}年{int(last['period'][5:])}月"
    return f"{period}新识别 {last['identified']} 户，风险消除 {last['eliminated']} 户，{words}"


def risks_title(risks: pd.DataFrame, active: float) -> str:
    """The most frequent risk and its share of the households under monitoring."""
    if risks.empty:
        return "在监测户没有填写致贫返贫风险"
    top = risks.iloc[0]
    share = 100 * top["households"] / active
    return f"“{top['risk']}”最多：{top['households']:,.0f} 户，占在监测 {active:,.0f} 户的 {share:.1f}%"


def _guarantees_chart(guarantees: pd.DataFrame):
    """Households that lack each guarantee; rows of ``monitoring/guarantees``."""
    each = guarantees[guarantees["guarantee"] != "全部"]
    return draw.ranked_bars(each["guarantee"], each["lacking"], "户", decimals=0)


def guarantees_title(guarantees: pd.DataFrame) -> str:
    """The guarantee most households lack, or that none lacks any."""
    each = guarantees[guarantees["guarantee"] != "全部"]
    if not each["reporting"].sum():
        return "没有填报“三保障”和饮水安全情况"
    top = each.loc[each["lacking"].idxmax()]
    if not top["lacking"]:
        return "已填报的农户“三保障”和饮水安全均有保障"
    return f"{top['guarantee']}缺口最大：{top['lacking']:,.0f} 户（已填报 {top['reporting']:,.0f} 户）"


def guarantees_note(guarantees: pd.DataFrame) -> str:
    """Shares and what was not reported, for the line under the chart."""
    parts = [
        f"{row.guarantee} {row.ok_pct:.1f}%（未填报 {row.unreported:,.0f} 户）"
        for row in guarantees.itertuples()
        if not text.is_missing(row.ok_pct) and row.guarantee != "全部"
    ]
    whole = guarantees[guarantees["guarantee"] == "全部"]
    together = "".join(
        f"；四项均填报的 {row.reporting:,.0f} 户中 {row.ok_pct:.1f}% 全部达标"
        for row in whole.itertuples()
        if not text.is_missing(row.ok_pct)
    )
    return f"有保障的比例：{'、'.join(parts)}{together}。" if parts else ""


def _whole(place: Region) -> str:
    return {"county": "全县", "township": "全乡镇"}.get(place.level, place.name) + "平均"
