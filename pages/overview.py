"""总览：领导一屏，十二个关键指标、各单位记分牌、比上一版本变差的事项和分村地图。"""

import streamlit as st

from dashboard.display import lights
from dashboard.presenters import overview
from dashboard.serving import addresses, cached, indicator_values, sources
from dashboard.web import blocks, frame, maps, widgets

view = frame.begin("overview")
limits = cached.limits()
pages = overview.pages(limits)
names = tuple(pages)
mapped = overview.below_county(names)
values = indicator_values.current(view, names)
ids = [value.definition.id for value in values.values()]


def summary() -> None:
    """The headline, what got worse and the cards."""
    widgets.finding(overview.headline(view.place, values))
    st.html(overview.worse_html(view, names))
    widgets.cards([value.card(addresses.address(pages[name], view.trail)) for name, value in values.items()])


def board() -> None:
    """Units × indicators."""
    widgets.section("各单位记分牌", "点击名称下钻；底色为本列最差")
    st.html(overview.board_html(view, mapped))


blocks.block("overview_summary", summary, view)

left, right = st.columns([8, 5])
with left, st.container(border=True, gap="xsmall", height="stretch", key="overview_board"):
    blocks.block("overview_board", board, view)
with right, st.container(border=True, gap="xsmall", height="stretch", key="overview_map_frame"):
    name = st.selectbox(
        "地图指标",
        mapped,
        index=mapped.index(overview.MAPPED_FIRST),
        format_func=lambda name: indicator_values.definition_of(name).name,
        key="overview_map_of",
        bind="query-params",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
    )
    maps.choropleth(
        lambda: overview.indicator_map(name, values[name], view),
        view,
        key="overview_map",
        height=242,
        alt=f"各村{values[name].definition.name}",
        chosen=name,
    )
shown, shown_columns = overview.table(view, names)
left, right = st.columns([1, 2], vertical_alignment="center")
with left:
    widgets.export_buttons(shown, f"总览_{view.place.name}", shown_columns, sources.notes(ids, view), key="overview")
with right:
    widgets.legend(lights.meaning(limits))
    widgets.source(sources.line(ids, view))
