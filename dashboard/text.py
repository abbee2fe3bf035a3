"""Numbers, money and comparisons as Chinese words."""

from collections.abc import Iterable, Sequence

MISSING = "未填报"

# Instead of a share of nothing, such as visits to monitored households where there are none.
NOT_APPLICABLE = "不适用"


def is_missing(value: float | None) -> bool:
    """Whether a value was not reported (None or NaN)."""
    return value is None or value != value


def number(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A number with thousands separators and its unit: 1,234户; 未填报 where it is missing."""
    return MISSING if is_missing(value) else f"{value:,.{decimals}f}{unit}"


def plain(value: float) -> str:
    """A number with thousands separators and only the decimals it has: 1,000,000; 1.5."""
    return f"{value:,.10g}"


def wan(yuan: float | None, decimals: int = 1) -> str:
    """An amount in yuan as 万元, from a hundred million on as 亿元: 12.3万元; 未填报 where it is missing."""
    if is_missing(yuan):
        return MISSING
    if abs(yuan) >= 1e8:
        return f"{yuan / 1e8:,.2f}亿元"
    return f"{yuan / 1e4:,.{decimals}f}万元"


def change(now: float | None, before: float | None, unit: str, decimals: int = 1, than: str = "比上年") -> str:
    """The change of a value in words: 比上年增加 3.2 万元; '' where ``now`` is missing.

    Shares (unit %) change by 个百分点. A change that rounds to nothing is 持平.
    """
    if is_missing(now):
        return ""
    if is_missing(before):
        return f"{than}无可比数"
    moved = round(now - before, decimals)
    if moved == 0:
        return f"{than}持平"
    verb, step = ("上升", "个百分点") if unit == "%" else ("增加", unit)
    fell = {"上升": "下降", "增加": "减少"}
    return f"{than}{verb if moved > 0 else fell[verb]} {abs(moved):,.{decimals}f} {step}".rstrip()


def leading(names: Iterable[str], counts: Iterable[float], unit: str, most: int = 3) -> str:
    """Those with the highest counts, highest first: 水务局 4 个、民政局 2 个; '' where all counts are 0."""
    ranked = sorted(zip(names, counts, strict=True), key=lambda pair: -pair[1])
    return "、".join(f"{name} {count:,.0f} {unit}" for name, count in ranked[:most] if count > 0)


def lagging(dimension: str, names: Sequence[str], overdue: Sequence[float], unit: str, of: int) -> str:
    """The title of a chart by ``dimension``: who has most overdue, and how many of ``of`` groups the chart shows."""
    worst = leading(names, overdue, unit, most=2)
    cut = f"（列 {len(names)}/{of} 个）" if len(names) < of else ""
    return (f"{dimension}逾期最多：{worst}" if worst else f"各{dimension}均无逾期") + cut
