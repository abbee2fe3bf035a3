"""指标口径：每个指标怎么算、依据哪份文件哪一条，以及现行阈值。"""

import streamlit as st

from dashboard.display import columns
from dashboard.presenters import indicator_glossary
from dashboard.serving import sources
from dashboard.web import frame, widgets

view = frame.begin("indicator_glossary")
sought = st.text_input(
    "查找",
    placeholder="输入指标、台账、文件或条款中的字词，例如：走访、15万、销号",
    key="glossary_sought",
    bind="query-params",
    label_visibility="collapsed",
)
definitions = indicator_glossary.definitions(sought)
thresholds = indicator_glossary.thresholds(view, sought)

widgets.finding(
    f"共 {len(definitions)} 个指标、{len(thresholds)} 项阈值和目标" + (f"含“{sought}”" if sought else ""),
    "全部页面、导出和命令行都用这里的定义；阈值随执行口径和日期生效，未见于来源文件的标为“本系统默认”。",
)
if definitions.empty and thresholds.empty:
    widgets.empty("没有找到", "请换一个词，或清空查找框查看全部。")
    st.stop()

widgets.section("指标定义")
st.html(indicator_glossary.definitions_html(definitions))
widgets.section("现行阈值和目标", f"执行口径：{indicator_glossary.jurisdiction(view)}")
st.html(indicator_glossary.thresholds_html(thresholds))

widgets.section("整表导出")
widgets.table_with_export(
    definitions,
    "指标定义",
    {
        "name": columns.text("指标"),
        "name_en": columns.text("英文名"),
        "theme": columns.text("主题"),
        "unit": columns.text("单位"),
        "numerator": columns.text("分子（或数值）"),
        "denominator": columns.text("分母"),
        "period": columns.text("时期"),
        "groups": columns.text("分组"),
        "ledgers": columns.text("数据来源"),
        "caution": columns.text("注意"),
        "document": columns.text("来源文件"),
        "clause": columns.text("条款"),
        "id": columns.text("代号"),
    },
    sources.notes([], view),
    key="glossary_definitions",
)
widgets.table_with_export(
    thresholds,
    "阈值和目标",
    {
        "label": columns.text("参数"),
        "value": columns.text("数值"),
        "unit": columns.text("单位"),
        "jurisdiction": columns.text("口径"),
        "valid_from": columns.day("生效日期"),
        "document": columns.text("来源文件"),
        "clause": columns.text("条款"),
        "quote": columns.text("原文"),
        "id": columns.text("代号"),
    },
    sources.notes([], view),
    key="glossary_thresholds",
)
