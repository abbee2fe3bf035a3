"""问题整改：各单位、来源、地区的整改和销号情况，逾期、将到期和完成未销号的问题。"""

import streamlit as st

from dashboard.display import columns, lights
from dashboard.presenters import rectification, task_lists
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, frame, widgets

INDICATORS = rectification.INDICATORS

view = frame.begin("rectification")
values = indicator_values.current(view, INDICATORS)
problems = values["rectification_problems"].now.value
if problems is None:
    widgets.empty("没有问题整改台账", "请在“台账导入”页面导入《问题整改台账》，导入后本页自动显示。")
    st.stop()
if problems == 0:
    widgets.empty(f"{view.place.name}没有问题", "请在上方改选乡镇或村。")
    st.stop()

offered = cached.rows("rectification/choices", view.params())
with st.container(horizontal=True, gap="small", key="rectification_filters"):
    units, origins = (task_lists.choices(offered, dimension) for dimension in ("责任单位", "问题来源"))
    unit = widgets.choice("责任单位", units, "全部责任单位", "rectification_unit")
    source = widgets.choice("问题来源", origins, "全部问题来源", "rectification_source")
chosen = "、".join(filter(None, [unit, source]))
params = view.params(unit=unit, source=source)
groups = cached.rows("rectification/groups", params)
if groups.empty:
    widgets.empty("所选条件下没有问题", "请在上方改选责任单位或问题来源。")
    st.stop()

limits = cached.limits()


def picture() -> None:
    """The headline, the cards, the ladder and the charts."""
    subject = task_lists.subject(view.place.name, chosen)
    widgets.finding(rectification.headline(subject, groups, limits), rectification.detail(groups))
    widgets.cards(rectification.cards(view, values, groups, chosen))
    widgets.section("督办预警", "三色由本系统规则判定，天数和进度差在口径文件中可改")
    widgets.legend(rectification.ladder(groups, limits))
    widgets.two_by_two(rectification.charts(view, groups))


blocks.block("rectification_picture", picture, view, unit, source)

widgets.section("各组整改进度", "逾期多的在前；几个单位共同负责的，各单位都计一次；逾期增减与上一版本比")
grouped = widgets.segments("分组", rectification.DIMENSIONS, key="rectification_grouped")
widgets.table_with_export(
    lambda: task_lists.of_dimension(groups, grouped),
    f"问题整改进度_{view.place.name}_按{grouped}",
    {"name": columns.text(grouped), **rectification.GROUP_COLUMNS},
    sources.notes(INDICATORS, view, chosen),
    key="rectification_groups",
    drawn_for=(view, unit, source, grouped),
)

widgets.section("问题清单", "逾期久的在前，责任人已脱敏")
kept = widgets.segments("范围", rectification.LISTS, key="rectification_kept")
listed = cached.rows("rectification/problems", {**params, "status": task_lists.status(kept)})
widgets.table_with_export(
    lambda: rectification.with_lights(listed),
    f"问题整改_{view.place.name}_{kept}",
    rectification.PROBLEM_COLUMNS,
    sources.notes(INDICATORS, view, f"{chosen or '全部单位和来源'}，范围：{kept}"),
    key="rectification_problems",
    drawn_for=(view, unit, source, kept),
    height=widgets.list_height(listed),
)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
