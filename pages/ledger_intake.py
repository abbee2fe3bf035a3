"""台账导入：放入文件，看懂了什么，核对，更正，确认后发布；退回表、空白模板、移除；查看各发布版本，可以回退。"""

import streamlit as st

from dashboard.presenters.ledger_intake import report_tables as tables
from dashboard.presenters.ledger_intake import version_list
from dashboard.presenters.ledger_intake.session import PUBLISHING, REMOVING
from dashboard.presenters.ledger_intake.uploads import Upload
from dashboard.serving import cached
from dashboard.web import frame, intake_panels, widgets

SHOWN_ROWS = 300

view = frame.begin("ledger_intake")
desk = intake_panels.own_session()
desk.settle()
intake_panels.keep(desk)
if view.is_damaged:
    if desk.error:
        st.error(desk.error)
    intake_panels.published_versions(desk)
    st.stop()
told = desk.report

if desk.job:
    widgets.finding(f"正在{desk.doing}，请稍候", "可以离开本页或刷新，不会中断。")
elif desk.done:
    widgets.finding(desk.done.headline, "看板各页现在使用的版本见右上角；需要时可在下方回退。")
elif told:
    widgets.finding(told.headline, "核对没有改动任何数据；确认发布后，看板各页才使用新数据。")
else:
    widgets.finding("放入台账文件，核对无误后发布", "台账种类按表头自动识别；核对不改动数据，发布后各页自动更新。")
if desk.error:
    st.error(desk.error)
if desk.notice:
    st.success(desk.notice)

files = f"intake_files_{desk.round}"
st.file_uploader(
    "台账文件（Excel、WPS、CSV、文本或压缩包，按内容识别）或村边界（.geojson），可一次放入多个，每个不超过 200 MB",
    accept_multiple_files=True,
    key=files,
    on_change=lambda: desk.receive([Upload.of(file.name, file.getvalue()) for file in st.session_state[files]]),
    disabled=desk.state in (PUBLISHING, REMOVING),
)
if told and not st.session_state[files]:
    widgets.source(tables.put_in_before(desk.uploads))
if job := desk.job:
    bar = st.progress(job.share, text=job.what)
    while not job.wait(0.2):
        bar.progress(job.share, text=job.what)
    st.rerun()
intake_panels.stale(desk, view)
if not told:
    with st.container(horizontal=True, key="intake_papers"):
        intake_panels.downloads(desk, view)

if told:
    widgets.section("核对结果", "发布后会怎样；逐个文件、逐张工作表")
    if told.ledgers:
        with st.container(key="intake_counts"):
            widgets.cards(tables.counted(told))
    widgets.table(desk.once("sheets", tables.sheets), "核对结果", tables.SHEET_COLUMNS, key="intake_sheets")
    if not desk.publishable:
        widgets.empty("没有可以发布的内容", tables.why_not(told))
    with st.container(horizontal=True, vertical_alignment="center", key="intake_decide"):
        if desk.publishable:
            publish = f"确认发布 {told.changes:,} 行"
            st.button(publish, type="primary", on_click=desk.publish, args=(desk.checks,), key="intake_publish")
        if desk.teaches:
            st.button("记住更正的对应关系", type="primary", on_click=desk.remember, key="intake_teach")
        st.button("放弃", on_click=desk.discard, key="intake_discard")
        intake_panels.downloads(desk, view)
    intake_panels.corrections(desk)

if shown := told or desk.done:
    notes = [("核对结果", shown.headline)]
    problems = desk.once("said", tables.issue_rows)
    if not problems.empty:
        widgets.section("问题和说明", f"共 {len(problems):,} 条；不能导入的在前")
        widgets.preview_with_export(
            problems,
            "核对报告",
            tables.ISSUE_COLUMNS,
            notes,
            "intake_said",
            SHOWN_ROWS,
            parquet=False,
            is_prose=True,
        )
if told:
    changed = desk.once("changes", tables.changes)
    if not changed.empty:
        widgets.section("变更举例", tables.changed_in_words(told))
        widgets.table(changed, "变更举例", tables.CHANGE_COLUMNS, key="intake_changes")
intake_panels.removals(desk, view)

if desk.done and desk.done.published and desk.done.version == view.version.id:
    moved = tables.moved(cached.rows("meta/moved"))
    widgets.section("全县指标的变化", "发布前后不同的指标")
    if moved.empty:
        widgets.source("没有变化。" if view.version.base else "这是第一个版本，没有可比的数字。")
    else:
        widgets.table(moved, "全县指标的变化", tables.MOVED_COLUMNS, key="intake_moved")

if view.version:
    intake_panels.layouts(desk)
    intake_panels.published_versions(desk)
if view.version and not told:
    widgets.section("现有台账", "各台账现有多少行，最近在哪个版本更新")
    widgets.table(
        version_list.current_ledgers(desk.root),
        "现有台账",
        version_list.LEDGER_COLUMNS,
        key="intake_standing",
        height="content",
    )
