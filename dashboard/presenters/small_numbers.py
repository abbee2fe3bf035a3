"""Regions whose shares rest on few households: how they are marked, and what the mark means."""

import pandas as pd

MARK = "△"


def marked(units: pd.DataFrame, denominator: str, small: float) -> list[str]:
    """Names of regions; those with fewer than ``small`` in the column ``denominator`` are marked △."""
    few = units[denominator].fillna(0) < small
    return [f"{MARK}{name}" if is_few else name for name, is_few in zip(units["region_name"], few, strict=True)]


def caution(small: float, counted: str = "应走访") -> str:
    """What the mark means; ``counted`` is what there are few of."""
    return f"{MARK} {counted}不足 {small:g} 户，比率仅供参考"
