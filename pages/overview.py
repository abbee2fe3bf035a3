"""总览：领导一屏，十二个关键指标、各单位记分牌、比上一版本变差的事项和分村地图。"""

import streamlit as st

from dashboard.display import lights
from dashboard.presenters import overview
from dashboard.serving import addresses, cached, indicator_values, sources
from dashboard.web import blocks, frame, maps, widgets

view = frame.begin("overview")
limits = cached.limits()
line = limits.get("income_line_yuan")
below_line = {f"income_below_line_pct|{line:g}": "income_trends"} if line else {}
pages = {
    "monitored_active": "monitoring_coverage",
    "visit_coverage_pct": "monitoring_coverage",
    "visit_overdue": "monitoring_coverage",
    "support_coverage_pct": "monitoring_coverage",
    "guarantee_ok_pct|全部": "monitoring_coverage",
    "income_per_capita_yuan": "income_trends",
    "income_falling_pct": "income_trends",
    **below_line,
    "collective_attained_pct": "collective_economy",
    "checklist_done_pct": "assessment_checklist",
    "rectification_done_pct": "rectification",
    "rectification_overdue": "rectification",
}
# The checklist ledger names no townships or villages.
below_county = tuple(name for name in pages if name != "checklist_done_pct")
facts = indicator_values.current(view, list(pages))
ids = [fact.definition.id for fact in facts.values()]


def summary() -> None:
    """The finding, what got worse and the cards."""
    lit = [fact.light for fact in facts.values() if fact.light in lights.WORDS]
    counts = "、".join(f"{lit.count(light)} 项{word}" for light, word in lights.WORDS.items() if light in lit)

    widgets.finding(f"{view.place.name} {len(lit)} 项有目标的关键指标中，{counts}")
    st.html(overview.worse_html(view, overview.worse(view, tuple(pages))[:4]))
    widgets.cards([fact.card(addresses.address(pages[name], view.trail)) for name, fact in facts.items()])


def board() -> None:
    """Units × indicators."""
    widgets.section("各单位记分牌", "点击名称下钻；底色为本列最差")
    st.html(overview.board_html(view, below_county))


blocks.block("overview_summary", summary, view)

left, right = st.columns([8, 5])
with left, st.container(border=True, gap="xsmall", height="stretch", key="overview_board"):
    blocks.block("overview_board", board, view)
with right, st.container(border=True, gap="xsmall", height="stretch", key="overview_map_frame"):
    name = st.selectbox(
        "地图指标",
        below_county,
        index=below_county.index("visit_coverage_pct"),
        format_func=lambda one: indicator_values.definition_of(one).name,
        key="overview_map_of",
        bind="query-params",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
    )
    maps.choropleth(
        lambda: overview.indicator_map(name, facts[name], view),
        view,
        key="overview_map",
        height=242,
        alt=f"各村{facts[name].definition.name}",
        chosen=name,
    )
numbers, shown = cached.once("overview_table", lambda: overview.table(view, tuple(pages)), view)
left, right = st.columns([1, 2], vertical_alignment="center")
with left:
    widgets.export_buttons(numbers, f"总览_{view.place.name}", shown, sources.notes(ids, view), key="overview")
with right:
    widgets.legend(lights.meaning(limits))
    widgets.source(sources.line(ids, view))
