"""The frame of every page: navigation, the place and year in force, and the version being read."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import paths
from dashboard.definitions import policy
from dashboard.serving import cached
from dashboard.serving.regions import Region, Tree
from dashboard.serving.view import View
from dashboard.warehouse import versions
from dashboard.web import widgets


@dataclass(frozen=True)
class Page:
    """A page (页面): file stem = address; ``year_of`` is the indicator whose years its year filter offers.

    ``mends``: it is drawn even where the version in force cannot be read, and offers the way back.
    """

    stem: str
    title: str
    has_place_filter: bool = True
    year_of: str | None = None
    needs_data: bool = True
    works_when_damaged: bool = False


PAGES = (
    Page("overview", "总览"),
    Page("monitoring_coverage", "监测覆盖"),
    Page("income_trends", "收入趋势", year_of="income_per_capita_yuan"),
    Page("collective_economy", "村集体经济", year_of="collective_operating_yuan"),
    Page("assessment_checklist", "考核清单", has_place_filter=False),
    Page("rectification", "问题整改"),
    Page("data_quality", "数据质量"),
    Page("ledger_intake", "台账导入", has_place_filter=False, needs_data=False, works_when_damaged=True),
    Page("export_tables", "数据导出"),
    Page("indicator_glossary", "指标口径", has_place_filter=False, needs_data=False),
)

TITLE = "防止返贫监测看板"

ALL = ""

_log = logging.getLogger(__name__)


_view: ContextVar[View | None] = ContextVar("view_drawn", default=None)


def run() -> None:
    """Draw the frame, then the page the address names."""
    _view.set(None)
    chosen = _navigation()
    _view.set(_frame(_page_of(chosen.url_path)))
    chosen.run()


def begin(stem: str) -> View:
    """What the page ``stem`` shows. Stops the page, with a word on what to do, where there is nothing to show.

    A page that Streamlit started on its own, without the frame, gets the frame here.
    """
    page = next(page for page in PAGES if page.stem == stem)
    view = _view.get()
    if view is None:
        _navigation()
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
    if explained or isinstance(error, (versions.StoreError, policy.PolicyError)):
        widgets.empty("数据无法读取", str(explained or error))
    else:
        _log.error("page failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        widgets.empty("本页未能显示", "请刷新页面再试；仍不行，请记下时间并联系管理员查看运行日志。数据没有改动。")
    return True


def address(stem: str, view: View) -> str:
    """The address of a page with the place kept."""
    tree = cached.regions()
    place = {key: tree.label(region.code) for key, region in zip(("township", "village"), view.trail[1:], strict=False)}
    return f"/{stem}{'?' if place else ''}{urlencode(place)}"


def drill(view: View, labels: Mapping[str, str], key: str) -> None:
    """Buttons, code → words, for the regions directly below the place; a click narrows the filters to one."""
    narrower = "township" if view.place.level == "county" else "village"
    st.pills(
        "下钻",
        list(labels),
        format_func=labels.get,
        key=key,
        on_change=lambda: st.session_state.update({narrower: st.session_state[key], key: None}),
        label_visibility="collapsed",
    )


def _navigation() -> st.Page:
    # Copies, because a run marks the page it draws.
    chosen = st.navigation([copy(link) for link in _links()], position="top")
    st.set_page_config(
        page_title=f"{_page_of(chosen.url_path).title} · {TITLE}",
        page_icon="📊",
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.logo(widgets.banner(TITLE), size="large")
    return chosen


@cache
def _links() -> tuple[st.Page, ...]:
    """What the navigation leads to. The default page has no address of its own in Streamlit, so the overview is there
    twice: hidden, for the bare address, and under its name.
    """
    home = _link(PAGES[0], url_path="home", default=True, visibility="hidden")
    return home, *(_link(page, url_path=page.stem) for page in PAGES)


def _link(page: Page, **how: Any) -> st.Page:
    return st.Page(paths.PROJECT / "pages" / f"{page.stem}.py", title=page.title, **how)


def _page_of(url_path: str) -> Page:
    return next((page for page in PAGES if page.stem == url_path), PAGES[0])


def _frame(page: Page) -> View:
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


def _filters(page: Page) -> tuple[tuple[Region, ...], int | None]:
    tree = cached.regions()
    if not tree.counties:
        return (), None
    trail = _place(tree) if page.has_place_filter else tree.counties[:1]
    return trail, _year(page.year_of) if page.year_of else None


def _place(tree: Tree) -> tuple[Region, ...]:
    """The chain county, township, village that the filters name; what does not lie in its parent is dropped."""
    county = tree.counties[0]
    if len(tree.counties) > 1:
        counties = [region.code for region in tree.counties]
        county = tree.region(_choice("county", "县", counties, tree, None, resets=("township", "village")))
    else:
        st.html(f'<div class="db-county">{escape(county.name)}</div>', width="content")
    township = _choice("township", "乡镇", tree.children(county.code), tree, "全部乡镇", resets=("village",))
    villages = tree.children(township) if township else ()
    village = _choice("village", "村", villages, tree, "全部村")
    chain = [county.code, township, village]
    return tuple(tree.region(code) for code in chain if code)


def _choice(
    key: str, label: str, codes: Sequence[str], tree: Tree, everything: str | None, resets: Sequence[str] = ()
) -> str:
    options = [ALL, *codes] if everything else list(codes)
    if st.session_state.get(key, options[0]) not in options:
        del st.session_state[key]
    return st.selectbox(
        label,
        options,
        format_func=lambda code: tree.label(code) if code else everything,
        key=key,
        # A village of the same name in the next township must not stay chosen.
        on_change=lambda: st.session_state.update(dict.fromkeys(resets, ALL)),
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        disabled=len(options) == 1 and everything is not None,
        width=150,
    )


def _year(indicator: str) -> int | None:
    years = cached.rows("meta/years", {"indicator": indicator})["year"].tolist()
    if not years:
        return None
    if st.session_state.get("year", years[0]) not in years:
        del st.session_state["year"]
    chosen = st.selectbox(
        "年度",
        years,
        key="year",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        width=100,
    )
    return int(chosen)


@lru_cache(maxsize=8)
def _facts(version: versions.Version | None, jurisdiction: str) -> str:
    on = version.as_of if version else date.today()
    facts: dict[str, str] = {"": policy.in_force(on).office_name}
    if version:
        facts |= {"执行口径": jurisdiction, "截至日期": f"{on:%Y-%m-%d}", "版本": version.id}
    items = "".join(f"<span><i>{label}</i>{escape(value)}</span>" for label, value in facts.items())
    return f'<div class="db-facts">{items}</div>'
