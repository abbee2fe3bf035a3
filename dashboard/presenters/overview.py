"""The scorecard (units × indicators with lights) and what got worse since the version before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from itertools import groupby

import pandas as pd

from dashboard import text
from dashboard.definitions import indicators
from dashboard.definitions.indicators import Indicator
from dashboard.display import columns
from dashboard.display.cards import SHAPES
from dashboard.display.columns import Column
from dashboard.display.map_bands import Band, even_bands
from dashboard.serving import addresses, cached, indicator_values
from dashboard.serving.cached import DataPoint
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.view import View

_CHOSEN = ' class="db-chosen"'

# What is read first: off target, near it, not judged, on target.
_URGENCY = ("red", "amber", None, "green", "grey")


@dataclass(frozen=True)
class WorseIndicator:
    """One indicator that moved the wrong way: by how much of its own unit, and where it moved most."""

    value: IndicatorValue
    moved: float
    where: str


def indicator_map(name: str, fact: IndicatorValue, view: View) -> tuple[pd.DataFrame, tuple[Band, ...]]:
    """The map of an indicator by village for the period told, and its bands."""
    asked = {"county_code": view.trail[0].code, "indicator": fact.definition.id, "grp": name.partition("|")[2]}
    villages = cached.rows("meta/by_village", {**asked, "period": fact.period})
    labels = [indicators.format(fact.definition.id, value) for value in villages["value"]]
    legend = even_bands(
        villages["value"],
        lambda edge: text.plain(edge * fact.definition.display_factor),
        fact.definition.display_unit,
        whole=fact.definition.decimals == 0,
    )
    return villages.assign(label=labels), legend


@lru_cache(maxsize=256)
def board_html(view: View, names: tuple[str, ...]) -> str:
    """A table: the place first, then the regions below it, one indicator a column, each cell with mark and number.

    A region's name leads to the page narrowed to it. A village stands among those of its township.
    """
    chosen = view.place.code
    view = _with_regions_below(view)
    facts = indicator_values.current(view, names)
    below = _below(view, facts)
    heads = "".join(f"<th title='{escape(fact.definition.formula)}'>{_head(fact)}</th>" for fact in facts.values())
    whole = "".join(_cell(fact.definition.id, fact.now, fact.light) for fact in facts.values())
    rows = [f'<tr class="db-whole"><td>{escape(view.place.name)}</td>{whole}</tr>']
    limits = cached.limits()
    worst = {name: _worst(name, fact.definition, below) for name, fact in facts.items()}
    tree = cached.regions()
    for code in tree.children(view.place.code):
        cells = "".join(
            _judged_cell(name, below.get(code, {}), facts, limits, worst[name], tree.region(code).level)
            for name in facts
        )
        rows.append(f"<tr{_CHOSEN if code == chosen else ''}><td>{_link(view, code)}</td>{cells}</tr>")
    themes = "".join(
        f'<th class="db-theme" colspan="{len(list(group))}">{escape(theme)}</th>'
        for theme, group in groupby(fact.definition.theme for fact in facts.values())
    )
    head = f"<tr><th></th>{themes}</tr><tr><th>{_unit_word(view)}</th>{heads}</tr>"
    return f'<div class="db-board"><table>{head}{"".join(rows)}</table></div>'


@lru_cache(maxsize=256)
def table(view: View, names: tuple[str, ...]) -> tuple[pd.DataFrame, dict[str, Column]]:
    """The scorecard for export, as presented: the place and the regions below it; and how its columns are shown."""
    view = _with_regions_below(view)
    facts = indicator_values.current(view, names)
    below = _below(view, facts)
    tree = cached.regions()
    rows = [{"region_code": view.place.code, "region_name": view.place.name, **_values(facts)}]
    for code in tree.children(view.place.code):
        figures = below.get(code, {})
        values = {name: figures[name].value for name in facts if name in figures}
        rows.append({"region_code": code, "region_name": tree.region(code).name, **values})
    shown = {"region_code": columns.text("行政区划代码"), "region_name": columns.text("单位")}
    shown |= {name: columns.of_indicator(fact.definition) for name, fact in facts.items()}
    return columns.presented(pd.DataFrame(rows, columns=list(shown)), shown), shown


def _values(facts: Mapping[str, IndicatorValue]) -> dict[str, float | None]:
    return {name: fact.now.value for name, fact in facts.items()}


@lru_cache(maxsize=256)
def worse(view: View, names: tuple[str, ...]) -> list[WorseIndicator]:
    """Indicators that got worse since the version before, those off target first; empty without such a version."""
    facts = indicator_values.current(view, names)
    moves: dict[str, dict[str, float]] = {name: {} for name in facts}
    for row in cached.rows(
        "overview/changes", {"region_code": view.place.code, **indicator_values.query_params(list(facts))}
    ).itertuples():
        name = indicator_values.name_of(row)
        if name in facts and _is_worse(facts[name].definition, row.value - row.value_before):
            moves[name][row.region_code] = row.value - row.value_before
    found = [
        WorseIndicator(facts[name], moved[view.place.code], _where(view, moved))
        for name, moved in moves.items()
        if view.place.code in moved
    ]
    return sorted(found, key=lambda one: _URGENCY.index(one.value.light))


def worse_html(view: View, found: Sequence[WorseIndicator]) -> str:
    """One line: what got worse, in words, or why nothing can be compared."""
    if view.version.base is None:
        said = "首个版本，尚无可比"
    elif view.place.level == "village":
        said = "只比较到县和乡镇"
    elif not found:
        said = "没有"
    else:
        said = "；".join(_in_words(one) for one in found)
    return f'<div class="db-worse"><b>比上一版本变差</b>{said}</div>'


def _in_words(one: WorseIndicator) -> str:
    definition = one.value.definition
    unit = "个百分点" if definition.display_unit == "%" else definition.display_unit
    verb = "升" if one.moved > 0 else "降"
    moved = f"{verb} {abs(one.moved) * definition.display_factor:,.{definition.decimals}f} {unit}"
    now = indicators.format(definition.id, one.value.now.value)
    return f"<em>{escape(definition.name)}</em> {now}（{moved}{escape(one.where)}）"


def _with_regions_below(view: View) -> View:
    """The view, or that of the township where the place is a village and has nothing below it."""
    return replace(view, trail=view.trail[:-1]) if view.place.level == "village" else view


def _below(view: View, facts: Mapping[str, IndicatorValue]) -> dict[str, dict[str, DataPoint]]:
    names = indicator_values.with_bases(list(facts))
    found: dict[str, dict[str, DataPoint]] = {}
    periods = sorted({fact.period for fact in facts.values()})
    params = {"region_code": view.place.code, "periods": periods, **indicator_values.query_params(names)}
    for row in cached.rows("meta/by_child", params).itertuples():
        name = indicator_values.name_of(row)
        if name not in facts or facts[name].period == row.period:
            found.setdefault(row.region_code, {})[name] = DataPoint.of(row)
    return found


def _judged_cell(
    name: str,
    figures: Mapping[str, DataPoint],
    facts: Mapping[str, IndicatorValue],
    limits: Mapping[str, float | None],
    worst: float | None,
    level: str,
) -> str:
    definition = facts[name].definition
    figure = figures.get(name, DataPoint())
    light = indicator_values.light_of(name, figure, figures.get(definition.base, DataPoint()), limits, level)
    return _cell(definition.id, figure, light, light in ("red", "amber") and figure.value == worst)


def _worst(name: str, definition: Indicator, below: Mapping[str, Mapping[str, DataPoint]]) -> float | None:
    """The value furthest on the wrong side among the regions below; None where they do not differ."""
    known = [figures[name].value for figures in below.values() if name in figures and figures[name].value is not None]
    if len(set(known)) < 2 or definition.direction == "neutral":
        return None
    return min(known) if definition.direction == "higher" else max(known)


def _cell(indicator: str, figure: DataPoint, light: str | None, is_worst: bool = False) -> str:
    if figure.value is None:
        return f'<td class="db-lack">{indicator_values.absence(figure)}</td>'
    mark = f'<b class="db-{light}">{SHAPES[light]}</b>' if light else ""
    tint = ' class="db-bad"' if is_worst else ""
    return f"<td{tint}>{mark}{indicators.number(indicator, figure.value)}</td>"


def _head(fact: IndicatorValue) -> str:
    unit = fact.definition.display_unit
    return f"{escape(fact.definition.short)}<br>{escape(unit) or '&nbsp;'}"


def _unit_word(view: View) -> str:
    return {"county": "乡镇", "township": "行政村"}.get(view.place.level, "单位")


def _link(view: View, code: str) -> str:
    region = cached.regions().region(code)
    href = escape(addresses.address("", (*view.trail, region)))
    return f'<a href="{href}" target="_self">{escape(region.name)}</a>'


def _is_worse(definition: Indicator, moved: float) -> bool:
    """Whether the change goes the wrong way by at least what the shown decimals can tell."""
    if abs(moved * definition.display_factor) < 0.5 * 10**-definition.decimals:
        return False
    return moved < 0 if definition.direction == "higher" else moved > 0 and definition.direction == "lower"


def _where(view: View, moved: Mapping[str, float]) -> str:
    """The region below where it moved the wrong way most, as a half-sentence; '' where there is none."""
    below = {code: abs(change) for code, change in moved.items() if code != view.place.code}
    return f"，{cached.regions().region(max(below, key=below.get)).name}最多" if below else ""
