"""考核清单：各方案、板块、牵头单位的任务完成情况，逾期、将到期和缺佐证材料的任务。"""

import streamlit as st

from dashboard import cached, cards, columns, figures, lights, palette, shell, sources, text, told, ui
from dashboard.cards import Card

COUNTS = {"checklist_items": "items", "checklist_done_pct": "done", "checklist_overdue": "overdue"}
INDICATORS = tuple(COUNTS)
PARTS = {
    "逾期": ("overdue", palette.RED),
    "未启动": ("not_started_in_time", palette.CATEGORICAL[7]),
    "进行中": ("in_progress_in_time", palette.CATEGORICAL[5]),
    "已完成": ("done", palette.CATEGORICAL[1]),
}
COLOURS = [colour for _, colour in PARTS.values()]
LIGHTS = {"逾期": "red", "临近到期": "blue", "未到期": "green", "未定时限": "grey", "已完成": "green"}
KEPT = ("全部", "逾期", "临近到期", "进行中", "未启动", "已完成", "缺佐证材料", "未定时限", "未明确单位")
MOST_BARS = 12

view = shell.begin("assessment_checklist")
everything = cached.rows("checklist/choices", {"plan": ""})
if everything.empty:
    ui.empty("没有考核清单", "请在“台账导入”页面导入《考核清单》，导入后本页自动显示。")
    st.stop()

with st.container(horizontal=True, gap="small", key="checklist_filters"):
    plan = ui.choice("方案", everything.query("dimension == '方案'")["name"], "全部方案", "checklist_plan")
    offered = cached.rows("checklist/choices", {"plan": plan})
    sections, units = (offered[offered["dimension"] == one]["name"] for one in ("板块", "牵头单位"))
    section = ui.choice("考核板块", sections, "全部板块", "checklist_section", width=340)
    unit = ui.choice("牵头单位", units, "全部牵头单位", "checklist_unit")
filters = view.params(plan=plan, section=section, unit=unit)
chosen = "、".join(name for name in (plan, section, unit) if name)
groups = cached.rows("checklist/groups", filters)
if groups.empty:
    ui.empty("所选条件下没有任务", "请在上方改选方案、考核板块或牵头单位。")
    st.stop()

by = dict(iter(groups.groupby("dimension", sort=False)))
total = by["全部"].iloc[0]
limits = {name: parameter.value for name, parameter in cached.parameters().items()}
soon = f"{limits['due_soon_days']:.0f} 天内到期"
counts = {one: total[column] for one, column in COUNTS.items()}
facts = told.counted(counts, total["items"], f"{view.version.as_of}") if chosen else told.figures(view, INDICATORS)
unnamed = by["牵头单位"].query("name == '未明确牵头单位'")["items"].sum()
ui.finding(
    f"{chosen or view.place.name}考核清单 {total['items']} 项，完成 {total['done']} 项（{total['done_pct']:.1f}%），"
    f"逾期 {total['overdue']} 项，{soon} {total['due_soon']} 项",
    f"进行中 {total['in_progress']} 项，未启动 {total['not_started']} 项；未定时限 {total['without_deadline']} 项，"
    f"未明确牵头单位 {unnamed} 项。几个单位共同牵头的，各单位都计一次。",
)
ui.cards(
    [
        *(fact.card() for fact in facts.values()),
        Card(
            soon,
            text.number(total["due_soon"]),
            "项",
            target="截至日期当天到期的计入",
            light="blue" if total["due_soon"] else None,
            word="临近" if total["due_soon"] else "",
        ),
        Card(
            "已完成缺佐证材料",
            text.number(total["without_evidence"]),
            "项",
            target=f"已完成 {total['done']} 项",
            light="amber" if total["without_evidence"] else None,
            word="待补" if total["without_evidence"] else "",
        ),
        Card(
            "自评得分率",
            text.number(total["score_pct"], 1),
            "%",
            target=f"自评 {text.number(total['self_score'], 1)} / 满分 {text.number(total['scored_full'], 1)} 分",
            change=f"已自评 {total['scored']} 项",
        ),
    ]
)

named = groups[groups["name"] != "未明确牵头单位"]
sizes = named["dimension"].value_counts()
dimensions = [one for one, least in (("板块", 1), ("牵头单位", 1), ("方案", 2)) if sizes.get(one, 0) >= least]
slots = [*st.columns(2), *([st.container()] if len(dimensions) == 2 else st.columns(2) if len(dimensions) == 3 else [])]
for slot, dimension in zip(slots, dimensions, strict=False):
    rows = named[named["dimension"] == dimension]
    shown = rows.head(MOST_BARS)
    worst = text.leading(shown["name"].str.rpartition("·")[2], shown["overdue"], "项", most=2)
    cut = f"（列 {len(shown)}/{len(rows)} 个）" if len(rows) > len(shown) else ""
    with slot:
        ui.figure(
            figures.progress(
                shown["name"], {part: shown[column] for part, (column, _) in PARTS.items()}, "项", COLOURS
            ),
            (f"{dimension}逾期最多：{worst}" if worst else f"各{dimension}均无逾期") + cut,
            sources.line(INDICATORS, view),
            key=f"checklist_{dimension}",
        )
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

ui.section("各组进度与自评得分", "逾期多、完成率低的在前")
dimension = st.segmented_control(
    "分组",
    ["板块", "牵头单位", "方案"],
    default="板块",
    required=True,
    key="checklist_grouped",
    bind="query-params",
    label_visibility="collapsed",
)
ui.table_with_export(
    by[dimension],
    f"考核清单进度_按{dimension}",
    {
        "name": columns.text(dimension),
        "items": columns.count("任务（项）"),
        "done": columns.count("已完成（项）"),
        "in_progress": columns.count("进行中（项）"),
        "not_started": columns.count("未启动（项）"),
        "done_pct": columns.percent("完成率"),
        "overdue": columns.count("逾期（项）"),
        "overdue_change": columns.count("逾期比上一版本（项）"),
        "due_soon": columns.count(f"{soon}（项）"),
        "without_evidence": columns.count("缺佐证材料（项）"),
        "self_score": columns.points("自评得分"),
        "scored_full": columns.points("对应满分"),
        "score_pct": columns.percent("自评得分率"),
    },
    sources.notes(INDICATORS, view, chosen),
    key="checklist_groups",
)

ui.section("任务清单", "逾期久的在前")
kept = st.segmented_control(
    "范围",
    KEPT,
    default=KEPT[0],
    required=True,
    key="checklist_kept",
    bind="query-params",
    label_visibility="collapsed",
)
items = cached.rows("checklist/items", {**filters, "status": "" if kept == KEPT[0] else kept})
ui.table_with_export(
    items.assign(light=[cards.marked(LIGHTS[state], state) for state in items["state"]]),
    f"考核清单_{chosen or view.place.name}_{kept}",
    {
        "item_id": columns.text("指标编号"),
        "light": columns.text("预警", width=110),
        "content": columns.text("考核内容", width="large"),
        "lead_unit": columns.text("牵头单位"),
        "due_on": columns.day("完成时限"),
        "days_overdue": columns.count("逾期（天）"),
        "days_left": columns.count("剩余（天）"),
        "completion_status": columns.text("完成状态"),
        "completion_pct": columns.percent("完成率"),
        "evidence": columns.text("佐证材料"),
        "self_score": columns.points("自评得分"),
        "full_score": columns.points("分值"),
        "plan": columns.text("方案"),
        "section_name": columns.text("考核板块"),
        "scoring_rule": columns.text("评分标准", width="large"),
    },
    sources.notes(INDICATORS, view, "，".join([chosen or "全部任务", f"范围：{kept}"])),
    key="checklist_items",
    height=420 if len(items) > 11 else "auto",
)
ui.legend(
    [
        ("red", "逾期：完成时限早于截至日期"),
        ("blue", f"临近到期：{soon}（本系统规则）"),
        ("green", "未到期、已完成"),
        ("grey", "未定时限"),
        ("amber", "待补：已完成但没有佐证材料"),
    ]
)
ui.legend(lights.meaning(limits))
ui.source(sources.line(INDICATORS, view))
