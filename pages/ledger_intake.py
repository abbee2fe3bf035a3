"""台账导入：放入文件，核对，确认后发布；查看各发布版本，可以回退。"""

from datetime import date

import streamlit as st

from dashboard import cached, intake, paths, published, shell, ui
from dashboard.intake import Said, Upload
from dashboard.ledgers import forms

SHOWN_ROWS = 300

view = shell.begin("ledger_intake")
if "intake_desk" not in st.session_state:
    st.session_state["intake_desk"] = intake.Desk(paths.database_root())
desk = st.session_state["intake_desk"]
desk.settle()
told = desk.report

if desk.done:
    ui.finding(desk.done.headline, "看板各页现在使用的版本见右上角；需要时可在下方回退。")
elif told:
    ui.finding(told.headline, "核对没有改动任何数据；确认发布后，看板各页才使用新数据。")
else:
    ui.finding("放入台账文件，核对无误后发布", "台账种类按表头自动识别；核对不改动数据，发布后各页自动更新。")
if desk.error:
    st.error(desk.error)
if desk.notice:
    st.success(desk.notice)

files = f"intake_files_{desk.round}"
st.file_uploader(
    "台账文件（.xlsx、.xls、.csv）或村边界（.geojson），可一次放入多个，每个不超过 200 MB",
    accept_multiple_files=True,
    key=files,
    on_change=lambda: desk.receive([Upload.of(file.name, file.getvalue()) for file in st.session_state[files]]),
    disabled=desk.state == intake.PUBLISHING,
)
if job := desk.job:
    bar = st.progress(job.share, text=job.what)
    while not job.wait(0.2):
        bar.progress(job.share, text=job.what)
    st.rerun()

if told:
    ui.section("核对结果", "逐个文件、逐张工作表")
    ui.table(intake.sheets(told), "核对结果", intake.SHEET_COLUMNS, key="intake_sheets")
    if not desk.publishable:
        ui.empty("没有可以发布的内容", intake.why_not(told))
    with st.container(horizontal=True, vertical_alignment="center", key="intake_decide"):
        if desk.publishable:
            st.button(f"确认发布 {told.changes:,} 行", type="primary", on_click=desk.publish, key="intake_publish")
        st.button("放弃", on_click=desk.discard, key="intake_discard")
    said = {}
    with st.expander("指定台账种类、年度或金额单位（自动识别不对或缺少时）", expanded=intake.asks(told)):
        for place, upload in enumerate(desk.uploads):
            name, kind, year, unit = st.columns([3, 3, 2, 2], vertical_alignment="center")
            name.text(upload.name)
            kinds = ["", *forms.kinds()]
            years = [0, *range(date.today().year, 1999, -1)]
            with kind:
                kind_said = ui.pick("台账种类", kinds, f"intake_kind_{desk.batch}_{place}", intake.kind_in_words)
            with year:
                year_said = ui.pick("年度", years, f"intake_year_{desk.batch}_{place}", intake.year_in_words)
            with unit:
                unit_said = ui.pick(
                    "单位", ["", "元", "万元"], f"intake_unit_{desk.batch}_{place}", intake.unit_in_words
                )
            said[place] = Said(kind_said or None, year_said or None, unit_said or None)
        st.button("按所选重新核对", on_click=desk.check, args=(said,), key="intake_again")
    changed = intake.changes(told)
    if not changed.empty:
        ui.section("变更举例", "与现有数据不同的行，原值和新值")
        ui.table(changed, "变更举例", intake.CHANGE_COLUMNS, key="intake_changes")

if desk.done and desk.done.published and desk.done.version == view.version.id:
    moved = intake.moved(cached.rows("meta/moved"))
    ui.section("全县指标的变化", "发布前后不同的指标")
    if moved.empty:
        ui.source("没有变化。" if view.version.base else "这是第一个版本，没有可比的数字。")
    else:
        ui.table(moved, "全县指标的变化", intake.MOVED_COLUMNS, key="intake_moved")

if shown := told or desk.done:
    notes = [("核对结果", shown.headline)]
    problems = intake.said_rows(shown)
    if not problems.empty:
        ui.section("问题和说明", f"共 {len(problems):,} 条；不能导入的在前")
        ui.preview_with_export(
            problems, "核对报告", intake.SAID_COLUMNS, notes, "intake_said", SHOWN_ROWS, parquet=False
        )

if view.version:
    ui.section("发布版本", "回退不删除任何版本")
    listed = published.versions(desk.root)
    ui.table(listed, "发布版本", published.VERSION_COLUMNS, key="intake_versions")
    others = listed.loc[listed["state"] == "", "id"].tolist()
    if others:
        with st.container(horizontal=True, vertical_alignment="center", key="intake_rollback"):
            target = ui.pick("版本", others, f"intake_target_{view.version.id}", width=140)
            with st.popover(
                "回退到此版本", disabled=desk.state == intake.PUBLISHING, key=f"intake_back_{view.version.id}"
            ):
                st.write(f"看板各页将改用版本 {target} 的数据，现在的版本 {view.version.id} 仍然保留。")
                st.button("确认回退", type="primary", on_click=desk.rollback, args=(target,), key="intake_confirm")
    ui.section("现有台账", "各台账现有多少行，最近在哪个版本更新")
    ui.table(
        published.standing(desk.root), "现有台账", published.STANDING_COLUMNS, key="intake_standing", height="content"
    )
