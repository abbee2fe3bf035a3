"""村集体经济：各村经营性收入完成目标的情况。"""

import streamlit as st

from dashboard import cached, columns, figures, lights, maps, palette, shell, sources, text, told, ui

INDICATORS = (
    "collective_attained_pct",
    "collective_gap_yuan",
    "collective_shell",
    "collective_weak",
    "collective_million",
    "collective_operating_yuan",
)
STATES = {
    "空壳村": palette.RED,
    "其他薄弱村": "#d9776f",
    "其他未达标": palette.ORANGE,
    "达标": palette.CATEGORICAL[1],
    "未填报": palette.MISSING,
}
PARTS = ("发包租赁", "投资收益", "其他经营", "补助", "其他")

view = shell.begin("collective_economy")
if view.year is None:
    ui.empty("没有村集体经济数据", "请在“台账导入”页面导入《村集体经济收入台账》，导入后本页自动显示。")
    st.stop()
villages = cached.rows("village/attainment", view.params())
limits = {name: parameter.value for name, parameter in cached.parameters().items()}
target, shell_limit = limits["collective_target_yuan"], limits["collective_shell_yuan"]
edges = [shell_limit, shell_limit + 0.01, limits["collective_weak_yuan"], target]
facts = told.figures(view, INDICATORS)
attained = facts["collective_attained_pct"].now
reported, unreported = int(attained.denominator or 0), int((villages["state"] == "未填报").sum())
missed = reported - int(attained.numerator or 0)
subject = f"{view.year}年{view.place.name}"

gap = facts["collective_gap_yuan"].now.value
if view.place.level == "village":
    headline = f"{subject}经营性收入与目标 {text.wan(target, 0)} {f'差 {text.wan(gap)}' if gap else '没有差额'}"
elif missed:
    headline = f"{subject}有 {missed} 个村经营性收入不到 {text.wan(target, 0)}，合计差 {text.wan(gap)}"
else:
    headline = f"{subject}已填报的 {reported} 个村经营性收入都达到 {text.wan(target, 0)}"
ui.finding(headline, f"应填报 {len(villages)} 个村，已填报 {reported} 个，未填报 {unreported} 个（不计入达标率）。")
ui.cards([fact.card() for fact in facts.values()])

left, right = st.columns([5, 4])
with left:
    counted = villages["state"].value_counts()
    ordered = villages.dropna(subset="operating_yuan").sort_values("operating_yuan")
    ui.figure(
        figures.skyline(
            ordered["township_name"] + " " + ordered["village_name"],
            ordered["operating_yuan"] / 10_000,
            "万元",
            target / 10_000,
            f"目标 {text.wan(target, 0)}",
            ordered["state"].map(STATES),
        ),
        "各村由低到高：" + "，".join(f"{state} {counted[state]}" for state in STATES if state in counted),
        sources.line(["collective_attained_pct"], view),
        key="collective_skyline",
    )
with right, st.container(border=True, height="stretch", key="collective_map_frame"):
    ui.section("经营性收入分村图", "点击乡镇、村可下钻")
    maps.choropleth(
        villages.rename(columns={"village_code": "region_code", "operating_yuan": "value"}).assign(
            label=[text.wan(value, 2) for value in villages["operating_yuan"]]
        ),
        maps.bands(edges, list(STATES)[:4], list(STATES.values())[:4]),
        view,
        key="collective_map",
        height=284,
    )

left, right = st.columns(2)
with left:
    made = cached.rows("village/composition", view.params())
    amounts = {part: made[column] / 10_000 for part, column in zip(PARTS, made.columns[1:], strict=True)}
    ui.figure(
        figures.stacked(made["account_year"], amounts, "万元"),
        "历年总收入从哪里来（万元）",
        sources.line(["collective_income_yuan"], view),
        key="collective_parts",
    )
with right:
    by_year = cached.rows("village/states_by_year", view.params())
    counts = {state: by_year[column] for state, column in zip(STATES, by_year.columns[1:], strict=True)}
    ui.figure(
        figures.stacked(by_year["account_year"], counts, "个村", decimals=0, colours=list(STATES.values())),
        "各年度村的构成（个村）",
        sources.line(["collective_attained_pct", "collective_shell", "collective_weak"], view),
        key="collective_states",
    )

ui.section("各村明细", "未填报和差额大的在前")
kept = st.segmented_control(
    "范围",
    ["未达标", "全部"],
    default="未达标",
    required=True,
    key="collective_kept",
    bind="query-params",
    label_visibility="collapsed",
)
ui.table_with_export(
    villages if kept == "全部" else villages[villages["state"] != "达标"],
    f"村集体经济_{subject}_{kept}",
    {
        "township_name": columns.text("乡镇"),
        "village_name": columns.text("行政村"),
        "village_code": columns.text("行政村代码"),
        "state": columns.text("状态"),
        "operating_yuan": columns.yuan("经营性收入", 2),
        "gap_yuan": columns.yuan("与目标差额", 2),
        "attained_pct": columns.percent("完成率"),
        "change_yuan": columns.wan("比上年"),
        "total_yuan": columns.wan("总收入"),
        "lease_yuan": columns.wan("发包租赁"),
        "investment_yuan": columns.wan("投资收益"),
        "subsidy_yuan": columns.wan("补助收入"),
        "profit_yuan": columns.wan("本年收益"),
    },
    sources.notes(INDICATORS, view, f"范围：{kept}"),
    key="collective_villages",
)
ui.legend(lights.meaning(limits))
ui.source(sources.line(INDICATORS, view))
