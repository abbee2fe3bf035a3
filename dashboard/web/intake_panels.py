"""Panels of the intake page: recognition and corrections, absent rows, saved layouts, versions, templates."""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import paths
from dashboard.definitions import forms
from dashboard.display import columns
from dashboard.ledgers.cells import values
from dashboard.ledgers.feedback import blank_templates, clerk_guide
from dashboard.ledgers.loading import saved_layouts
from dashboard.presenters.ledger_intake import report_tables, sheet_corrections, version_list
from dashboard.presenters.ledger_intake.session import PUBLISHING, REMOVING, IntakeSession
from dashboard.presenters.ledger_intake.sheet_corrections import EXAMPLE, FIELD, LETTER, TITLE
from dashboard.presenters.ledger_intake.uploads import Upload, sheets_alike
from dashboard.serving import cached
from dashboard.serving.view import View
from dashboard.warehouse import versions
from dashboard.web import intake_sessions, widgets

# Up to so many columns are shown all at once; more of them in a window of so many pixels.
_WHOLE_GRID_ROWS, _GRID_HEIGHT = 18, 600

_SESSION_KEY, _WORD = "intake_desk", "desk"


def own_session() -> IntakeSession:
    """The intake of this browser session; after a reload the one that the page's address names, while it is kept."""
    if _SESSION_KEY not in st.session_state:
        word = st.query_params.get(_WORD, "")
        kept = intake_sessions.store.take(word, _is_open) if word else None
        st.session_state[_SESSION_KEY] = kept or IntakeSession(paths.database_root())
        if word and not kept:
            st.info("网址中的核对结果已不再保留，或正在另一个窗口使用；请重新放入文件。")
    return st.session_state[_SESSION_KEY]


def keep(intake: IntakeSession) -> None:
    """Keep the intake over a reload, as long as there is something in it."""
    if intake.job or intake.report or intake.done:
        word = intake_sessions.store.keep(intake, get_script_run_ctx().session_id)
        if st.query_params.get(_WORD) != word:
            st.query_params[_WORD] = word
    else:
        intake_sessions.store.clear(intake)
        st.query_params.pop(_WORD, None)


def stale(intake: IntakeSession, view: View) -> None:
    """Say that the current version has changed since the check, and offer to check again."""
    now = view.version.id if view.version else ""
    if intake.report and not intake.job and intake.checked_on not in (None, now):
        with st.container(horizontal=True, vertical_alignment="center", key="intake_stale"):
            st.warning(f"核对之后当前版本已换成 {now}，下面的行数是按 {intake.checked_on or '空库'} 算的。")
            st.button("重新核对", on_click=intake.check, args=(intake.instructions,), key="intake_check_anew")


def _is_open(browser_session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(browser_session)


def downloads(intake: IntakeSession, view: View) -> None:
    """Files to download: the rejected rows to be corrected, a blank template of each ledger, the guide."""
    if intake.has_returns:
        name, make = intake.returns()
        st.download_button("下载退回表", make, file_name=name, on_click="ignore", key="intake_returned")
    _templates(view)
    st.button("填报说明", on_click=_guide, key="intake_guide")


def _templates(view: View) -> None:
    places = _places() if view.version else []
    with st.popover("下载空白模板", key="intake_templates"):
        st.write("按模板填报的台账可以直接导入：必填项带 * 号，可选内容有下拉菜单，填法见“填表说明”。")
        halves = st.columns(2)
        for place, kind in enumerate(forms.kinds()):
            halves[place % 2].download_button(
                forms.get(kind).name,
                lambda kind=kind: blank_templates.workbook(kind, places),
                file_name=blank_templates.file_name(kind),
                on_click="ignore",
                key=f"intake_template_{kind}",
                width="stretch",
            )


def corrections(intake: IntakeSession) -> None:
    """What was recognised in each sheet, and what the clerk can choose instead, to be checked again."""
    sheets = sheet_corrections.sheets(intake.report)
    if not sheets:
        return
    asks = report_tables.asks(intake.report)
    with st.expander(sheet_corrections.headline(sheets), expanded=asks, key=f"intake_understood_{intake.checks}"):
        at = widgets.pick(
            "工作表",
            list(sheets),
            f"intake_sheet_{intake.checks}",
            lambda sheet: sheet_corrections.named(sheet, sheets[sheet], intake.uploads[sheet.upload].name),
        )
        entry = sheets[at]
        recognition, earlier = entry.recognition, intake.instructions_for(at)
        key = f"{intake.checks}_{list(sheets).index(at)}"
        widgets.source(sheet_corrections.facts(entry))
        if recognition.saved_on:
            widgets.source(f"对应关系按 {recognition.saved_on} 确认的使用，以后同样表头的文件都照此读取。")
        for question in report_tables.questions(intake.report, entry):
            st.warning(question)
        kind, rows, year, unit = _choices(recognition, earlier, key)
        chosen = _mapping(recognition, kind, rows, key)
        same = sheets_alike(intake.report, at, rows) if rows else [at]
        settings = sheet_corrections.instructions(
            recognition, earlier, kind=kind, rows=rows, chosen=chosen, year=year, unit=unit
        )
        before = {sheet: intake.instructions_for(sheet) for sheet in same}
        with st.container(horizontal=True, vertical_alignment="center", key="intake_correct"):
            st.button(
                "按更正重新核对",
                type="primary",
                disabled=settings is None or settings == earlier,
                on_click=lambda: intake.correct(sheet_corrections.for_alike(before, same, settings)),
                key="intake_again",
            )
            st.button(
                "恢复自动识别",
                disabled=earlier is None and not recognition.saved_on,
                on_click=lambda: intake.correct(dict.fromkeys(same, sheet_corrections.automatic(entry))),
                key="intake_automatic",
            )
            if len(same) > 1:
                widgets.source(f"表头相同的 {len(same)} 张工作表一并更正。")
            else:
                widgets.source("发布后记住这种表头的更正，下次同样的表自动使用；年度每次按表中。")


def _choices(recognition, earlier, key: str) -> tuple[str, tuple[int, int] | None, int, str]:
    """The ledger, the header's rows, the year and the unit that the clerk chooses for a sheet."""
    kind_box, first_box, last_box, year_box, unit_box = st.columns([3, 2, 2, 2, 2])
    nothing = [] if recognition.kind else [""]
    with kind_box:
        kinds = [*nothing, *forms.kinds(), sheet_corrections.LEFT_OUT]
        kind = _pick("台账种类", kinds, f"intake_kind_{key}", recognition.kind, sheet_corrections.kind_in_words)
    first_row, last_row = recognition.header_rows or (0, 0)
    numbers = sheet_corrections.header_rows(recognition)
    with first_box:
        firsts = numbers if first_row else [0, *numbers]
        first = _pick("表头首行", firsts, f"intake_first_{key}", first_row, sheet_corrections.first_in_words)
    with last_box:
        lasts = [row for row in numbers if first and first <= row < first + sheet_corrections.DEEPEST] or [0]
        begin = last_row if first == first_row else lasts[0]
        last = _pick("表头末行", lasts, f"intake_last_{key}_{first}", begin, sheet_corrections.last_in_words)
    with year_box:
        years = [0, *range(date.today().year, values.FIRST_YEAR - 1, -1)]
        year = _pick("年度", years, f"intake_year_{key}", earlier and earlier.year, sheet_corrections.year_in_words)
    with unit_box:
        units = sheet_corrections.UNITS
        unit = _pick("单位", units, f"intake_unit_{key}", earlier and earlier.unit, sheet_corrections.unit_in_words)
    return kind, (first, last) if first else None, year, unit


def _mapping(recognition, kind: str, rows: tuple[int, int] | None, key: str) -> list[str]:
    """The fields the clerk chooses for the columns; as recognised where there is nothing to choose yet."""
    chosen = sheet_corrections.mapping(recognition)[FIELD].tolist()
    if recognition.is_one_of_several:
        widgets.table(
            sheet_corrections.mapping(recognition),
            "列对应关系",
            sheet_corrections.MAPPING_COLUMNS,
            key=f"intake_columns_{key}",
        )
    elif recognition.columns and kind == recognition.kind and rows == recognition.header_rows:
        chosen = _editor(recognition, key)
        for sentence in sheet_corrections.objections(kind, chosen, recognition):
            st.warning(sentence)
    elif kind != sheet_corrections.LEFT_OUT and recognition.columns:
        widgets.source("改了台账种类或表头行：请先重新核对，再指定各列。")
    if st.toggle("显示这张表的前几行", value=not recognition.columns, key=f"intake_top_{key}"):
        first_rows = sheet_corrections.top(recognition)
        looks = {"行": columns.count("行", width=50)} | {name: columns.text(name) for name in first_rows.columns[1:]}
        widgets.table(first_rows, "表的前几行", looks, key=f"intake_first_rows_{key}", height="content")
    return chosen


def _editor(recognition, key: str) -> list[str]:
    editor, base, last = (f"intake_{name}_{key}" for name in ("mapping", "base", "chosen"))
    table = sheet_corrections.mapping(recognition)
    if editor not in st.session_state:
        # The table under an editor must stay the same while it is drawn; a new one begins with what was chosen.
        st.session_state[base] = st.session_state.get(last, table[FIELD].tolist())
    edited = st.data_editor(
        table.assign(**{FIELD: st.session_state[base]}),
        key=editor,
        hide_index=True,
        height="content" if len(table) <= _WHOLE_GRID_ROWS else _GRID_HEIGHT,
        disabled=[LETTER, TITLE, EXAMPLE],
        column_config={
            LETTER: st.column_config.TextColumn(width=50),
            TITLE: st.column_config.TextColumn(width=260),
            EXAMPLE: st.column_config.TextColumn(width=260),
            FIELD: st.column_config.SelectboxColumn(
                options=sheet_corrections.fields(recognition.kind), required=True, width=260
            ),
        },
        alt="列对应关系：双击“对应到”可以改",
    )
    st.session_state[last] = edited[FIELD].tolist()
    return st.session_state[last]


@st.dialog("台账填报说明", width="large")
def _guide() -> None:
    how, messages = st.tabs(["怎么报、常见问题", "全部提示"])
    how.markdown(clerk_guide.written_part())
    messages.markdown(clerk_guide.message_tables())


def removals(intake: IntakeSession, view: View) -> None:
    """Current rows absent from the files, which the clerk may remove, and why others cannot be removed."""
    report = intake.report or intake.done
    why_not = report_tables.why_not_offered(report, intake.candidates) if report else ""
    if not view.version or not (intake.candidates or why_not):
        return
    widgets.section("本次文件中没有的行", "现有数据中有、本次文件中没有：保留不动；确实不该保留的，勾选后移除")
    if intake.candidates:
        _candidates(intake, view)
    if why_not:
        widgets.source(why_not)


def _candidates(intake: IntakeSession, view: View) -> None:
    by_kind = {candidates.kind: candidates for candidates in intake.candidates}
    kind = widgets.pick(
        "台账",
        list(by_kind),
        f"intake_offer_{intake.checks}",
        lambda kind: f"{by_kind[kind].name}（{len(by_kind[kind].keys):,} 行）",
        width=320,
    )
    candidates = by_kind[kind]
    shown, looks = report_tables.absent_rows(candidates)
    marked = widgets.choose_rows(
        shown, "本次文件中没有的行", looks, f"intake_left_out_{intake.checks}_{kind}_{len(shown)}"
    )
    keys = [candidates.keys[place] for place in marked]
    with st.container(horizontal=True, vertical_alignment="center", key="intake_removal"):
        st.button(
            f"移除勾选的 {len(keys):,} 行…",
            disabled=not keys,
            on_click=lambda: intake.examine(kind, keys, view.version.id),
            key="intake_examine",
        )
        widgets.source(f"已勾选 {len(keys):,} 行，共 {len(shown):,} 行；移除后发布新版本，随时可以回退。")
    if removal := intake.removal:
        with st.container(border=True, key="intake_removal_asked"):
            st.write(removal.headline)
            also = bool(removal.referring) and st.checkbox(
                "其他台账中涉及的行也一并移除", key=f"intake_also_{intake.checks}"
            )
            st.button(
                "确认移除",
                type="primary",
                disabled=bool(removal.referring) and not also,
                on_click=lambda: intake.remove(also),
                key="intake_remove",
            )


def layouts(intake: IntakeSession) -> None:
    """Saved layouts, which the clerk can delete."""
    try:
        saved = saved_layouts.read(intake.root)
    except versions.StoreError as damage:
        st.error(str(damage))
        st.button("清除记住的对应关系", on_click=intake.forget, args=(None,), key="intake_forget")
        return
    if not saved:
        return
    rows = report_tables.saved_layout_rows(saved)
    with st.expander(f"记住的对应关系（{len(saved)} 种表头）", key="intake_memory"):
        marked = widgets.choose_rows(
            rows, "记住的对应关系", report_tables.SAVED_LAYOUT_COLUMNS, f"intake_layouts_{len(saved)}_{intake.checks}"
        )
        chosen = rows["fingerprint"].iloc[marked].tolist()
        with st.container(horizontal=True, vertical_alignment="center", key="intake_forget_bar"):
            st.button(
                f"清除勾选的 {len(chosen)} 种",
                disabled=not chosen,
                on_click=intake.forget,
                args=(chosen,),
                key="intake_forget",
            )
            widgets.source("清除后，同样表头的文件重新按表头自动识别。")


def state(intake: IntakeSession) -> None:
    """The page's headline: what is under way, done or checked; and what failed or was done."""
    if intake.job:
        widgets.finding(f"正在{intake.doing}，请稍候", "可以离开本页或刷新，不会中断。")
    elif intake.done:
        widgets.finding(intake.done.headline, "看板各页现在使用的版本见右上角；需要时可在下方回退。")
    elif intake.report:
        widgets.finding(intake.report.headline, "核对没有改动任何数据；确认发布后，看板各页才使用新数据。")
    else:
        widgets.finding("放入台账文件，核对无误后发布", "台账种类按表头自动识别；核对不改动数据，发布后各页自动更新。")
    if intake.error:
        st.error(intake.error)
    if intake.notice:
        st.success(intake.notice)


def uploader(intake: IntakeSession) -> None:
    """Where files are put in, and the progress of the work under way, after which the page is drawn again."""
    key = f"intake_files_{intake.round}"
    st.file_uploader(
        "台账文件（Excel、WPS、CSV、文本或压缩包，按内容识别）或村边界（.geojson），可一次放入多个，每个不超过 200 MB",
        accept_multiple_files=True,
        key=key,
        on_change=lambda: intake.receive([Upload.of(file.name, file.getvalue()) for file in st.session_state[key]]),
        disabled=intake.state in (PUBLISHING, REMOVING),
    )
    if intake.report and not st.session_state[key]:
        widgets.source(report_tables.put_in_before(intake.uploads))
    if job := intake.job:
        bar = st.progress(job.share, text=job.what)
        while not job.wait(0.2):
            bar.progress(job.share, text=job.what)
        st.rerun()


def decide(intake: IntakeSession, view: View) -> None:
    """What can be done with the checked files: publish, save corrections, put away, download."""
    with st.container(horizontal=True, vertical_alignment="center", key="intake_decide"):
        if intake.publishable:
            publish = f"确认发布 {intake.report.changes:,} 行"
            st.button(publish, type="primary", on_click=intake.publish, args=(intake.checks,), key="intake_publish")
        if intake.teaches:
            st.button("记住更正的对应关系", type="primary", on_click=intake.remember, key="intake_teach")
        st.button("放弃", on_click=intake.discard, key="intake_discard")
        downloads(intake, view)


def moved(view: View) -> None:
    """County values that the publication changed."""
    rows = report_tables.moved(cached.rows("meta/moved"))
    widgets.section("全县指标的变化", "发布前后不同的指标")
    if rows.empty:
        widgets.source("没有变化。" if view.version.base else "这是第一个版本，没有可比的数字。")
    else:
        widgets.table(rows, "全县指标的变化", report_tables.MOVED_COLUMNS, key="intake_moved")


def current_ledgers(intake: IntakeSession) -> None:
    """Current rows of each ledger."""
    widgets.section("现有台账", "各台账现有多少行，最近在哪个版本更新")
    rows = version_list.current_ledgers(intake.root)
    widgets.table(rows, "现有台账", version_list.LEDGER_COLUMNS, key="intake_standing", height="content")


def published_versions(intake: IntakeSession) -> None:
    """The published versions, and the rollback to one of them."""
    widgets.section("发布版本", "回退不删除任何版本")
    listed = version_list.table(intake.root)
    widgets.table(listed, "发布版本", version_list.VERSION_COLUMNS, key="intake_versions")
    others = listed.loc[listed["state"] == "", "id"].tolist()
    if not others:
        return
    now = next(iter(listed.loc[listed["state"] != "", "id"]), "")
    with st.container(horizontal=True, vertical_alignment="center", key="intake_rollback"):
        target = widgets.pick("版本", others, f"intake_target_{now}", width=140)
        with st.popover("回退到此版本", disabled=intake.state == PUBLISHING, key=f"intake_back_{now}"):
            kept = f"，现在的版本 {now} 仍然保留" if now else ""
            st.write(f"看板各页将改用版本 {target} 的数据{kept}。")
            st.button("确认回退", type="primary", on_click=intake.rollback, args=(target,), key="intake_confirm")


def _pick(label: str, options: Sequence, key: str, begin, say: Callable):
    """One of ``options``, ``begin`` with nothing chosen yet."""
    if begin in options:
        st.session_state.setdefault(key, begin)
    return widgets.pick(label, options, key, say)


def _places() -> list[tuple[str, str]]:
    """(township, village) of the current directory."""
    tree = cached.regions()
    return [
        (tree.region(township).name, tree.region(village).name)
        for county in tree.counties
        for township in tree.children(county.code)
        for village in tree.children(township)
    ]
