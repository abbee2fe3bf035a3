"""监测覆盖：监测对象有多少、走访到没有、帮扶了没有，一直查到户。"""

import streamlit as st

from dashboard.display import charts, columns, lights
from dashboard.presenters import monitoring_coverage
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, filters, frame, maps, widgets

CARDS = (
    "monitored_active",
    "visit_coverage_pct",
    "visit_onsite_pct",
    "visit_overdue",
    "support_coverage_pct",
    "support_none",
)
INDICATORS = [*CARDS, "monitored_ever", "monitored_eliminated", "risk_eliminated_pct"]

view = frame.begin("monitoring_coverage")
facts = indicator_values.current(view, CARDS)
if facts["monitored_active"].now.value is None:
    widgets.empty("没有监测对象数据", "请在“台账导入”页面导入《监测对象台账》，导入后本页自动显示。")
    st.stop()

limits = cached.limits()
small = limits["small_number_households"]
period = facts["visit_coverage_pct"].period
month = monitoring_coverage.month_words(period, view.version.as_of)
units = cached.rows("monitoring/units", view.params(month=period))
by_month = cached.rows("monitoring/visits_by_month", view.params())
visits = cached.once("monitoring_visits", lambda: next(by_month[by_month["period"] == period].itertuples(), None), view)


def summary() -> None:
    """The finding, the cards and who lags month by month."""
    widgets.finding(
        monitoring_coverage.headline(view.place, month, visits, units, small),
        monitoring_coverage.detail(
            view.place, month, visits, facts["visit_overdue"].now.value, units, view.version.as_of
        ),
    )
    widgets.cards([fact.card() for fact in facts.values()])
    widgets.legend(lights.meaning(limits))
    if len(units) and period:
        heat = monitoring_coverage.heat(cached.rows("monitoring/coverage_by_month", view.params()), units, small)
        widgets.chart(
            charts.heat_map(heat.names, heat.periods, heat.values, low=0, high=100, notes=heat.notes),
            monitoring_coverage.heat_title(view.place, month, units),
            f"走访覆盖率（%），括号内为{month}应走访户数，灰色为当月无应走访户；{monitoring_coverage.caution(small)}。"
            + sources.line(["visit_coverage_pct"], view),
            key="monitoring_heat",
        )


blocks.block("monitoring_summary", summary, view)

left, right = st.columns([5, 4])


def visits_by_month() -> None:
    """Visits of every month."""
    widgets.chart(
        monitoring_coverage.visits_figure(by_month, limits.get("visit_coverage_target_pct")),
        monitoring_coverage.visits_title(month, visits),
        sources.line(["visit_coverage_pct", "visit_onsite_pct"], view),
        key="monitoring_visits",
    )


with left:
    blocks.block("monitoring_by_month", visits_by_month, view)
with right, st.container(border=True, height="stretch", key="monitoring_map_frame"):
    villages = cached.rows("monitoring/overdue_by_village", view.params(county_code=view.trail[0].code))
    widgets.section(
        cached.once("monitoring_map_title", lambda: monitoring_coverage.map_title(villages), view), "点击乡镇、村可下钻"
    )
    maps.choropleth(lambda: monitoring_coverage.overdue_map(villages), view, key="monitoring_map", height=290)

if len(units):
    widgets.section(f"各{view.place.parts}", f"走访覆盖率低的在前；点击名称下钻；{monitoring_coverage.caution(small)}")
    filters.drill(view, monitoring_coverage.drill_labels(units), key="monitoring_drill")
    widgets.table_with_export(
        lambda: units.assign(region_name=monitoring_coverage.marked(units, "due", small)),
        f"监测覆盖_{view.place.name}_{period}",
        {"region_name": columns.text(view.place.parts, pinned=True), **monitoring_coverage.UNIT_COLUMNS},
        sources.notes(INDICATORS, view, f"走访月份：{month}"),
        key="monitoring_units",
        drawn_for=(view,),
    )

widgets.section("监测对象名单", "姓名已隐去；最久没有走访的在前")
chosen = widgets.segments("名单", list(monitoring_coverage.LISTS), key="monitoring_list")
listed = cached.rows(
    "monitoring/households", view.params(kind=monitoring_coverage.LISTS[chosen], limit=monitoring_coverage.LIST_LIMIT)
)
if listed.empty:
    widgets.empty(f"{view.place.name}没有“{chosen}”的监测对象", "可选择其他名单，或在上方更换乡镇、村。")
else:
    cut = monitoring_coverage.shown_of(listed)
    widgets.source(f"{view.place.name} · {chosen} · {cut}")
    notes = sources.notes(["visit_overdue", "support_none"], view, f"名单：{chosen}，{cut}")
    name = f"监测对象_{view.place.name}_{chosen}"
    widgets.table_with_export(
        listed,
        name,
        monitoring_coverage.HOUSEHOLD_COLUMNS,
        notes,
        key="monitoring_households",
        drawn_for=(view, chosen),
    )

widgets.section("构成与变化")
step = widgets.segments("识别与消除", ["按年", "按月"], key="monitoring_step")


def composition() -> None:
    """Who they are, what threatens them, what they lack."""
    slots = [*st.columns(2), *st.columns(2)]
    with slots[0]:
        categories = cached.rows("monitoring/by_category", view.params())
        widgets.chart(
            monitoring_coverage.categories_figure(categories),
            monitoring_coverage.categories_title(categories),
            sources.line(["monitored_active", "monitored_eliminated"], view),
            key="monitoring_categories",
        )
    with slots[1]:
        flow = cached.rows("monitoring/flow", view.params(step="year" if step == "按年" else "month"))
        widgets.chart(
            monitoring_coverage.flow_figure(flow),
            monitoring_coverage.flow_title(flow),
            sources.line(["monitored_identified"], view),
            key="monitoring_flow",
        )
    with slots[2]:
        risks = cached.rows("monitoring/risks", view.params())
        widgets.chart(
            charts.ranked_bars(risks["risk"], risks["households"], "户", decimals=0),
            monitoring_coverage.risks_title(risks, facts["monitored_active"].now.value),
            "一户可有几种风险，分别计数。" + sources.line(["risk_active"], view),
            key="monitoring_risks",
        )
    with slots[3]:
        guarantees = cached.rows("monitoring/guarantees", view.params())
        widgets.chart(
            monitoring_coverage.guarantees_figure(guarantees),
            monitoring_coverage.guarantees_title(guarantees),
            monitoring_coverage.guarantees_note(guarantees) + sources.line(["guarantee_ok_pct"], view),
            key="monitoring_guarantees",
        )


blocks.block("monitoring_composition", composition, view, step)

gaps = cached.rows("monitoring/guarantee_gaps", view.params(limit=monitoring_coverage.LIST_LIMIT))
if len(gaps):
    cut = monitoring_coverage.shown_of(gaps)
    widgets.section("“三保障”或饮水有缺口的农户", cut)
    notes, name = sources.notes(["guarantee_ok_pct"], view, cut), f"保障缺口_{view.place.name}"
    widgets.table_with_export(
        gaps, name, monitoring_coverage.GAP_COLUMNS, notes, key="monitoring_gaps", drawn_for=(view,)
    )
widgets.source(sources.line([*INDICATORS, "risk_active", "guarantee_ok_pct"], view))
