"""The place and year filters, kept in the address, and what else sets them: buttons and clicks on maps."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboard.serving import cached
from dashboard.serving.regions import Region, Tree

_ALL = ""


def place() -> tuple[Region, ...]:
    """Draw the place filters; the chain of county, township and village that is chosen.

    What is chosen but does not lie in its parent is dropped.
    """
    tree = cached.regions()
    if len(tree.counties) == 1:
        st.html(f'<div class="db-county">{escape(tree.counties[0].name)}</div>', width="content")
    county = only_county()
    township = _choice("township", "乡镇", tree.children(county.code), tree, "全部乡镇", resets=("village",))
    villages = tree.children(township) if township else ()
    village = _choice("village", "村", villages, tree, "全部村")
    return (county, *(tree.region(code) for code in (township, village) if code))


def only_county() -> Region:
    """Draw the choice of a county where the database holds several; the county chosen."""
    tree = cached.regions()
    codes = [region.code for region in tree.counties]
    chosen = codes[0] if len(codes) == 1 else _choice("county", "县", codes, tree, None, resets=("township", "village"))
    return tree.region(chosen)


def year(indicator: str) -> int | None:
    """Draw the year filter with the years of an indicator; the year chosen, None where the indicator has none."""
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


def set_place(code: str) -> None:
    """Set the filters to a township or village of the directory; to be called in a callback."""
    region = cached.regions().region(code)
    is_village = region.level == "village"
    st.session_state["township"] = region.parent if is_village else region.code
    st.session_state["village"] = region.code if is_village else _ALL


def drill(labels: Mapping[str, str], key: str) -> None:
    """Buttons, code → text, for the regions directly below the place; a click sets the filters to one."""

    def narrow() -> None:
        if code := st.session_state[key]:
            set_place(code)
        st.session_state[key] = None

    st.pills("下钻", list(labels), format_func=labels.get, key=key, on_change=narrow, label_visibility="collapsed")


def _choice(
    key: str, label: str, codes: Sequence[str], tree: Tree, everything: str | None, resets: Sequence[str] = ()
) -> str:
    options = [_ALL, *codes] if everything else list(codes)
    if st.session_state.get(key, options[0]) not in options:
        del st.session_state[key]
    return st.selectbox(
        label,
        options,
        format_func=lambda code: tree.label(code) if code else everything,
        key=key,
        # A village of the same name in the next township must not stay chosen.
        on_change=lambda: st.session_state.update(dict.fromkeys(resets, _ALL)),
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        disabled=len(options) == 1 and everything is not None,
        width=150,
    )
