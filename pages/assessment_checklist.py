"""考核清单：各方案、板块、牵头单位的任务完成情况，逾期、将到期和缺佐证材料的任务。"""

import streamlit as st

from dashboard import blocks, cached, checklist, columns, figures, lights, shell, sources, told, ui

INDICATORS = list(checklist.COUNTS)

view = shell.begin("assessment_checklist")
plans = cached.rows("checklist/choices", {"plan": ""}).query("dimension == '方案'")["name"]
if plans.empty:
    ui.empty("没有考核清单", "请在“台账导入”页面导入《考核清单》，导入后本页自动显示。")
    st.stop()

with st.container(horizontal=True, gap="small", key="checklist_filters"):
    plan = ui.choice("方案", plans, "全部方案", "checklist_plan")
    offered = cached.rows("checklist/choices", {"plan": plan})
    sections, units = (offered[offered["dimension"] == one]["name"] for one in ("板块", "牵头单位"))
    section = ui.choice("考核板块", sections, "全部板块", "checklist_section", width=340)
    unit = ui.choice("牵头单位", units, "全部牵头单位", "checklist_unit")
filters = view.params(plan=plan, section=section, unit=unit)
chosen = "、".join(filter(None, [plan, section, unit]))
groups = cached.rows("checklist/groups", filters)
if groups.empty:
    ui.empty("所选条件下没有任务", "请在上方改选方案、考核板块或牵头单位。")
    st.stop()

limits = cached.limits()


def picture() -> None:
    """The finding, the cards and the figures."""
    total = groups[groups["dimension"] == "全部"].iloc[0]
    soon = f"{limits['due_soon_days']:.0f} 天内到期"
    counts = {one: total[column] for one, column in checklist.COUNTS.items()}
    facts = told.counted(counts, total["items"], f"{view.version.as_of}") if chosen else told.figures(view, INDICATORS)
    ui.finding(checklist.headline(chosen or view.place.name, total, soon), checklist.detail(total, groups))
    ui.cards([*(fact.card() for fact in facts.values()), *checklist.more_cards(total, soon)])

    drawn = checklist.by_group(groups)
    slots = [*st.columns(2), *([st.container()] if len(drawn) == 2 else st.columns(2) if len(drawn) == 3 else [])]
    for slot, (dimension, (title, figure)) in zip(slots, drawn.items(), strict=False):
        with slot:
            ui.figure(figure, title, sources.line(INDICATORS, view), key=f"checklist_{dimension}")
    with slots[-1]:
        left = groups[groups["dimension"] == "时限"]
        if left.empty:
            ui.empty("没有未完成的任务", "所选任务已全部完成，请核对佐证材料。")
        else:
            ui.figure(
                figures.time_left(left["name"], left["items"], left["overdue"], left["due_soon"], "项"),
                f"未完成的 {left['items'].sum()} 项：逾期多久，还有多久到期",
                sources.line(["checklist_overdue"], view),
                key="checklist_left",
            )


blocks.block("checklist_picture", picture, view, plan, section, unit)

ui.section("各组进度与自评得分", "逾期多、完成率低的在前；逾期增减与上一版本比")
grouped = ui.segments("分组", ["板块", "牵头单位", "方案"], key="checklist_grouped")
ui.table_with_export(
    lambda: groups[groups["dimension"] == grouped],
    f"考核清单进度_按{grouped}",
    {"name": columns.text(grouped), **checklist.GROUP_COLUMNS},
    sources.notes(INDICATORS, view, chosen),
    key="checklist_groups",
    drawn_for=(view, plan, section, unit, grouped),
)

ui.section("任务清单", "逾期久的在前")
kept = ui.segments("范围", checklist.LISTS, key="checklist_kept")
items = cached.rows("checklist/items", {**filters, "status": "" if kept == checklist.EVERYTHING else kept})
ui.table_with_export(
    lambda: checklist.with_lights(items),
    f"考核清单_{chosen or view.place.name}_{kept}",
    checklist.ITEM_COLUMNS,
    sources.notes(INDICATORS, view, f"{chosen or '全部任务'}，范围：{kept}"),
    key="checklist_items",
    drawn_for=(view, plan, section, unit, kept),
    height=420 if len(items) > 11 else "auto",
)
ui.legend(checklist.LEGEND)
ui.legend(lights.meaning(limits))
ui.source(sources.line(INDICATORS, view))
