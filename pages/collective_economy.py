"""村集体经济：各村经营性收入完成目标的情况。"""

import streamlit as st

from dashboard import text
from dashboard.display import charts, lights
from dashboard.presenters import collective_economy
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, frame, maps, widgets

INDICATORS = (
    "collective_attained_pct",
    "collective_gap_yuan",
    "collective_shell",
    "collective_weak",
    "collective_million",
    "collective_operating_yuan",
)
view = frame.begin("collective_economy")
if view.year is None:
    widgets.empty("没有村集体经济数据", "请在“台账导入”页面导入《村集体经济收入台账》，导入后本页自动显示。")
    st.stop()
villages = cached.rows("village/attainment", view.params())
limits = cached.limits()
target, shell_limit = limits["collective_target_yuan"], limits["collective_shell_yuan"]
edges = [shell_limit, shell_limit + 0.01, limits["collective_weak_yuan"], target]
facts = indicator_values.current(view, INDICATORS)
subject = f"{view.year}年{view.place.name}"


def summary() -> None:
    """The finding and the cards."""
    unreported = int((villages["state"] == "未填报").sum())
    reported = len(villages) - unreported

    widgets.finding(
        collective_economy.headline(view.place, view.year, facts, target),
        f"应填报 {len(villages)} 个村，已填报 {reported} 个，未填报 {unreported} 个（不计入达标率）。",
    )
    widgets.cards([fact.card() for fact in facts.values()])


def skyline() -> None:
    """Every village from low to high, against the target."""
    counted = villages["state"].value_counts()
    ordered = villages.dropna(subset="operating_yuan").sort_values("operating_yuan")
    widgets.chart(
        charts.skyline(
            ordered["village_name"] if view.township_code else ordered["township_name"] + " " + ordered["village_name"],
            ordered["operating_yuan"] / 10_000,
            "万元",
            target / 10_000,
            f"目标 {text.wan(target, 0)}",
            ordered["state"].map(collective_economy.STATES),
        ),
        "各村由低到高："
        + "，".join(f"{state} {counted[state]}" for state in collective_economy.STATES if state in counted),
        sources.line(["collective_attained_pct"], view),
        key="collective_skyline",
    )


blocks.block("collective_summary", summary, view)

left, right = st.columns([5, 4])
with left:
    blocks.block("collective_skyline", skyline, view)
with right, st.container(border=True, height="stretch", key="collective_map_frame"):
    widgets.section("经营性收入分村图", "点击乡镇、村可下钻")
    everywhere = cached.rows("village/attainment", view.params(region_code=view.trail[0].code, region_level="county"))
    maps.choropleth(lambda: collective_economy.income_map(everywhere, edges), view, key="collective_map", height=284)


def through_the_years() -> None:
    """Composition of incomes and of villages, year by year."""
    left, right = st.columns(2)
    with left:
        made = cached.rows("village/composition", view.params())
        amounts = {
            part: made[column] / 10_000 for part, column in zip(collective_economy.PARTS, made.columns[1:], strict=True)
        }
        widgets.chart(
            charts.stacked(made["account_year"], amounts, "万元"),
            "历年总收入从哪里来（万元）",
            sources.line(["collective_income_yuan"], view),
            key="collective_parts",
        )
    with right:
        by_year = cached.rows("village/states_by_year", view.params())
        counts = {
            state: by_year[column] for state, column in zip(collective_economy.STATES, by_year.columns[1:], strict=True)
        }
        widgets.chart(
            charts.stacked(
                by_year["account_year"], counts, "个村", decimals=0, colours=list(collective_economy.STATES.values())
            ),
            "各年度村的构成（个村）",
            sources.line(["collective_attained_pct", "collective_shell", "collective_weak"], view),
            key="collective_states",
        )


blocks.block("collective_years", through_the_years, view)

widgets.section("各村明细", "未填报和差额大的在前；差额为距目标还差多少")
kept = widgets.segments("范围", ["未达标", "全部"], key="collective_kept")
widgets.table_with_export(
    lambda: villages if kept == "全部" else villages[villages["state"] != "达标"],
    f"村集体经济_{subject}_{kept}",
    collective_economy.VILLAGE_COLUMNS,
    sources.notes(INDICATORS, view, f"范围：{kept}"),
    key="collective_villages",
    drawn_for=(view, kept),
)
widgets.legend(lights.meaning(limits))
widgets.source(sources.line(INDICATORS, view))
