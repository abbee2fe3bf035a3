"""指标口径：每个指标怎么算、依据哪份文件哪一条，以及现行阈值。"""

import streamlit as st

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
    indicator_glossary.headline(definitions, thresholds, sought),
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
    indicator_glossary.DEFINITION_COLUMNS,
    sources.notes([], view),
    key="glossary_definitions",
)
widgets.table_with_export(
    thresholds,
    "阈值和目标",
    indicator_glossary.THRESHOLD_COLUMNS,
    sources.notes([], view),
    key="glossary_thresholds",
)
