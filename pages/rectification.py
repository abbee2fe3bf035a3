"""问题整改：各单位、来源、地区的整改和销号情况，逾期、将到期和完成未销号的问题。"""

import streamlit as st

from dashboard import cached, cards, columns, figures, lights, palette, shell, sources, text, told, ui

COUNTS = {
    "rectification_problems": "problems",
    "rectification_done_pct": "done",
    "rectification_closed_pct": "closed",
    "rectification_overdue": "overdue",
    "rectification_due_30d": "due_soon",
    "rectification_done_not_closed": "done_not_closed",
}
INDICATORS = tuple(COUNTS)
PARTS = {
    "逾期": ("overdue", palette.RED),
    "未到期": ("open_in_time", palette.CATEGORICAL[5]),
    "完成未销号": ("done_not_closed", palette.ORANGE),
    "长期坚持": ("for_good", palette.CATEGORICAL[7]),
    "已销号": ("done_and_closed", palette.CATEGORICAL[1]),
}
COLOURS = [colour for _, colour in PARTS.values()]
LIGHTS = {
    "逾期": "red",
    "未达序时进度": "amber",
    "临近到期": "blue",
    "正常推进": "green",
    "未定时限": "grey",
    "完成未销号": "amber",
    "长期坚持": "grey",
    "已销号": "green",
}
KEPT = ("全部", "逾期", "即将到期", "未达序时进度", "完成未销号", "长期坚持", "未定时限", "已销号")
MOST_BARS = 12

view = shell.begin("rectification")
facts = told.figures(view, INDICATORS)
problems = facts["rectification_problems"].now.value
if not problems:
    ui.empty(
        f"{view.place.name}没有问题" if problems == 0 else "没有问题整改台账",
        "请在上方改选乡镇或村。" if problems == 0 else "请在“台账导入”页面导入《问题整改台账》，导入后本页自动显示。",
    )
    st.stop()

offered = cached.rows("rectification/choices", view.params())
with st.container(horizontal=True, gap="small", key="rectification_filters"):
    unit, source = (
        ui.choice(label, offered[offered["dimension"] == label]["name"], f"全部{label}", f"rectification_{key}")
        for key, label in (("unit", "责任单位"), ("source", "问题来源"))
    )
filters = view.params(unit=unit, source=source)
chosen = "、".join(name for name in (unit, source) if name)
groups = cached.rows("rectification/groups", filters)
if groups.empty:
    ui.empty("所选条件下没有问题", "请在上方改选责任单位或问题来源。")
    st.stop()

by = dict(iter(groups.groupby("dimension", sort=False)))
total = by["全部"].iloc[0]
limits = {name: parameter.value for name, parameter in cached.parameters().items()}
soon = f"{limits['due_soon_days']:.0f} 天内到期"
if chosen:
    counts = {one: total[column] for one, column in COUNTS.items()}
    facts = told.counted(counts, total["problems"], f"{view.version.as_of}")
late, unclosed = (
    text.leading(by["责任单位"]["name"], by["责任单位"][one], "个", most=2) for one in ("overdue", "done_not_closed")
)
ui.finding(
    f"{'，'.join(filter(None, [view.place.name, chosen]))}：{total['problems']} 个问题完成 {total['done']} 个"
    f"（{total['done_pct']:.1f}%），逾期 {total['overdue']} 个，{soon} {total['due_soon']} 个，"
    f"完成未销号 {total['done_not_closed']} 个",
    (f"逾期最多：{late}，最长逾期 {total['longest_overdue_days']} 天；" if late else "没有逾期问题；")
    + (f"完成未销号最多：{unclosed}；" if unclosed else "")
    + f"长期坚持 {total['for_good']} 个，不设时限。",
)
ui.cards([fact.card() for fact in facts.values()])
ladder = [
    ("red", f"逾期 {total['overdue']} 个：整改时限早于截至日期"),
    ("amber", f"未达序时进度 {total['behind']} 个：进度比已用时间落后 {limits['behind_schedule_pct']:g} 个百分点以上"),
    ("blue", f"临近到期 {total['due_soon'] - total['due_soon_behind']} 个：{soon}，进度未落后"),
    ("green", f"正常推进 {total['on_track']} 个"),
    ("grey", f"未定时限 {total['without_deadline']} 个"),
]
ui.section("督办预警", "三色由本系统规则判定，天数和进度差在口径文件中可改")
ui.legend(ladder)

slots = [*st.columns(2), *st.columns(2)]
dimensions = ("责任单位", "问题类型" if view.place.level == "village" else "地区", "问题来源")
for slot, dimension in zip(slots, dimensions, strict=False):
    rows = by[dimension]
    shown = rows.head(MOST_BARS)
    worst = text.leading(shown["name"], shown["overdue"], "个", most=2)
    cut = f"（列 {len(shown)}/{len(rows)} 个）" if len(rows) > len(shown) else ""
    with slot:
        ui.figure(
            figures.progress(
                shown["name"], {part: shown[column] for part, (column, _) in PARTS.items()}, "个", COLOURS
            ),
            (f"{dimension}逾期最多：{worst}" if worst else f"各{dimension}均无逾期") + cut,
            sources.line(INDICATORS, view),
            key=f"rectification_{dimension}",
        )
with slots[3]:
    left = groups[groups["dimension"] == "时限"]
    if left.empty:
        ui.empty("没有未完成的问题", "所选问题已全部完成或长期坚持，请核对是否销号。")
    else:
        ui.figure(
            figures.time_left(left["name"], left["problems"], left["overdue"], left["due_soon"], "个"),
            f"未完成的 {left['problems'].sum()} 个：逾期多久，还有多久到期",
            sources.line(["rectification_overdue", "rectification_due_30d"], view),
            key="rectification_left",
        )

ui.section("各组整改进度", "逾期多的在前；几个单位共同负责的，各单位都计一次")
grouped = st.segmented_control(
    "分组",
    ["责任单位", "地区", "问题来源", "问题类型"],
    default="责任单位",
    required=True,
    key="rectification_grouped",
    bind="query-params",
    label_visibility="collapsed",
)
ui.table_with_export(
    by[grouped],
    f"问题整改进度_{view.place.name}_按{grouped}",
    {
        "name": columns.text(grouped),
        "problems": columns.count("问题（个）"),
        "done_pct": columns.percent("整改完成率"),
        "closed_pct": columns.percent("销号率"),
        "overdue": columns.count("逾期（个）"),
        "overdue_change": columns.count("逾期比上一版本（个）"),
        "longest_overdue_days": columns.count("最长逾期（天）"),
        "behind": columns.count("未达序时进度（个）"),
        "due_soon": columns.count(f"{soon}（个）"),
        "done_not_closed": columns.count("完成未销号（个）"),
        "for_good": columns.count("长期坚持（个）"),
    },
    sources.notes(INDICATORS, view, chosen),
    key="rectification_groups",
)

ui.section("问题清单", "逾期久的在前，责任人已脱敏")
kept = st.segmented_control(
    "范围",
    KEPT,
    default=KEPT[0],
    required=True,
    key="rectification_kept",
    bind="query-params",
    label_visibility="collapsed",
)
listed = cached.rows("rectification/problems", {**filters, "status": "" if kept == KEPT[0] else kept})
ui.table_with_export(
    listed.assign(light=[cards.marked(LIGHTS[state], state) for state in listed["state"]]),
    f"问题整改_{view.place.name}_{kept}",
    {
        "problem_id": columns.text("问题编号"),
        "light": columns.text("预警", width=130),
        "days_overdue": columns.count("逾期（天）"),
        "days_left": columns.count("剩余（天）"),
        "description": columns.text("问题描述", width="large"),
        "responsible_unit": columns.text("责任单位"),
        "responsible_person": columns.text("责任人"),
        "township_name": columns.text("涉及乡镇"),
        "village_name": columns.text("涉及村"),
        "due_on": columns.day("整改时限"),
        "rectification_status": columns.text("整改状态"),
        "progress_pct": columns.percent("整改进度"),
        "schedule_pct": columns.percent("已用时间"),
        "progress_note": columns.text("进展说明"),
        "problem_source": columns.text("问题来源"),
        "problem_type": columns.text("问题类型"),
        "found_on": columns.day("发现时间"),
        "days_open": columns.count("挂账（天）"),
        "completed_on": columns.day("完成时间"),
        "is_closed": columns.yes_no("是否销号"),
        "days_unclosed": columns.count("完成后未销号（天）"),
        "measures": columns.text("整改措施", width="large"),
    },
    sources.notes(INDICATORS, view, "，".join([chosen or "全部单位和来源", f"范围：{kept}"])),
    key="rectification_problems",
    height=420 if len(listed) > 11 else "auto",
)
ui.legend(lights.meaning(limits))
ui.source(sources.line(INDICATORS, view))
