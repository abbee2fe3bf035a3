"""The frame of every page: the menu, the filters, and the version being read."""

import logging
import traceback
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard import paths
from dashboard.definitions import policy
from dashboard.definitions.toml_files import DefinitionsInvalid
from dashboard.serving import cached
from dashboard.serving.regions import Region
from dashboard.serving.view import View
from dashboard.warehouse import versions
from dashboard.web import filters, navigation, widgets

_log = logging.getLogger(__name__)


_view: ContextVar[View | None] = ContextVar("view_drawn", default=None)


def run() -> None:
    """Draw the frame, then the page the address names."""
    _view.set(None)
    chosen = navigation.draw()
    _view.set(_frame(navigation.page_of(chosen.url_path)))
    chosen.run()


def begin(stem: str) -> View:
    """What the page ``stem`` shows. Where there is nothing to show, say what to do and stop the page.

    A page that Streamlit started on its own, without the frame, gets the frame here.
    """
    page = navigation.page_of(stem)
    view = _view.get()
    if view is None:
        navigation.draw()
        view = _frame(page)
    _view.set(None)
    if view.version is None and page.needs_data:
        widgets.empty(
            "尚未导入台账", "请打开“台账导入”页面上传台账，或运行 python -m dashboard load 导入；导入后本页自动显示。"
        )
        st.stop()
    if page.needs_data and not view.trail:
        widgets.empty("尚未导入行政区划名录", "各项数据按行政区划汇总，请先在“台账导入”页面导入《行政区划名录》。")
        st.stop()
    return view


def failed(error: Exception) -> bool:
    """Say in Chinese that a page could not be drawn; the log gets where, not the values that were worked on."""
    explained = versions.in_plain_words(paths.database_root(), error)
    if explained or isinstance(error, (versions.StoreError, DefinitionsInvalid)):
        widgets.empty("数据无法读取", str(explained or error))
    else:
        _log.error("page failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        widgets.empty("本页未能显示", "请刷新页面再试；仍不行，请记下时间并联系管理员查看运行日志。数据没有改动。")
    return True


def _frame(page: navigation.Page) -> View:
    widgets.stylesheet()
    try:
        version = cached.begin_reading()
        jurisdiction = cached.rows("meta/version")["jurisdiction"].iat[0] if version else ""
        if version:
            cached.regions()
    except Exception as error:
        failed(error)
        if not page.works_when_damaged:
            st.stop()
        return View(None, is_damaged=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="frame_bar"):
        trail, year = _filters(page) if version else ((), None)
        st.html(_facts(version, jurisdiction))
    return View(version, trail, year, jurisdiction)


def _filters(page: navigation.Page) -> tuple[tuple[Region, ...], int | None]:
    counties = cached.regions().counties
    if not counties:
        return (), None
    if page.has_place_filter:
        trail = filters.place()
    elif page.needs_data:
        trail = (filters.only_county(),)
    else:
        trail = counties[:1]
    return trail, filters.year(page.year_of) if page.year_of else None


@lru_cache(maxsize=8)
def _facts(version: versions.Version | None, jurisdiction: str) -> str:
    on = version.as_of if version else date.today()
    facts: dict[str, str] = {"": policy.in_force(on).office_name}
    if version:
        facts |= {"执行口径": jurisdiction, "截至日期": f"{on:%Y-%m-%d}", "版本": version.id}
    items = "".join(f"<span><i>{label}</i>{escape(value)}</span>" for label, value in facts.items())
    return f'<div class="db-facts">{items}</div>'
