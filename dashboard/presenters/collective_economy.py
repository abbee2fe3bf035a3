"""What the village economy page says: states of villages in colour, the headline, the columns of its table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard import text
from dashboard.display import columns, palette
from dashboard.display.map_bands import Band, bands
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.regions import Region

# From the worst to the best; the words are those of ``village/attainment``.
STATES = {
    "空壳村": palette.RED,
    "其他薄弱村": "#d9776f",
    "其他未达标": palette.ORANGE,
    "达标": palette.CATEGORICAL[1],
    "未填报": palette.NOT_REPORTED,
}
PARTS = ("发包租赁", "投资收益", "其他经营", "补助", "其他")

VILLAGE_COLUMNS = {
    "township_name": columns.text("乡镇"),
    "village_name": columns.text("行政村"),
    "village_code": columns.text("行政村代码"),
    "state": columns.text("状态"),
    "operating_yuan": columns.yuan("经营性收入", 2),
    "gap_yuan": columns.yuan("差额", 2),
    "attained_pct": columns.percent("完成率"),
    "change_yuan": columns.wan("比上年"),
    "total_yuan": columns.wan("总收入"),
    "lease_yuan": columns.wan("发包租赁"),
    "investment_yuan": columns.wan("投资收益"),
    "subsidy_yuan": columns.wan("补助收入"),
    "profit_yuan": columns.wan("本年收益"),
}


def income_map(villages: pd.DataFrame, edges: Sequence[float]) -> tuple[pd.DataFrame, tuple[Band, ...]]:
    """The map of operating income by village, in the bands of the states whose lower edges in yuan are given."""
    drawn = villages.rename(columns={"village_code": "region_code", "operating_yuan": "value"})
    judged = {state: colour for state, colour in STATES.items() if state != "未填报"}
    labels = [text.wan(value, 2) for value in villages["operating_yuan"]]
    return drawn.assign(label=labels), bands(edges, list(judged), list(judged.values()))


def headline(place: Region, year: int, facts: Mapping[str, IndicatorValue], target_yuan: float) -> str:
    """The page's sentence: villages that miss the target and what they lack together, or one village's own gap."""
    attained = facts["collective_attained_pct"].now
    gap_yuan = facts["collective_gap_yuan"].now.value
    subject, goal = f"{year}年{place.name}", text.wan(target_yuan, 0)
    if not attained.denominator:
        return f"{subject}没有填报村集体经济收入"
    missed = int(attained.denominator - attained.numerator)
    if place.level == "village":
        made = text.wan(facts["collective_operating_yuan"].now.value)
        return f"{subject}经营性收入 {made}，" + (
            f"比目标 {goal}少 {text.wan(gap_yuan)}" if missed else f"达到 {goal}目标"
        )
    if missed:
        return f"{subject}有 {missed} 个村经营性收入不到 {goal}，合计差 {text.wan(gap_yuan)}"
    return f"{subject}已填报的 {attained.denominator:.0f} 个村经营性收入都达到 {goal}"
