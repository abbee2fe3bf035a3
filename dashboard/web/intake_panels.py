"""Panels of the intake page: what was understood and its correction, rows to remove, remembered layouts, templates."""

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
from dashboard.presenters.ledger_intake.session import PUBLISHING, IntakeSession, alike
from dashboard.presenters.ledger_intake.sheet_corrections import EXAMPLE, FIELD, LETTER, TITLE
from dashboard.serving import cached
from dashboard.serving.view import View
from dashboard.warehouse import versions
from dashboard.web import intake_sessions, widgets

# Up to so many columns are shown all at once; more of them in a window of so many pixels.
_WHOLE_GRID_ROWS, _GRID_HEIGHT = 18, 600

_DESK, _WORD = "intake_desk", "desk"


def own_session() -> IntakeSession:
    """The desk of this session; after a reload the one that the page's address names, while it is kept."""
    if _DESK not in st.session_state:
        word = st.query_params.get(_WORD, "")
        found = intake_sessions.kept.take(word, _is_open) if word else None
        st.session_state[_DESK] = found or IntakeSession(paths.database_root())
        if word and not found:
            st.info("网址中的核对结果已不再保留，或正在另一个窗口使用；请重新放入文件。")
    return st.session_state[_DESK]


def keep(desk: IntakeSession) -> None:
    """Have the desk found again after a reload, as long as there is something on it."""
    if desk.job or desk.report or desk.done:
        word = intake_sessions.kept.keep(desk, get_script_run_ctx().session_id)
        if st.query_params.get(_WORD) != word:
            st.query_params[_WORD] = word
    else:
        intake_sessions.kept.clear(desk)
        st.query_params.pop(_WORD, None)


def stale(desk: IntakeSession, view: View) -> None:
    """Say that another version was published or gone back to since the check, and offer to check again."""
    now = view.version.id if view.version else ""
    if desk.report and not desk.job and desk.checked_on not in (None, now):
        with st.container(horizontal=True, vertical_alignment="center", key="intake_stale"):
            st.warning(f"核对之后当前版本已换成 {now}，下面的行数是按 {desk.checked_on or '空库'} 算的。")
            st.button("重新核对", on_click=desk.check, args=(desk.instructions,), key="intake_check_anew")


def _is_open(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def downloads(desk: IntakeSession, view: View) -> None:
    """Files to take away: the refused rows to be put right, and a blank template of each ledger."""
    if desk.has_returns:
        name, make = desk.returns()
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


def corrections(desk: IntakeSession) -> None:
    """What was understood of each sheet, and what the clerk can say about it instead, to be checked again."""
    sheets = sheet_corrections.sheets(desk.report)
    if not sheets:
        return
    asks = report_tables.asks(desk.report)
    with st.expander(sheet_corrections.headline(sheets), expanded=asks, key=f"intake_understood_{desk.checks}"):
        at = widgets.pick(
            "工作表",
            list(sheets),
            f"intake_sheet_{desk.checks}",
            lambda one: sheet_corrections.named(one, sheets[one], desk.uploads[one.upload].name),
        )
        entry = sheets[at]
        known, earlier, key = entry.recognition, desk.words(at), f"{desk.checks}_{list(sheets).index(at)}"
        widgets.source(sheet_corrections.facts(entry))
        if known.saved_on:
            widgets.source(f"对应关系按 {known.saved_on} 确认的使用，以后同样表头的文件都照此读取。")
        for question in report_tables.questions(desk.report, entry):
            st.warning(question)
        kind, rows, year, unit = _choices(known, earlier, key)
        chosen = _mapping(known, kind, rows, key)
        same = alike(desk.report, at, rows) if rows else [at]
        said = sheet_corrections.words(known, earlier, kind=kind, rows=rows, chosen=chosen, year=year, unit=unit)
        told = {other: desk.words(other) for other in same}
        with st.container(horizontal=True, vertical_alignment="center", key="intake_correct"):
            st.button(
                "按更正重新核对",
                type="primary",
                disabled=said is None or said == earlier,
                on_click=lambda: desk.correct(sheet_corrections.also(told, same, said)),
                key="intake_again",
            )
            st.button(
                "恢复自动识别",
                disabled=earlier is None and not known.saved_on,
                on_click=lambda: desk.correct(dict.fromkeys(same, sheet_corrections.automatic(entry))),
                key="intake_automatic",
            )
            if len(same) > 1:
                widgets.source(f"表头相同的 {len(same)} 张工作表一并更正。")
            else:
                widgets.source("发布后记住这种表头的更正，下次同样的表自动使用；年度每次按表中。")


def _choices(known, earlier, key: str) -> tuple[str, tuple[int, int] | None, int, str]:
    """The kind, the header's rows, the year and the unit that the clerk chooses for a sheet."""
    kind_box, first_box, last_box, year_box, unit_box = st.columns([3, 2, 2, 2, 2])
    nothing = [] if known.kind else [""]
    with kind_box:
        kinds = [*nothing, *forms.kinds(), sheet_corrections.LEFT_OUT]
        kind = _pick("台账种类", kinds, f"intake_kind_{key}", known.kind, sheet_corrections.kind_in_words)
    first_row, last_row = known.header_rows or (0, 0)
    numbers = sheet_corrections.header_rows(known)
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


def _mapping(known, kind: str, rows: tuple[int, int] | None, key: str) -> list[str]:
    """The fields the clerk chooses for the columns; as they were understood where there is nothing to choose yet."""
    understood = sheet_corrections.mapping(known)[FIELD].tolist()
    if known.is_one_of_several:
        widgets.table(
            sheet_corrections.mapping(known),
            "列对应关系",
            sheet_corrections.MAPPING_COLUMNS,
            key=f"intake_columns_{key}",
        )
    elif known.columns and kind == known.kind and rows == known.header_rows:
        chosen = _editor(known, key)
        for sentence in sheet_corrections.objections(kind, chosen, known):
            st.warning(sentence)
        understood = chosen
    elif kind != sheet_corrections.LEFT_OUT and known.columns:
        widgets.source("改了台账种类或表头行：请先重新核对，再指定各列。")
    if st.toggle("显示这张表的前几行", value=not known.columns, key=f"intake_top_{key}"):
        first_rows = sheet_corrections.top(known)
        looks = {"行": columns.count("行", width=50)} | {name: columns.text(name) for name in first_rows.columns[1:]}
        widgets.table(first_rows, "表的前几行", looks, key=f"intake_first_rows_{key}", height="content")
    return understood


def _editor(known, key: str) -> list[str]:
    editor, base, last = (f"intake_{name}_{key}" for name in ("mapping", "base", "chosen"))
    table = sheet_corrections.mapping(known)
    if editor not in st.session_state:
        # The table under an editor must stay the same while it is drawn; one drawn anew begins with what was chosen.
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
                options=sheet_corrections.fields(known.kind), required=True, width=260
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


def removals(desk: IntakeSession, view: View) -> None:
    """Standing rows that the files left out, to be removed where the clerk says so, and why others cannot be."""
    told = desk.report or desk.done
    why_not = report_tables.why_not_offered(told, desk.offers) if told else ""
    if not view.version or not (desk.offers or why_not):
        return
    widgets.section("本次文件中没有的行", "现有数据中有、本次文件中没有：保留不动；确实不该保留的，勾选后移除")
    if desk.offers:
        _candidates(desk, view)
    if why_not:
        widgets.source(why_not)


def _candidates(desk: IntakeSession, view: View) -> None:
    names = {offer.kind: offer for offer in desk.offers}
    kind = widgets.pick(
        "台账",
        list(names),
        f"intake_offer_{desk.checks}",
        lambda one: f"{names[one].name}（{len(names[one].keys):,} 行）",
        width=320,
    )
    offer = names[kind]
    shown, looks = report_tables.absent_rows(offer)
    marked = widgets.choose_rows(
        shown, "本次文件中没有的行", looks, f"intake_left_out_{desk.checks}_{kind}_{len(shown)}"
    )
    keys = [offer.keys[place] for place in marked]
    with st.container(horizontal=True, vertical_alignment="center", key="intake_removal"):
        st.button(
            f"移除勾选的 {len(keys):,} 行…",
            disabled=not keys,
            on_click=lambda: desk.examine(kind, keys, view.version.id),
            key="intake_examine",
        )
        widgets.source(f"已勾选 {len(keys):,} 行，共 {len(shown):,} 行；移除后发布新版本，随时可以回退。")
    if told := desk.removal:
        with st.container(border=True, key="intake_removal_asked"):
            st.write(told.headline)
            also = bool(told.referring) and st.checkbox(
                "其他台账中涉及的行也一并移除", key=f"intake_also_{desk.checks}"
            )
            st.button(
                "确认移除",
                type="primary",
                disabled=bool(told.referring) and not also,
                on_click=lambda: desk.remove(also),
                key="intake_remove",
            )


def memory(desk: IntakeSession) -> None:
    """Layouts that were put right once and are remembered; the clerk can have them forgotten."""
    try:
        known = saved_layouts.read(desk.root)
    except versions.StoreError as damage:
        st.error(str(damage))
        st.button("清除记住的对应关系", on_click=desk.forget, args=(None,), key="intake_forget")
        return
    if not known:
        return
    rows = report_tables.saved_layout_rows(known)
    with st.expander(f"记住的对应关系（{len(known)} 种表头）", key="intake_memory"):
        marked = widgets.choose_rows(
            rows, "记住的对应关系", report_tables.SAVED_LAYOUT_COLUMNS, f"intake_layouts_{len(known)}_{desk.checks}"
        )
        gone = rows["fingerprint"].iloc[marked].tolist()
        with st.container(horizontal=True, vertical_alignment="center", key="intake_forget_bar"):
            st.button(
                f"清除勾选的 {len(gone)} 种", disabled=not gone, on_click=desk.forget, args=(gone,), key="intake_forget"
            )
            widgets.source("清除后，同样表头的文件重新按表头自动识别。")


def published_versions(desk: IntakeSession) -> None:
    """The published versions, and the way back to one of them."""
    widgets.section("发布版本", "回退不删除任何版本")
    listed = version_list.table(desk.root)
    widgets.table(listed, "发布版本", version_list.VERSION_COLUMNS, key="intake_versions")
    others = listed.loc[listed["state"] == "", "id"].tolist()
    if not others:
        return
    now = next(iter(listed.loc[listed["state"] != "", "id"]), "")
    with st.container(horizontal=True, vertical_alignment="center", key="intake_rollback"):
        target = widgets.pick("版本", others, f"intake_target_{now}", width=140)
        with st.popover("回退到此版本", disabled=desk.state == PUBLISHING, key=f"intake_back_{now}"):
            kept = f"，现在的版本 {now} 仍然保留" if now else ""
            st.write(f"看板各页将改用版本 {target} 的数据{kept}。")
            st.button("确认回退", type="primary", on_click=desk.rollback, args=(target,), key="intake_confirm")


def _pick(label: str, options: Sequence, key: str, begin, say: Callable):
    """One of ``options``, ``begin`` with nothing chosen yet."""
    if begin in options:
        st.session_state.setdefault(key, begin)
    return widgets.pick(label, options, key, say)


def _places() -> list[tuple[str, str]]:
    """(township, village) of the directory in force."""
    tree = cached.regions()
    return [
        (tree.region(township).name, tree.region(village).name)
        for county in tree.counties
        for township in tree.children(county.code)
        for village in tree.children(township)
    ]
