"""收入趋势：人均纯收入多少、增长多快、哪里下降、谁在标准线以下。"""

import streamlit as st

from dashboard.display import lights
from dashboard.presenters import income_trends, small_numbers
from dashboard.serving import cached, sources
from dashboard.web import blocks, filters, frame, widgets

view = frame.begin("income_trends")
if view.year is None:
    widgets.empty("没有收入数据", "请在“台账导入”页面导入《收入台账》，导入后本页自动显示。")
    st.stop()

limits = cached.limits()
small = limits["small_number_households"]
place, year = view.place, view.year
who = widgets.segments("人群", list(income_trends.GROUPS), key="income_group")
params = income_trends.params(view, who, limits)
incomes = income_trends.income_year(view, who, limits)
group, now, by_unit = incomes.group, incomes.now, incomes.units_by_year


def picture() -> None:
    """The headline, the cards and all charts."""
    widgets.finding(
        income_trends.headline(place, year, group, now, by_unit, small),
        income_trends.detail(place, year, now, incomes.below, by_unit, small),
    )
    widgets.cards(income_trends.indicator_cards(view, group, limits))
    widgets.legend(lights.meaning(limits))
    widgets.two_by_two(income_trends.charts(view, incomes, limits))
    if panels := income_trends.panels(view, incomes, small):
        widgets.chart(panels)
    widgets.two_by_two(income_trends.spread_charts(view, incomes, limits))


blocks.block("income_picture", picture, view, group)

if place.level != "village":
    units = cached.rows("income/units", params)
    caution = small_numbers.caution(small, "有收入台账")
    widgets.section(f"各{place.parts}", f"人均纯收入低的在前；点击名称下钻；{caution}")
    filters.drill(income_trends.drill_labels(units), key="income_drill")
    widgets.table_with_export(
        lambda: income_trends.unit_rows(units, small),
        f"收入趋势_{place.name}_{year}年_{who}",
        income_trends.unit_columns(place),
        sources.notes(income_trends.UNIT_INDICATORS, view, f"人群：{who}；低于标准线、基尼系数为全部农户"),
        key="income_units",
        drawn_for=(view, group),
    )

kinds = income_trends.lists(limits)
widgets.section("重点农户名单", income_trends.list_note(limits))
kept = widgets.segments("名单", list(kinds), key="income_list")
households = cached.rows("income/households", {**params, "kind": kinds[kept]})
if households.empty:
    widgets.empty(f"{place.name}{year}年没有“{kept}”的农户", "可选择其他名单、年度或人群。")
else:
    cut = income_trends.list_words(households)
    widgets.source(f"{view.in_words()} · {who} · {kept} · {cut}")
    widgets.table_with_export(
        households,
        f"农户收入_{place.name}_{year}年_{kept}",
        income_trends.HOUSEHOLD_COLUMNS,
        sources.notes(income_trends.LIST_INDICATORS, view, f"人群：{who}，名单：{kept}，{cut}"),
        key="income_households",
        drawn_for=(view, group, kept),
    )

widgets.section("收入差距与标准线（供分析）", "全部农户，按人计；FGT0 为标准线以下人口比")
widgets.table_with_export(
    incomes.poverty,
    f"收入差距_{place.name}",
    income_trends.POVERTY_COLUMNS,
    sources.notes(income_trends.LINE_INDICATORS, view),
    key="income_poverty",
    drawn_for=(view,),
)
widgets.source(sources.line(income_trends.INDICATORS, view))
