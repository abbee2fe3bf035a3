"""收入趋势：人均纯收入多少、增长多快、哪里下降、谁在标准线以下。"""

import streamlit as st

from dashboard.display import columns, lights
from dashboard.presenters import income_trends, monitoring_coverage
from dashboard.serving import cached, indicator_values, sources
from dashboard.web import blocks, filters, frame, widgets

LEVELS = ["income_per_capita_yuan", "income_growth_pct", "income_per_capita_p50_yuan", "income_falling_pct"]
PARTS = ["income_wage_business_share_pct", "income_transfer_share_pct"]
LINES = ["income_below_line_pct", "poverty_fgt0", "poverty_fgt1", "poverty_fgt2", "income_gini"]
SPREAD = ["income_per_capita_p10_yuan", "income_per_capita_p50_yuan", "income_per_capita_p90_yuan"]

view = frame.begin("income_trends")
if view.year is None:
    widgets.empty("没有收入数据", "请在“台账导入”页面导入《收入台账》，导入后本页自动显示。")
    st.stop()

limits = cached.limits()
line, small = limits.get("income_line_yuan"), limits["small_number_households"]
chosen = widgets.segments("人群", list(income_trends.GROUPS), key="income_group")
grp = income_trends.GROUPS[chosen]
here = view.params(grp=grp, line=f"{line:g}" if line else "", line_yuan=line, limit=income_trends.LIST_LIMIT)

by_year = cached.rows("income/by_year", here)
poverty = cached.rows("income/poverty", here)
units_by_year = cached.rows("income/units_by_year", here)
now = income_trends.row_of(by_year, grp, view.year)
judged = poverty[(poverty["period"] == str(view.year)) & (poverty["line_yuan"] == line)]
below = next(judged.itertuples(), None)


def picture() -> None:
    """The finding, the cards and all figures."""
    widgets.finding(
        income_trends.headline(view.place, view.year, grp, now, units_by_year, small),
        income_trends.detail(view.place, view.year, now, below, units_by_year, small),
    )
    names = [income_trends.of_group(name, grp) for name in [*LEVELS, PARTS[0]]]
    widgets.cards(
        [
            fact.card()
            for fact in indicator_values.current(view, [*names, *([f"{LINES[0]}|{line:g}"] if line else [])]).values()
        ]
    )
    widgets.legend(lights.meaning(limits))

    left, right = st.columns(2)
    with left:
        widgets.chart(
            income_trends.levels_figure(by_year, view.year),
            income_trends.levels_title(by_year, view.year),
            sources.line(LEVELS[:1], view),
            key="income_levels",
        )
    with right:
        widgets.chart(
            income_trends.growth_figure(by_year, limits.get("income_growth_benchmark_pct"), view.year),
            income_trends.growth_title(by_year, view.year),
            sources.line(["income_growth_pct"], view),
            key="income_growth",
        )
    left, right = st.columns(2)
    with left:
        widgets.chart(
            income_trends.components_figure(cached.rows("income/components", here)),
            income_trends.components_title(view.year, now),
            f"{chosen}，人均；支出画在零线以下。" + sources.line(PARTS, view),
            key="income_components",
        )
    with right:
        widgets.chart(
            income_trends.falling_figure(by_year, view.year),
            income_trends.falling_title(view.year, now, chosen),
            sources.line(["income_falling_pct"], view),
            key="income_falling",
        )

    if len(units_by_year):
        widgets.chart(
            income_trends.panels_figure(units_by_year, by_year, grp, view.place),
            income_trends.panels_title(units_by_year, view.year, small),
            f"{chosen}人均纯收入（元），各图同一刻度，灰线为{view.place.name}。" + sources.line(LEVELS[:1], view),
            key="income_panels",
        )

    left, right = st.columns(2)
    with left:
        classes = cached.rows("income/distribution", here)
        widgets.chart(
            income_trends.distribution_figure(classes, line),
            income_trends.distribution_title(view.year, below, classes),
            "全部农户；最右一档含更高收入；等于标准线的不算低于。" + sources.line(LINES[:1], view),
            key="income_distribution",
        )
    with right:
        widgets.chart(
            income_trends.spread_figure(by_year, grp),
            income_trends.spread_title(view.year, now),
            f"{chosen}，按户人均纯收入排序。" + sources.line(SPREAD, view),
            key="income_spread",
        )


blocks.block("income_picture", picture, view, grp)

if view.place.level != "village":
    units = cached.rows("income/units", here)
    widgets.section(
        f"各{view.place.parts}", f"人均纯收入低的在前；点击名称下钻；{monitoring_coverage.caution(small, '有收入台账')}"
    )
    filters.drill(view, income_trends.drill_labels(units), key="income_drill")
    widgets.table_with_export(
        lambda: units.assign(region_name=monitoring_coverage.marked(units, "households", small)),
        f"收入趋势_{view.place.name}_{view.year}年_{chosen}",
        {"region_name": columns.text(view.place.parts, pinned=True), **income_trends.UNIT_COLUMNS},
        sources.notes([*LEVELS, *LINES, PARTS[1]], view, f"人群：{chosen}；低于标准线、基尼系数为全部农户"),
        key="income_units",
        drawn_for=(view, grp),
    )

kinds = income_trends.lists(limits)
drop = limits.get("income_sharp_drop_pct")
widgets.section("重点农户名单", f"姓名已隐去；骤减指比上年下降 {drop:g}% 以上" if drop else "姓名已隐去")
kind = widgets.segments("名单", list(kinds), key="income_list")
listed = cached.rows("income/households", {**here, "kind": kinds[kind], "drop_pct": drop})
if listed.empty:
    widgets.empty(f"{view.place.name}{view.year}年没有“{kind}”的农户", "可选择其他名单、年度或人群。")
else:
    words = income_trends.list_words(listed)
    widgets.source(f"{view.in_words()} · {chosen} · {kind} · {words}")
    notes = sources.notes(["income_falling_pct", LINES[0]], view, f"人群：{chosen}，名单：{kind}，{words}")
    name = f"农户收入_{view.place.name}_{view.year}年_{kind}"
    widgets.table_with_export(
        listed, name, income_trends.HOUSEHOLD_COLUMNS, notes, key="income_households", drawn_for=(view, grp, kind)
    )

widgets.section("收入差距与标准线（供分析）", "全部农户，按人计；FGT0 为标准线以下人口比")
name = f"收入差距_{view.place.name}"
notes = sources.notes(LINES, view)
widgets.table_with_export(poverty, name, income_trends.POVERTY_COLUMNS, notes, key="income_poverty", drawn_for=(view,))
widgets.source(sources.line([*LEVELS, *PARTS, *LINES], view))
