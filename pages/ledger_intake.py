"""台账导入：放入文件，看懂了什么，核对，更正，确认后发布；退回表、空白模板、移除；查看各发布版本，可以回退。"""

import streamlit as st

from dashboard.presenters.ledger_intake import report_tables as tables
from dashboard.web import frame, intake_panels, widgets

view = frame.begin("ledger_intake")
intake = intake_panels.own_session()
intake.settle()
intake_panels.keep(intake)
if view.is_damaged:
    if intake.error:
        st.error(intake.error)
    intake_panels.published_versions(intake)
    st.stop()
report = intake.report

intake_panels.state(intake)
intake_panels.uploader(intake)
intake_panels.stale(intake, view)
if not report:
    with st.container(horizontal=True, key="intake_papers"):
        intake_panels.downloads(intake, view)

if report:
    widgets.section("核对结果", "发布后会怎样；逐个文件、逐张工作表")
    if report.ledgers:
        with st.container(key="intake_counts"):
            widgets.cards(tables.counted(report))
    widgets.table(intake.once("sheets", tables.sheets), "核对结果", tables.SHEET_COLUMNS, key="intake_sheets")
    if not intake.publishable:
        widgets.empty("没有可以发布的内容", tables.why_not(report))
    intake_panels.decide(intake, view)
    intake_panels.corrections(intake)

if shown := report or intake.done:
    issues = intake.once("issues", tables.issue_rows)
    if not issues.empty:
        widgets.section("问题和说明", f"共 {len(issues):,} 条；不能导入的在前")
        widgets.preview_with_export(
            issues,
            "核对报告",
            tables.ISSUE_COLUMNS,
            [("核对结果", shown.headline)],
            "intake_said",
            tables.SHOWN_ISSUES,
            parquet=False,
            is_prose=True,
        )
if report:
    changes = intake.once("changes", tables.changes)
    if not changes.empty:
        widgets.section("变更举例", tables.changed_in_words(report))
        widgets.table(changes, "变更举例", tables.CHANGE_COLUMNS, key="intake_changes")
intake_panels.removals(intake, view)

if intake.done and intake.done.published and intake.done.version == view.version.id:
    intake_panels.moved(view)
if view.version:
    intake_panels.layouts(intake)
    intake_panels.published_versions(intake)
if view.version and not report:
    intake_panels.current_ledgers(intake)
