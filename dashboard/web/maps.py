"""A map of villages or townships as SVG: no tiles, no WebGL, outlines fetched once per version."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import paths
from dashboard.display import map_outlines, palette
from dashboard.serving import cached
from dashboard.serving.view import View
from dashboard.warehouse import queries, versions

SHAPES_ROUTE = "/shapes/{version}.json"

_NO_VALUE = "未填报或不适用"

_WEB = Path(__file__).parent / "static"
_COMPONENT = st.components.v2.component(
    "village_map",
    html='<div class="map"></div>',
    css=(_WEB / "map.css").read_text(encoding="utf-8"),
    js=(_WEB / "map.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Band:
    """One class of the legend: values from ``lower`` (inclusive) up to the next band's lower."""

    lower: float
    label: str
    colour: str


def bands(edges: Sequence[float], labels: Sequence[str], colours: Sequence[str]) -> tuple[Band, ...]:
    """Bands with given lower edges, ascending; the first one takes in everything below the second."""
    return tuple(Band(*parts) for parts in zip(edges, labels, colours, strict=True))


def even_bands(
    values: pd.Series, say: Callable[[float], str], unit: str = "", whole: bool = False, count: int = 5
) -> tuple[Band, ...]:
    """About ``count`` bands with round edges over the values reported, light to dark blue.

    ``whole`` numbers (households, problems) get no band narrower than one, and a band of one is said as that number.
    """
    known = values.dropna()
    if known.empty:
        return ()
    low, high = float(known.min()), float(known.max())
    step = _round_step((high - low) / count) if high > low else max(abs(high), 1.0)
    step = max(step, 1.0) if whole else step
    first = math.floor(low / step) * step
    # The topmost band takes in its upper edge, so that shares do not get a band above 100 %.
    edges = [first + step * place for place in range(max(1, math.ceil((high - first) / step)))]
    shades = [palette.SEQUENTIAL[1 + round(place * 7 / max(len(edges) - 1, 1))] for place in range(len(edges))]
    single = edges[:-1] if whole and step == 1 else []
    labels = [f"{say(edge)}{unit}" if edge in single else f"{say(edge)}～{say(edge + step)}{unit}" for edge in edges]
    return bands(edges, labels, shades)


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

    ``make`` gives the table and the legend's bands; it is called once for a version, place, year and ``chosen``, the
    page's own choice that they depend on. The table has ``region_code``, ``value`` (null = grey) and ``label`` (the
    value as said on hover), of the whole county: what lies around the place is drawn pale. The legend counts what the
    map turns to: the county or a township.
    """
    drawn = cached.once(f"map_{key}", lambda: json.dumps(_drawn(*make(), view, level)), view, chosen)
    _COMPONENT(
        key=key,
        height="content",
        # As text, which need not be written out again at every rerun.
        data={"drawn": drawn, "alt": alt, "height": height},
        on_picked_change=lambda: _go_to(st.session_state[key].picked),
    )


def drawing(version_id: str) -> bytes:
    """The outlines of a version as JSON; StoreError where there is no such version."""
    root = paths.database_root()
    version = next((version for version in versions.published(root) if version.id == version_id), None)
    if version is None:
        raise versions.StoreError(f"没有版本“{version_id}”。")
    return _drawing(version, str(root), version_id)


def warm_up() -> None:
    """Make the current version's drawing before anybody asks for it."""
    version = versions.current(paths.database_root())
    if version is not None:
        drawing(version.id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _drawing(_version: versions.Version, root: str, version_id: str) -> bytes:
    return map_outlines.drawing(queries.run(versions.connection(Path(root), _version), "meta/outlines"))


def _drawn(table: pd.DataFrame, legend: Sequence[Band], view: View, level: str) -> dict[str, Any]:
    """What the component draws: every region's band and words, the legend with counts, where to look."""
    shown = _turned_to(view) if level == "village" else None
    counts, missing = [0] * len(legend), 0
    values = {}
    for code, value, label in zip(table["region_code"], table["value"], table["label"], strict=True):
        band = _band_of(value, legend)
        values[code] = [band, label if band is not None else _NO_VALUE]
        if shown is not None and code not in shown:
            continue
        if band is None:
            missing += 1
        else:
            counts[band] += 1
    return {
        "shapes": SHAPES_ROUTE.format(version=view.version.id),
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


def _go_to(code: str | None) -> None:
    if not code:
        return
    region = cached.regions().region(code)
    st.session_state["township"] = region.parent if region.level == "village" else region.code
    st.session_state["village"] = region.code if region.level == "village" else ""


def _band_of(value: float | None, legend: Sequence[Band]) -> int | None:
    if value is None or pd.isna(value) or not legend:
        return None
    fitting = [place for place, band in enumerate(legend) if value >= band.lower]
    return fitting[-1] if fitting else 0


def _round_step(rough: float) -> float:
    size = 10 ** math.floor(math.log10(rough))
    return next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough)
