"""考核清单：各方案、板块、牵头单位的任务完成情况，逾期、将到期和缺佐证材料的任务。"""

import streamlit as st

from dashboard.display import columns, lights
from dashboard.presenters import assessment_checklist, task_lists
from dashboard.serving import cached, sources
from dashboard.web import blocks, frame, widgets

INDICATORS = assessment_checklist.INDICATORS

view = frame.begin("assessment_checklist")
plans = task_lists.choices(cached.rows("checklist/choices", view.params(plan="")), "方案")
if not plans:
    widgets.empty("没有考核清单", "请在“台账导入”页面导入《考核清单》，导入后本页自动显示。")
    st.stop()

with st.container(horizontal=True, gap="small", key="checklist_filters"):
    plan = widgets.choice("方案", plans, "全部方案", "checklist_plan")
    offered = cached.rows("checklist/choices", view.params(plan=plan))
    sections = task_lists.choices(offered, "板块")
    section = widgets.choice("考核板块", sections, "全部板块", "checklist_section", width=340)
    unit = widgets.choice("牵头单位", task_lists.choices(offered, "牵头单位"), "全部牵头单位", "checklist_unit")
chosen = "、".join(filter(None, [plan, section, unit]))
params = view.params(plan=plan, section=section, unit=unit)
groups = cached.rows("checklist/groups", params)
if groups.empty:
    widgets.empty("所选条件下没有任务", "请在上方改选方案、考核板块或牵头单位。")
    st.stop()

limits = cached.limits()


def picture() -> None:
    """The headline, the cards and the charts."""
    subject = chosen or view.place.name
    widgets.finding(assessment_checklist.headline(subject, groups, limits), assessment_checklist.detail(groups))
    widgets.cards(assessment_checklist.cards(view, groups, limits, chosen))
    widgets.two_by_two(assessment_checklist.charts(view, groups))


blocks.block("checklist_picture", picture, view, plan, section, unit)

widgets.section("各组进度与自评得分", "逾期多、完成率低的在前；逾期增减与上一版本比")
grouped = widgets.segments("分组", assessment_checklist.DIMENSIONS, key="checklist_grouped")
widgets.table_with_export(
    lambda: task_lists.of_dimension(groups, grouped),
    f"考核清单进度_按{grouped}",
    {"name": columns.text(grouped), **assessment_checklist.GROUP_COLUMNS},
    sources.notes(INDICATORS, view, chosen),
    key="checklist_groups",
    drawn_for=(view, plan, section, unit, grouped),
)

widgets.section("任务清单", "逾期久的在前")
kept = widgets.segments("范围", assessment_checklist.LISTS, key="checklist_kept")
items = cached.rows("checklist/items", {**params, "status": task_lists.status(kept)})
widgets.table_with_export(
    lambda: assessment_checklist.with_lights(items),
    f"考核清单_{chosen or view.place.name}_{kept}",
    assessment_checklist.ITEM_COLUMNS,
    sources.notes(INDICATORS, view, f"{chosen or '全部任务'}，范围：{kept}"),
    key="checklist_items",
    drawn_for=(view, plan, section, unit, kept),
    height=widgets.list_height(items),
)
widgets.legend(assessment_checklist.LEGEND)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
