"""A map of villages or townships as SVG: no tiles, no WebGL, outlines fetched once per version."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.display import palette
from dashboard.display.map_bands import Band, band_of
from dashboard.serving import cached
from dashboard.serving.view import View
from dashboard.web import filters

SHAPES_ROUTE = "/shapes/{version}.json"

_NO_VALUE = "未填报或不适用"

_WEB = Path(__file__).parent / "static"
_COMPONENT = st.components.v2.component(
    "village_map",
    html='<div class="map"></div>',
    css=(_WEB / "map.css").read_text(encoding="utf-8"),
    js=(_WEB / "map.js").read_text(encoding="utf-8"),
)


def choropleth(
    make: Callable[[], tuple[pd.DataFrame, Sequence[Band]]],
    view: View,
    key: str,
    level: str = "village",
    height: int = 380,
    alt: str = "分村地图",
    chosen: str = "",
) -> None:
    """Regions coloured by band; a click on one sets the filters to it.

    ``make`` gives the table and the legend's bands (`map_bands`); it is called once for a view and ``chosen``, the
    page's own choice that they depend on. The table has ``region_code``, ``value`` (null = grey) and ``label`` (the
    text on hover), of the whole county: what lies around the place is drawn pale. The legend counts what the map
    turns to: the county or a township.
    """
    drawn = cached.once(f"map_{key}", lambda: json.dumps(_drawn(*make(), view, level)), view, chosen)
    _COMPONENT(
        key=key,
        height="content",
        # As text, which need not be written out again at every rerun.
        data={"drawn": drawn, "alt": alt, "height": height},
        on_picked_change=lambda: _picked(st.session_state[key].picked),
    )


def _drawn(table: pd.DataFrame, legend: Sequence[Band], view: View, level: str) -> dict[str, Any]:
    """What the component draws: every region's band and text, the legend with counts, where to look."""
    shown = _turned_to(view) if level == "village" else None
    counts, missing = [0] * len(legend), 0
    values = {}
    for code, value, label in zip(table["region_code"], table["value"], table["label"], strict=True):
        band = band_of(value, legend)
        values[code] = [band, label if band is not None else _NO_VALUE]
        if shown is not None and code not in shown:
            continue
        if band is None:
            missing += 1
        else:
            counts[band] += 1
    return {
        # Relative to the page: the dashboard may be served under a sub-path.
        "shapes": SHAPES_ROUTE.lstrip("/").format(version=view.version.id),
        "level": level,
        "values": values,
        "bands": [
            {"label": band.label, "colour": band.colour, "count": count}
            for band, count in zip(legend, counts, strict=True)
        ],
        "missing": {"label": _NO_VALUE, "colour": palette.NOT_REPORTED, "count": missing},
        "focus": view.place.code,
        "focus_level": view.place.level,
        "focus_township": view.township_code,
    }


def _turned_to(view: View) -> set[str] | None:
    """The villages the map shows large: those of the township looked at; None for all."""
    return set(cached.regions().children(view.township_code)) if view.township_code else None


def _picked(code: str | None) -> None:
    if code:
        filters.set_place(code)
