"""数据导出：选一张表，按条件筛选、选列，导出 Excel、CSV 或 Parquet。"""

import streamlit as st

from dashboard.presenters import export_tables
from dashboard.serving import sources
from dashboard.web import frame, widgets

view = frame.begin("export_tables")
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="export_bar"):
    ids = {export.name: export.id for export in export_tables.tables()}
    name = st.selectbox(
        "数据表",
        list(ids),
        key="export_table",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        width=210,
    )
    export = export_tables.get(ids[name])
    table = export_tables.rows(view, export)
    period, chosen = "", {}
    if periods := export_tables.periods(table, export):
        period = widgets.choice(export.period, periods, f"全部{export.period}", f"export_{export.id}_period", 150)
    for number, category in enumerate(export.categories):
        if values := export_tables.choices(table, category):
            key = f"export_{export.id}_{number}"
            if value := widgets.choice(category, values, f"全部{category}", key, 190):
                chosen[category] = value
    contains = st.text_input(
        "包含文字",
        key="export_contains",
        bind="query-params",
        persist_state="session",
        placeholder="包含文字，回车筛选",
        label_visibility="collapsed",
        max_chars=40,
        width=190,
    ).strip()

kept = export_tables.narrowed(table, export, period, chosen, contains)
shown = export_tables.columns_of(table, export)
titles = st.pills(
    "列",
    [column.title for column in shown.values()],
    default=[column.title for column in shown.values()],
    selection_mode="multi",
    key=f"export_{export.id}_columns",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
selected = {name: column for name, column in shown.items() if column.title in titles}

filters = export_tables.filters_text(period, chosen, contains)
widgets.finding(
    f"{export.name}：符合条件 {len(kept):,} 行，选取 {len(selected)} 列",
    f"{view.in_words()}，{filters}。所选地区共 {len(table):,} 行、{len(shown)} 列；姓名、证件号码和电话已遮盖。",
)
if not selected:
    widgets.empty("没有选择列", "请在上方至少选择一列。")
elif kept.empty:
    widgets.empty("没有符合条件的行", "请放宽上方的筛选条件；整张表为空时，请先在“台账导入”页面导入。")
else:
    widgets.preview_with_export(
        kept,
        export_tables.file_name(export, view, period, chosen),
        selected,
        sources.table_notes(export.name, view, filters),
        key=f"export_{export.id}",
        first=export_tables.SHOWN_ROWS,
        height=400,
    )
widgets.source(sources.table_line(export.name, view))
