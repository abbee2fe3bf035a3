"""考核清单：各方案、板块、牵头单位的任务完成情况，逾期、将到期和缺佐证材料的任务。"""

import streamlit as st

from dashboard.display import charts, columns, lights
from dashboard.presenters import assessment_checklist
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, frame, widgets

INDICATORS = list(assessment_checklist.COUNTS)

view = frame.begin("assessment_checklist")
plans = cached.rows("checklist/choices", {"plan": ""}).query("dimension == '方案'")["name"]
if plans.empty:
    widgets.empty("没有考核清单", "请在“台账导入”页面导入《考核清单》，导入后本页自动显示。")
    st.stop()

with st.container(horizontal=True, gap="small", key="checklist_filters"):
    plan = widgets.choice("方案", plans, "全部方案", "checklist_plan")
    offered = cached.rows("checklist/choices", {"plan": plan})
    sections, units = (offered[offered["dimension"] == one]["name"] for one in ("板块", "牵头单位"))
    section = widgets.choice("考核板块", sections, "全部板块", "checklist_section", width=340)
    unit = widgets.choice("牵头单位", units, "全部牵头单位", "checklist_unit")
filters = view.params(plan=plan, section=section, unit=unit)
chosen = "、".join(filter(None, [plan, section, unit]))
groups = cached.rows("checklist/groups", filters)
if groups.empty:
    widgets.empty("所选条件下没有任务", "请在上方改选方案、考核板块或牵头单位。")
    st.stop()

limits = cached.limits()


def picture() -> None:
    """The finding, the cards and the figures."""
    total = groups[groups["dimension"] == "全部"].iloc[0]
    soon = f"{limits['due_soon_days']:.0f} 天内到期"
    counts = {one: total[column] for one, column in assessment_checklist.COUNTS.items()}
    facts = (
        indicator_values.from_counts(counts, total["items"], f"{view.version.as_of}")
        if chosen
        else indicator_values.current(view, INDICATORS)
    )
    widgets.finding(
        assessment_checklist.headline(chosen or view.place.name, total, soon),
        assessment_checklist.detail(total, groups),
    )
    widgets.cards([*(fact.card() for fact in facts.values()), *assessment_checklist.more_cards(total, soon)])

    drawn = assessment_checklist.by_group(groups)
    slots = [*st.columns(2), *([st.container()] if len(drawn) == 2 else st.columns(2) if len(drawn) == 3 else [])]
    for slot, (dimension, (title, figure)) in zip(slots, drawn.items(), strict=False):
        with slot:
            widgets.chart(figure, title, sources.line(INDICATORS, view), key=f"checklist_{dimension}")
    with slots[-1]:
        left = groups[groups["dimension"] == "时限"]
        if left.empty:
            widgets.empty("没有未完成的任务", "所选任务已全部完成，请核对佐证材料。")
        else:
            widgets.chart(
                charts.time_left(left["name"], left["items"], left["overdue"], left["due_soon"], "项"),
                f"未完成的 {left['items'].sum()} 项：逾期多久，还有多久到期",
                sources.line(["checklist_overdue"], view),
                key="checklist_left",
            )


blocks.block("checklist_picture", picture, view, plan, section, unit)

widgets.section("各组进度与自评得分", "逾期多、完成率低的在前；逾期增减与上一版本比")
grouped = widgets.segments("分组", ["板块", "牵头单位", "方案"], key="checklist_grouped")
widgets.table_with_export(
    lambda: groups[groups["dimension"] == grouped],
    f"考核清单进度_按{grouped}",
    {"name": columns.text(grouped), **assessment_checklist.GROUP_COLUMNS},
    sources.notes(INDICATORS, view, chosen),
    key="checklist_groups",
    drawn_for=(view, plan, section, unit, grouped),
)

widgets.section("任务清单", "逾期久的在前")
kept = widgets.segments("范围", assessment_checklist.LISTS, key="checklist_kept")
items = cached.rows("checklist/items", {**filters, "status": "" if kept == assessment_checklist.EVERYTHING else kept})
widgets.table_with_export(
    lambda: assessment_checklist.with_lights(items),
    f"考核清单_{chosen or view.place.name}_{kept}",
    assessment_checklist.ITEM_COLUMNS,
    sources.notes(INDICATORS, view, f"{chosen or '全部任务'}，范围：{kept}"),
    key="checklist_items",
    drawn_for=(view, plan, section, unit, kept),
    height=420 if len(items) > 11 else "auto",
)
widgets.legend(assessment_checklist.LEGEND)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
