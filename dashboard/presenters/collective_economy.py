"""Village collective economy (村集体经济): states of villages in colour, the headline, charts, the table's columns.

``villages`` are rows of ``village/attainment``.
"""

from collections.abc import Mapping

import pandas as pd

from dashboard import text
from dashboard.display import charts as draw
from dashboard.display import columns, palette
from dashboard.display.cards import ChartCard
from dashboard.display.map_bands import Band, bands
from dashboard.serving import cached, sources
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.regions import Region
from dashboard.serving.view import View

INDICATORS = (
    "collective_attained_pct",
    "collective_gap_yuan",
    "collective_shell",
    "collective_weak",
    "collective_million",
    "collective_operating_yuan",
)
LISTS = ("未达标", "全部")

_ATTAINED, _NOT_REPORTED = "达标", "未填报"

# From the worst to the best; the words are those of ``village/attainment``.
STATES = {
    "空壳村": palette.RED,
    "其他薄弱村": "#d9776f",
    "其他未达标": palette.ORANGE,
    _ATTAINED: palette.CATEGORICAL[1],
    _NOT_REPORTED: palette.NOT_REPORTED,
}
# Parts of total income, in the order of the columns of ``village/composition``.
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


def headline(place: Region, year: int, values: Mapping[str, IndicatorValue], limits: Mapping[str, float | None]) -> str:
    """The page's sentence: villages that miss the target and what they lack together, or one village's own gap."""
    attained = values["collective_attained_pct"].now
    gap_yuan = values["collective_gap_yuan"].now.value
    subject, target = f"{year}年{place.name}", text.wan(limits["collective_target_yuan"], 0)
    if not attained.denominator:
        return f"{subject}没有填报村集体经济收入"
    missed = int(attained.denominator - attained.numerator)
    if place.level == "village":
        own = text.wan(values["collective_operating_yuan"].now.value)
        return f"{subject}经营性收入 {own}，" + (
            f"比目标 {target}少 {text.wan(gap_yuan)}" if missed else f"达到 {target}目标"
        )
    if missed:
        return f"{subject}有 {missed} 个村经营性收入不到 {target}，合计差 {text.wan(gap_yuan)}"
    return f"{subject}已填报的 {attained.denominator:.0f} 个村经营性收入都达到 {target}"


def detail(villages: pd.DataFrame) -> str:
    """How many villages have to report, and how many have."""
    unreported = int((villages["state"] == _NOT_REPORTED).sum())
    reported = len(villages) - unreported
    return f"应填报 {len(villages)} 个村，已填报 {reported} 个，未填报 {unreported} 个（不计入达标率）。"


def skyline(view: View, villages: pd.DataFrame, limits: Mapping[str, float | None]) -> ChartCard:
    """Every village from low to high, against the target."""
    target = limits["collective_target_yuan"]
    counted = villages["state"].value_counts()
    ordered = villages.dropna(subset="operating_yuan").sort_values("operating_yuan")
    names = ordered["village_name"]
    chart = draw.skyline(
        names if view.township_code else ordered["township_name"] + " " + names,
        _wan(ordered["operating_yuan"]),
        "万元",
        _wan(target),
        f"目标 {text.wan(target, 0)}",
        ordered["state"].map(STATES),
    )
    title = "各村由低到高：" + "，".join(f"{state} {counted[state]}" for state in STATES if state in counted)
    return ChartCard("collective_skyline", title, chart, sources.line(["collective_attained_pct"], view))


def income_map(view: View, limits: Mapping[str, float | None]) -> tuple[pd.DataFrame, tuple[Band, ...]]:
    """The map of operating income by village of the whole county, in the bands of the states."""
    county = view.params(region_code=view.county.code, region_level="county")
    villages = cached.rows("village/attainment", county)
    shell = limits["collective_shell_yuan"]
    # A shell village has the limit at most: the next band begins a cent above it.
    edges = [shell, shell + 0.01, limits["collective_weak_yuan"], limits["collective_target_yuan"]]
    drawn = villages.rename(columns={"village_code": "region_code", "operating_yuan": "value"})
    judged = {state: colour for state, colour in STATES.items() if state != _NOT_REPORTED}
    labels = [text.wan(value, 2) for value in villages["operating_yuan"]]
    return drawn.assign(label=labels), bands(edges, list(judged), list(judged.values()))


def charts(view: View) -> list[ChartCard]:
    """Composition of incomes and of villages, year by year."""
    incomes = cached.rows("village/composition", view.params())
    amounts = {part: _wan(incomes[column]) for part, column in zip(PARTS, incomes.columns[1:], strict=True)}
    by_year = cached.rows("village/states_by_year", view.params())
    counts = {state: by_year[column] for state, column in zip(STATES, by_year.columns[1:], strict=True)}
    colours = list(STATES.values())
    return [
        ChartCard(
            "collective_parts",
            "历年总收入从哪里来（万元）",
            draw.stacked(incomes["account_year"], amounts, "万元"),
            sources.line(["collective_income_yuan"], view),
        ),
        ChartCard(
            "collective_states",
            "各年度村的构成（个村）",
            draw.stacked(by_year["account_year"], counts, "个村", decimals=0, colours=colours),
            sources.line(["collective_attained_pct", "collective_shell", "collective_weak"], view),
        ),
    ]


def listed(villages: pd.DataFrame, kept: str) -> pd.DataFrame:
    """The villages of a list by its words on screen."""
    return villages if kept == "全部" else villages[villages["state"] != _ATTAINED]


def _wan(yuan):
    """Yuan in 万元, a number or a column of them."""
    return yuan / 10_000
