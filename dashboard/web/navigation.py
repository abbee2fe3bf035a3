"""The pages, the menu that leads to them, and the browser's title."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import streamlit as st

from dashboard import paths
from dashboard.web import widgets

TITLE = "防止返贫监测看板"


@dataclass(frozen=True)
class Page:
    """A page (页面).

    stem: name of the file in ``pages/``, of its presenter and of its address.
    title: what the menu calls it.
    has_place_filter: whether township and village can be chosen.
    year_of: the indicator whose years the year filter offers; None for a page without one.
    needs_data: whether there is nothing to show before the first load.
    works_when_damaged: whether it is drawn even where the current version cannot be read, and offers the way back.
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

_BY_STEM: Mapping[str, Page] = MappingProxyType({page.stem: page for page in PAGES})


def page_of(stem: str) -> Page:
    """The page of a stem; the first page for the bare address and for a stem that no page has."""
    return _BY_STEM.get(stem, PAGES[0])


def draw() -> st.Page:
    """Draw the menu and set the browser's title; the page that the address names."""
    # Copies, because a run marks the page it draws.
    chosen = st.navigation([copy(link) for link in _links()], position="top")
    st.set_page_config(
        page_title=f"{page_of(chosen.url_path).title} · {TITLE}",
        page_icon="📊",
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.logo(widgets.banner(TITLE), size="large")
    return chosen


@cache
def _links() -> tuple[st.Page, ...]:
    """What the menu leads to. The default page has no address of its own in Streamlit, so the overview is there
    twice: hidden, for the bare address, and under its name.
    """
    home = _link(PAGES[0], url_path="home", default=True, visibility="hidden")
    return home, *(_link(page, url_path=page.stem) for page in PAGES)


def _link(page: Page, **how: Any) -> st.Page:
    return st.Page(paths.PROJECT / "pages" / f"{page.stem}.py", title=page.title, **how)
