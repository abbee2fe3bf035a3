"""The overview (总览): headline, scorecard of units × indicators, what got worse since the version before, the map.

Indicators are named as in `serving.indicator_values`: ``id`` or ``id|group``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dashboard import text
from dashboard.definitions import indicators
from dashboard.definitions.indicators import Indicator
from dashboard.display import columns, lights, map_bands, scorecard_html
from dashboard.display.columns import Column
from dashboard.display.map_bands import Band
from dashboard.display.scorecard_html import ScoreCell, ScoreHead, ScoreRow
from dashboard.serving import addresses, cached, indicator_values
from dashboard.serving.cached import DataPoint
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.regions import Region
from dashboard.serving.view import View

# The indicator the map shows first.
MAPPED_FIRST = "visit_coverage_pct"

# Indicators that got worse which the page names.
_MOST_WORSE = 4

# What is read first: off target, near it, not judged, on target.
_URGENCY = ("red", "amber", None, "green", "grey")

# The ledger of these names no townships or villages.
_COUNTY_ONLY = ("checklist_done_pct",)


@dataclass(frozen=True)
class WorseIndicator:
    """One indicator that moved the wrong way: by how much in its own unit, and where it moved most."""

    value: IndicatorValue
    moved: float
    where: str


def pages(limits: Mapping[str, float | None]) -> dict[str, str]:
    """The indicators of the page in the order of their cards, each with the stem of the page with its details."""
    line = limits.get("income_line_yuan")
    return {
        "monitored_active": "monitoring_coverage",
        "visit_coverage_pct": "monitoring_coverage",
        "visit_overdue": "monitoring_coverage",
        "support_coverage_pct": "monitoring_coverage",
        "guarantee_ok_pct|全部": "monitoring_coverage",
        "income_per_capita_yuan": "income_trends",
        "income_falling_pct": "income_trends",
        **({f"income_below_line_pct|{line:g}": "income_trends"} if line else {}),
        "collective_attained_pct": "collective_economy",
        "checklist_done_pct": "assessment_checklist",
        "rectification_done_pct": "rectification",
        "rectification_overdue": "rectification",
    }


def below_county(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the indicators that townships and villages have too."""
    return tuple(name for name in names if name not in _COUNTY_ONLY)


def headline(place: Region, values: Mapping[str, IndicatorValue]) -> str:
    """How many indicators have a target, and how many of them have which light."""
    lit = [value.light for value in values.values() if value.light in lights.WORDS]
    counts = "、".join(f"{lit.count(light)} 项{word}" for light, word in lights.WORDS.items() if light in lit)
    return f"{place.name} {len(lit)} 项有目标的关键指标中，{counts}"


def indicator_map(name: str, shown: IndicatorValue, view: View) -> tuple[pd.DataFrame, tuple[Band, ...]]:
    """The map of an indicator by village for the period of ``shown``, and its bands."""
    definition = shown.definition
    villages = cached.rows(
        "meta/by_village",
        view.params(indicator=definition.id, grp=name.partition("|")[2], period=shown.period),
    )
    labels = [indicators.format(definition.id, value) for value in villages["value"]]
    legend = map_bands.even_bands(
        villages["value"],
        lambda edge: text.plain(edge * definition.display_factor),
        definition.display_unit,
        whole=definition.decimals == 0,
    )
    return villages.assign(label=labels), legend


def board_html(view: View, names: Sequence[str]) -> str:
    """The scorecard: the place first, then the regions below it, one indicator a column, each cell with its light.

    A region's name leads to the page narrowed to it. A village is listed among those of its township.
    """
    return cached.once("overview_board", lambda: _board_html(view, names), view, *names)


def _board_html(view: View, names: Sequence[str]) -> str:
    chosen = view.place.code
    view = _with_regions_below(view)
    values = indicator_values.current(view, names)
    points = _below(view, values)
    limits, tree = cached.limits(), cached.regions()
    worst = {name: _worst(name, value.definition, points) for name, value in values.items()}

    def row(region: Region) -> ScoreRow:
        own = points.get(region.code, {})
        cells = [_judged_cell(name, own, values, limits, worst[name], region.level) for name in values]
        href = addresses.address("", (*view.trail, region))
        return ScoreRow(region.name, cells, href, is_chosen=region.code == chosen)

    heads = [
        ScoreHead(shown.theme, shown.short, shown.display_unit, shown.formula)
        for shown in (value.definition for value in values.values())
    ]
    whole = [_cell(value.definition.id, value.now, value.light) for value in values.values()]
    rows = [row(tree.region(code)) for code in tree.children(view.place.code)]
    return scorecard_html.board(_units(view), heads, ScoreRow(view.place.name, whole), rows)


def table(view: View, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Column]]:
    """The scorecard for export, as presented: the place and the regions below it; and how its columns are shown."""
    return cached.once("overview_table", lambda: _table(view, names), view, *names)


def _table(view: View, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Column]]:
    view = _with_regions_below(view)
    values = indicator_values.current(view, names)
    points = _below(view, values)
    tree = cached.regions()
    whole = {name: value.now.value for name, value in values.items()}
    rows = [{"region_code": view.place.code, "region_name": view.place.name, **whole}]
    for code in tree.children(view.place.code):
        own = points.get(code, {})
        numbers = {name: own[name].value for name in values if name in own}
        rows.append({"region_code": code, "region_name": tree.region(code).name, **numbers})
    shown = {"region_code": columns.text("行政区划代码"), "region_name": columns.text("单位")}
    shown |= {name: columns.of_indicator(value.definition) for name, value in values.items()}
    return columns.presented(pd.DataFrame(rows, columns=list(shown)), shown), shown


def worse(view: View, names: Sequence[str]) -> list[WorseIndicator]:
    """Indicators that got worse since the version before, those off target first; [] without such a version."""
    return cached.once("overview_worse", lambda: _worse_of(view, names), view, *names)


def _worse_of(view: View, names: Sequence[str]) -> list[WorseIndicator]:
    values = indicator_values.current(view, names)
    moves: dict[str, dict[str, float]] = {name: {} for name in values}
    rows = cached.rows("overview/changes", view.params(**indicator_values.query_params(list(values))))
    for row in rows.itertuples():
        name = indicator_values.name_of(row)
        if name in values and _is_worse(values[name].definition, row.value - row.value_before):
            moves[name][row.region_code] = row.value - row.value_before
    fallen = [
        WorseIndicator(values[name], moved[view.place.code], _where(view, moved))
        for name, moved in moves.items()
        if view.place.code in moved
    ]
    return sorted(fallen, key=lambda indicator: _URGENCY.index(indicator.value.light))


def worse_html(view: View, names: Sequence[str]) -> str:
    """One line: the first indicators that got worse, or why nothing can be compared."""
    fallen = worse(view, names)[:_MOST_WORSE]
    if view.version.base is None:
        line = "首个版本，尚无可比"
    elif view.place.level == "village":
        line = "只比较到县和乡镇"
    elif not fallen:
        line = "没有"
    else:
        line = "；".join(map(_change_html, fallen))
    return scorecard_html.changes_line("比上一版本变差", line)


def _change_html(indicator: WorseIndicator) -> str:
    definition = indicator.value.definition
    unit = "个百分点" if definition.display_unit == "%" else definition.display_unit
    verb = "升" if indicator.moved > 0 else "降"
    moved = f"{verb} {abs(indicator.moved) * definition.display_factor:,.{definition.decimals}f} {unit}"
    now = indicators.format(definition.id, indicator.value.now.value)
    return scorecard_html.change(definition.name, now, f"{moved}{indicator.where}")


def _with_regions_below(view: View) -> View:
    """The view, or that of the township where the place is a village and has nothing below it."""
    return replace(view, trail=view.trail[:-1]) if view.place.level == "village" else view


def _below(view: View, values: Mapping[str, IndicatorValue]) -> dict[str, dict[str, DataPoint]]:
    """Values of the regions below the place, by code and indicator, each in the period shown for the place."""
    names = indicator_values.with_bases(list(values))
    periods = sorted({value.period for value in values.values()})
    params = view.params(periods=periods, **indicator_values.query_params(names))
    points: dict[str, dict[str, DataPoint]] = {}
    for row in cached.rows("meta/by_child", params).itertuples():
        name = indicator_values.name_of(row)
        if name not in values or values[name].period == row.period:
            points.setdefault(row.region_code, {})[name] = DataPoint.of(row)
    return points


def _judged_cell(
    name: str,
    own: Mapping[str, DataPoint],
    values: Mapping[str, IndicatorValue],
    limits: Mapping[str, float | None],
    worst: float | None,
    level: str,
) -> ScoreCell:
    definition = values[name].definition
    point = own.get(name, DataPoint())
    light = indicator_values.light_of(name, point, own.get(definition.base, DataPoint()), limits, level)
    return _cell(definition.id, point, light, light in ("red", "amber") and point.value == worst)


def _worst(name: str, definition: Indicator, points: Mapping[str, Mapping[str, DataPoint]]) -> float | None:
    """The value furthest on the wrong side among the regions below; None where they do not differ."""
    reported = [own[name].value for own in points.values() if name in own and own[name].value is not None]
    if len(set(reported)) < 2 or definition.direction == "neutral":
        return None
    return min(reported) if definition.direction == "higher" else max(reported)


def _cell(indicator: str, point: DataPoint, light: str | None, is_worst: bool = False) -> ScoreCell:
    if point.value is None:
        return ScoreCell(indicator_values.absence(point), is_missing=True)
    return ScoreCell(indicators.number(indicator, point.value), light, is_worst)


def _units(view: View) -> str:
    return {"county": "乡镇", "township": "行政村"}.get(view.place.level, "单位")


def _is_worse(definition: Indicator, moved: float) -> bool:
    """Whether the change goes the wrong way by at least what the shown decimals can tell apart."""
    if abs(moved * definition.display_factor) < 0.5 * 10**-definition.decimals:
        return False
    return moved < 0 if definition.direction == "higher" else moved > 0 and definition.direction == "lower"


def _where(view: View, moved: Mapping[str, float]) -> str:
    """The region below where it moved the wrong way most, as half a sentence; '' where there is none."""
    below = {code: abs(change) for code, change in moved.items() if code != view.place.code}
    return f"，{cached.regions().region(max(below, key=below.get)).name}最多" if below else ""
