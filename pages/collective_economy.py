"""村集体经济：各村经营性收入完成目标的情况。"""

import streamlit as st

from dashboard.display import lights
from dashboard.presenters import collective_economy
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, frame, maps, widgets

INDICATORS = collective_economy.INDICATORS

view = frame.begin("collective_economy")
if view.year is None:
    widgets.empty("没有村集体经济数据", "请在“台账导入”页面导入《村集体经济收入台账》，导入后本页自动显示。")
    st.stop()
villages = cached.rows("village/attainment", view.params())
limits = cached.limits()


def summary() -> None:
    """The headline and the cards."""
    values = indicator_values.current(view, INDICATORS)
    widgets.finding(
        collective_economy.headline(view.place, view.year, values, limits), collective_economy.detail(villages)
    )
    widgets.cards([value.card() for value in values.values()])


def skyline() -> None:
    """Every village against the target."""
    widgets.chart(collective_economy.skyline(view, villages, limits))


def through_the_years() -> None:
    """Composition of incomes and of villages."""
    widgets.two_by_two(collective_economy.charts(view))


blocks.block("collective_summary", summary, view)

left, right = st.columns([5, 4])
with left:
    blocks.block("collective_skyline", skyline, view)
with right, st.container(border=True, height="stretch", key="collective_map_frame"):
    widgets.section("经营性收入分村图", "点击乡镇、村可下钻")
    maps.choropleth(lambda: collective_economy.income_map(view, limits), view, key="collective_map", height=284)

blocks.block("collective_years", through_the_years, view)

widgets.section("各村明细", "未填报和差额大的在前；差额为距目标还差多少")
kept = widgets.segments("范围", collective_economy.LISTS, key="collective_kept")
widgets.table_with_export(
    lambda: collective_economy.listed(villages, kept),
    f"村集体经济_{view.year}年{view.place.name}_{kept}",
    collective_economy.VILLAGE_COLUMNS,
    sources.notes(INDICATORS, view, f"范围：{kept}"),
    key="collective_villages",
    drawn_for=(view, kept),
)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
