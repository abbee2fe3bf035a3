"""Classes of a map's legend: lower edges, labels and colours."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.display import palette


@dataclass(frozen=True)
class Band:
    """One class of the legend: values from ``lower`` (inclusive) up to the next band's ``lower``."""

    lower: float
    label: str
    colour: str


def bands(edges: Sequence[float], labels: Sequence[str], colours: Sequence[str]) -> tuple[Band, ...]:
    """Bands with given lower edges, ascending; the first one takes in everything below the second."""
    return tuple(Band(*parts) for parts in zip(edges, labels, colours, strict=True))


def even_bands(
    values: pd.Series, say: Callable[[float], str], unit: str = "", whole: bool = False, count: int = 5
) -> tuple[Band, ...]:
    """About ``count`` bands with round edges over the reported values, light to dark blue; () where none is reported.

    ``say`` writes an edge as text. ``whole`` numbers (households, problems) get no band narrower than one, and a band
    of one is labelled with that number alone.
    """
    reported = values.dropna()
    if reported.empty:
        return ()
    low, high = float(reported.min()), float(reported.max())
    step = _round_step((high - low) / count) if high > low else max(abs(high), 1.0)
    step = max(step, 1.0) if whole else step
    first = math.floor(low / step) * step
    # The topmost band takes in its upper edge, so that shares do not get a band above 100 %.
    edges = [first + step * place for place in range(max(1, math.ceil((high - first) / step)))]
    shades = [palette.SEQUENTIAL[1 + round(place * 7 / max(len(edges) - 1, 1))] for place in range(len(edges))]
    single = edges[:-1] if whole and step == 1 else []
    labels = [f"{say(edge)}{unit}" if edge in single else f"{say(edge)}～{say(edge + step)}{unit}" for edge in edges]
    return bands(edges, labels, shades)


def band_of(value: float | None, legend: Sequence[Band]) -> int | None:
    """The position of the value's band in the legend; None for a missing value and for an empty legend."""
    if value is None or pd.isna(value) or not legend:
        return None
    fitting = [place for place, band in enumerate(legend) if value >= band.lower]
    return fitting[-1] if fitting else 0


def _round_step(rough: float) -> float:
    size = 10 ** math.floor(math.log10(rough))
    return next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough)
