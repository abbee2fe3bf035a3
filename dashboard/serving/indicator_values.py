"""Indicator values of a place: now, before, trend, target and light, ready for cards and scorecards.

An indicator is named by its id, or as ``id|group`` for one of its groups (``guarantee_ok_pct|全部``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import language, text
from dashboard.definitions import indicators
from dashboard.definitions.indicators import Indicator
from dashboard.display import lights
from dashboard.display.cards import Card
from dashboard.serving import cached
from dashboard.serving.cached import DataPoint
from dashboard.serving.view import View

_NOTHING = DataPoint()

# Characters that fit beside the light in a card a sixth of a 1366-pixel screen wide.
_ROOM = 11


@dataclass(frozen=True)
class IndicatorValue:
    """One indicator of one region: ``period`` is the one shown, ``trend`` every period up to it, oldest first.

    ``target`` is in the indicator's unit, None where none is set. ``is_kept_here`` is false where the ledger names no
    region below the county.
    """

    definition: Indicator
    period: str
    now: DataPoint
    before: DataPoint
    trend: tuple[float | None, ...]
    target: float | None
    light: str | None
    is_kept_here: bool = True

    @property
    def change_text(self) -> str:
        """The change since the period before, as text; '' where there is nothing to compare with."""
        shown = self.definition
        if self.before.value is None and shown.period == "as_of":
            return ""
        now, before = (self._shown(point.value) for point in (self.now, self.before))
        return text.change(now, before, shown.display_unit, shown.decimals, _than(shown.period))

    @property
    def target_text(self) -> str:
        """Target and gap as text: 目标 100%，差 3.4 个百分点; '' where no target is set."""
        if self.target is None:
            return ""
        target = self._in_words(self.target)
        if self.now.value is None or self.light in (None, "green"):
            return language.words("serving.target", value=target)
        gap = abs(self._shown(self.now.value - self.target))
        is_share, is_below = self.definition.display_unit == "%", self.definition.direction == "higher"
        return language.words(
            "serving.target_below" if is_below else "serving.target_above",
            value=target,
            gap=f"{gap:,.{self.definition.decimals}f}",
            unit=language.words("serving.percentage_points") if is_share else self.definition.display_unit,
        )

    def card(self, href: str = "") -> Card:
        """The card of this value; ``href`` is the address of the page with its details."""
        missing = self.now.value is None
        absent = absence(self.now) if self.is_kept_here else text.NOT_APPLICABLE
        return Card(
            name=self.definition.name if len(self.definition.name) <= _ROOM else self.definition.short,
            value=absent if missing else indicators.number(self.definition.id, self.now.value),
            unit="" if missing else self.definition.display_unit,
            target=self.target_text or self._parts() if self.is_kept_here else language.words("serving.county_only"),
            change=self.change_text,
            trend=self.trend,
            light=self.light,
            word=lights.WORDS.get(self.light, ""),
            help=f"{self.definition.formula}（{self.period}）",
            href=href,
        )

    def _shown(self, value: float | None) -> float | None:
        return None if value is None else value * self.definition.display_factor

    def _in_words(self, value: float) -> str:
        shown, unit = self._shown(value), self.definition.display_unit
        return f"{text.plain(shown)}{unit}" if unit == "%" else f"{text.plain(shown)} {unit}"

    def _parts(self) -> str:
        is_share_of_cases = self.definition.display_unit == "%" and not self.definition.is_of_money
        if self.now.numerator is None or self.now.denominator is None or not is_share_of_cases:
            return ""
        return f"{self.now.numerator:,.0f} / {self.now.denominator:,.0f}"


def current(view: View, names: Sequence[str]) -> dict[str, IndicatorValue]:
    """The indicators ``names`` of the place looked at, in the year chosen or else the latest one reported."""
    return dict(cached.once("indicator_values", lambda: _current(view, names), view, *names))


def _current(view: View, names: Sequence[str]) -> dict[str, IndicatorValue]:
    here = _series(view.place.code, names)
    county = _series(view.county.code, names) if view.place != view.county else here
    earlier = _series(view.place.code, names, "meta/series_before")
    limits = cached.limits()
    return {name: _value_of(name, view, here, county, earlier, limits) for name in names}


def from_counts(counts: Mapping[str, int], whole: int, period: str) -> dict[str, IndicatorValue]:
    """Indicators that a page counted under filters for which the long table has no group; nothing to compare with.

    ``counts`` are numerators by id, ``whole`` is the denominator of shares and the base of lights.
    """
    limits = cached.limits()
    return {name: _from_count(name, float(count), float(whole), period, limits) for name, count in counts.items()}


def light_of(name: str, now: DataPoint, base: DataPoint, limits: Mapping[str, float | None], level: str) -> str | None:
    """The light of a region's value against the indicator's target; ``base`` is the value of its base."""
    definition = definition_of(name)
    if now.value is None and now.denominator == 0:
        return None
    margins = {key: limits[key] for key in ("light_near_target_pct", "light_near_zero_pct")}
    return lights.light(now.value, _target(definition, limits, level), definition.direction, margins, base.value)


def _target(definition: Indicator, limits: Mapping[str, float | None], level: str) -> float | None:
    """The target at a level: a number to be reached, such as two million-yuan villages, is the county's alone."""
    is_number_to_reach = definition.direction == "higher" and definition.unit != "%"
    return None if is_number_to_reach and level != "county" else limits.get(definition.target)


def absence(point: DataPoint) -> str:
    """Why there is no value: nothing to take a share of (不适用), or nothing reported (未填报)."""
    return text.NOT_APPLICABLE if point.denominator == 0 else text.MISSING


def with_bases(names: Sequence[str]) -> list[str]:
    """The names and the indicators their counts are judged against."""
    bases = (definition_of(name).base for name in names)
    return list(dict.fromkeys([*names, *(base for base in bases if base)]))


def query_params(names: Sequence[str]) -> dict[str, list[str]]:
    """The ``indicators`` and ``groups`` parameters of queries that read these names (and may give more)."""
    return {
        "indicators": sorted({name.partition("|")[0] for name in names}),
        "groups": sorted({name.partition("|")[2] for name in names}),
    }


def name_of(row) -> str:
    """The name of the indicator in a row with ``indicator`` and ``grp``."""
    return f"{row.indicator}|{row.grp}" if row.grp else row.indicator


def definition_of(name: str) -> Indicator:
    """The definition behind ``id`` or ``id|group``."""
    return indicators.get(name.partition("|")[0])


def _than(period: str) -> str:
    """What a value is compared with, for an indicator's kind of period."""
    before = {
        "year": language.words("serving.than_year_before"),
        "month": language.words("serving.than_month_before"),
        "as_of": language.words("serving.than_version_before"),
    }
    return before[period]


def _series(region_code: str, names: Sequence[str], query: str = "meta/series") -> dict[str, dict[str, DataPoint]]:
    """Values by indicator and period, of ``names`` and their bases."""
    all_names = with_bases(names)
    series: dict[str, dict[str, DataPoint]] = {name: {} for name in all_names}
    for row in cached.rows(query, {"region_code": region_code, **query_params(all_names)}).itertuples():
        if (name := name_of(row)) in series:
            series[name][row.period] = DataPoint.of(row)
    return series


def _value_of(
    name: str,
    view: View,
    here: Mapping[str, Mapping[str, DataPoint]],
    county: Mapping[str, Mapping[str, DataPoint]],
    earlier: Mapping[str, Mapping[str, DataPoint]],
    limits: Mapping[str, float | None],
) -> IndicatorValue:
    definition = definition_of(name)
    reported = [period for period, point in county[name].items() if point.value is not None]
    period = str(view.year) if definition.period == "year" and view.year else max(reported, default="")
    now = here[name].get(period, _NOTHING)
    base = here[definition.base].get(period, _NOTHING) if definition.base else _NOTHING
    if definition.period == "as_of":
        before = max(earlier[name].items(), default=("", _NOTHING))[1]
        trend: tuple[float | None, ...] = ()
    else:
        before = here[name].get(_previous(period), _NOTHING)
        periods = [earlier_period for earlier_period in here[name] if earlier_period <= period]
        trend = tuple(here[name][each].value for each in periods[-24:])
    target = _target(definition, limits, view.place.level)
    is_kept_here = bool(here[name]) or not county[name]
    light = light_of(name, now, base, limits, view.place.level) if is_kept_here else None
    return IndicatorValue(definition, period, now, before, trend, target, light, is_kept_here)


def _from_count(
    name: str, count: float, whole: float, period: str, limits: Mapping[str, float | None]
) -> IndicatorValue:
    definition = definition_of(name)
    is_share = definition.unit == "%"
    now = DataPoint(count, whole if is_share else None, (100 * count / whole if whole else None) if is_share else count)
    light = light_of(name, now, DataPoint(value=whole), limits, "county")
    return IndicatorValue(definition, period, now, _NOTHING, (), limits.get(definition.target), light)


def _previous(period: str) -> str:
    """The year or month before: 2025 → 2024, 2025-01 → 2024-12."""
    if len(period) < 6:
        return str(int(period) - 1) if period else ""
    year, month = int(period[:4]), int(period[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
