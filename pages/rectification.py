"""问题整改：各单位、来源、地区的整改和销号情况，逾期、将到期和完成未销号的问题。"""

import streamlit as st

from dashboard.display import charts, columns, lights
from dashboard.presenters import rectification
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, frame, widgets

INDICATORS = list(rectification.COUNTS)

view = frame.begin("rectification")
facts = indicator_values.current(view, INDICATORS)
problems = facts["rectification_problems"].now.value
if problems is None:
    widgets.empty("没有问题整改台账", "请在“台账导入”页面导入《问题整改台账》，导入后本页自动显示。")
    st.stop()
if problems == 0:
    widgets.empty(f"{view.place.name}没有问题", "请在上方改选乡镇或村。")
    st.stop()

offered = cached.rows("rectification/choices", view.params())
with st.container(horizontal=True, gap="small", key="rectification_filters"):
    units, origins = (offered[offered["dimension"] == one]["name"] for one in ("责任单位", "问题来源"))
    unit = widgets.choice("责任单位", units, "全部责任单位", "rectification_unit")
    source = widgets.choice("问题来源", origins, "全部问题来源", "rectification_source")
filters = view.params(unit=unit, source=source)
chosen = "、".join(filter(None, [unit, source]))
groups = cached.rows("rectification/groups", filters)
if groups.empty:
    widgets.empty("所选条件下没有问题", "请在上方改选责任单位或问题来源。")
    st.stop()

limits = cached.limits()


def picture() -> None:
    """The finding, the cards, the ladder and the figures."""
    total = groups[groups["dimension"] == "全部"].iloc[0]
    soon = f"{limits['due_soon_days']:.0f} 天内到期"
    shown = facts
    if chosen:
        counts = {one: total[column] for one, column in rectification.COUNTS.items()}
        shown = indicator_values.from_counts(counts, total["problems"], f"{view.version.as_of}")
    widgets.finding(
        rectification.headline("，".join(filter(None, [view.place.name, chosen])), total, soon),
        rectification.detail(total, groups),
    )
    widgets.cards([fact.card() for fact in shown.values()])
    widgets.section("督办预警", "三色由本系统规则判定，天数和进度差在口径文件中可改")
    widgets.legend(rectification.ladder(total, limits, soon))

    slots = [*st.columns(2), *st.columns(2)]
    for slot, (dimension, (title, figure)) in zip(
        slots, rectification.by_group(groups, view.place.level).items(), strict=False
    ):
        with slot:
            widgets.chart(figure, title, sources.line(INDICATORS, view), key=f"rectification_{dimension}")
    with slots[-1]:
        left = groups[groups["dimension"] == "时限"]
        if left.empty:
            widgets.empty("没有未完成的问题", "所选问题已全部完成或长期坚持，请核对是否销号。")
        else:
            widgets.chart(
                charts.time_left(left["name"], left["problems"], left["overdue"], left["due_soon"], "个"),
                f"未完成的 {left['problems'].sum()} 个：逾期多久，还有多久到期",
                sources.line(["rectification_overdue", "rectification_due_30d"], view),
                key="rectification_left",
            )


blocks.block("rectification_picture", picture, view, unit, source)

widgets.section("各组整改进度", "逾期多的在前；几个单位共同负责的，各单位都计一次；逾期增减与上一版本比")
grouped = widgets.segments("分组", rectification.DIMENSIONS, key="rectification_grouped")
widgets.table_with_export(
    lambda: groups[groups["dimension"] == grouped],
    f"问题整改进度_{view.place.name}_按{grouped}",
    {"name": columns.text(grouped), **rectification.GROUP_COLUMNS},
    sources.notes(INDICATORS, view, chosen),
    key="rectification_groups",
    drawn_for=(view, unit, source, grouped),
)

widgets.section("问题清单", "逾期久的在前，责任人已脱敏")
kept = widgets.segments("范围", rectification.LISTS, key="rectification_kept")
listed = cached.rows("rectification/problems", {**filters, "status": "" if kept == rectification.EVERYTHING else kept})
widgets.table_with_export(
    lambda: rectification.with_lights(listed),
    f"问题整改_{view.place.name}_{kept}",
    rectification.PROBLEM_COLUMNS,
    sources.notes(INDICATORS, view, f"{chosen or '全部单位和来源'}，范围：{kept}"),
    key="rectification_problems",
    drawn_for=(view, unit, source, kept),
    height=420 if len(listed) > 11 else "auto",
)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
