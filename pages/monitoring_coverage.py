"""监测覆盖：监测对象有多少、走访到没有、帮扶了没有，一直查到户。"""

import streamlit as st

from dashboard.display import lights
from dashboard.presenters import monitoring_coverage, small_numbers
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, filters, frame, maps, widgets

view = frame.begin("monitoring_coverage")
values = indicator_values.current(view, monitoring_coverage.CARDS)
active = values["monitored_active"].now.value
if active is None:
    widgets.empty("没有监测对象数据", "请在“台账导入”页面导入《监测对象台账》，导入后本页自动显示。")
    st.stop()

limits = cached.limits()
small = limits["small_number_households"]
month = monitoring_coverage.visit_month(view, values)
place, units = view.place, month.units


def summary() -> None:
    """The headline, the cards and who lags month by month."""
    overdue = values["visit_overdue"].now.value
    widgets.finding(
        monitoring_coverage.headline(place, month.words, month.visits, units, small),
        monitoring_coverage.detail(place, month.words, month.visits, overdue, units, view.version.as_of),
    )
    widgets.cards([value.card() for value in values.values()])
    widgets.legend(lights.meaning(limits))
    if heat := monitoring_coverage.heat_chart(view, month, small):
        widgets.chart(heat)


def visits_by_month() -> None:
    """Visits of every month."""
    widgets.chart(monitoring_coverage.visits_chart(view, month, limits.get("visit_coverage_target_pct")))


def composition() -> None:
    """Who they are, what threatens them, what they lack."""
    widgets.two_by_two(monitoring_coverage.charts(view, step, active))


blocks.block("monitoring_summary", summary, view)

left, right = st.columns([5, 4])
with left:
    blocks.block("monitoring_by_month", visits_by_month, view)
with right, st.container(border=True, height="stretch", key="monitoring_map_frame"):
    villages = cached.rows("monitoring/overdue_by_village", view.params())
    title = cached.once("monitoring_map_title", lambda: monitoring_coverage.map_title(villages), view)
    widgets.section(title, "点击乡镇、村可下钻")
    maps.choropleth(lambda: monitoring_coverage.overdue_map(villages), view, key="monitoring_map", height=290)

if len(units):
    widgets.section(f"各{place.parts}", f"走访覆盖率低的在前；点击名称下钻；{small_numbers.caution(small)}")
    filters.drill(monitoring_coverage.drill_labels(units), key="monitoring_drill")
    widgets.table_with_export(
        lambda: monitoring_coverage.unit_rows(units, small),
        f"监测覆盖_{place.name}_{month.period}",
        monitoring_coverage.unit_columns(place),
        sources.notes(monitoring_coverage.INDICATORS, view, f"走访月份：{month.words}"),
        key="monitoring_units",
        drawn_for=(view,),
    )

widgets.section("监测对象名单", "姓名已隐去；最久没有走访的在前")
kept = widgets.segments("名单", list(monitoring_coverage.LISTS), key="monitoring_list")
limit = monitoring_coverage.LIST_LIMIT
households = cached.rows("monitoring/households", view.params(kind=monitoring_coverage.LISTS[kept], limit=limit))
if households.empty:
    widgets.empty(f"{place.name}没有“{kept}”的监测对象", "可选择其他名单，或在上方更换乡镇、村。")
else:
    cut = monitoring_coverage.shown_of(households)
    widgets.source(f"{place.name} · {kept} · {cut}")
    widgets.table_with_export(
        households,
        f"监测对象_{place.name}_{kept}",
        monitoring_coverage.HOUSEHOLD_COLUMNS,
        sources.notes(["visit_overdue", "support_none"], view, f"名单：{kept}，{cut}"),
        key="monitoring_households",
        drawn_for=(view, kept),
    )

widgets.section("构成与变化")
step = widgets.segments("识别与消除", list(monitoring_coverage.STEPS), key="monitoring_step")
blocks.block("monitoring_composition", composition, view, step)

gaps = cached.rows("monitoring/guarantee_gaps", view.params(limit=limit))
if len(gaps):
    cut = monitoring_coverage.shown_of(gaps)
    widgets.section("“三保障”或饮水有缺口的农户", cut)
    notes, name = sources.notes(["guarantee_ok_pct"], view, cut), f"保障缺口_{place.name}"
    columns = monitoring_coverage.GAP_COLUMNS
    widgets.table_with_export(gaps, name, columns, notes, key="monitoring_gaps", drawn_for=(view,))
widgets.source(sources.line(monitoring_coverage.ALL_INDICATORS, view))
