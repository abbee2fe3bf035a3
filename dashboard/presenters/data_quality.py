"""What the data-quality page says: how many rules are broken, by whom, where, and what became of it.

Tables are those of ``queries/quality``; ``rules`` has a row per rule, broken ones first.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.definitions import forms
from dashboard.definitions.quality_rules import SEVERITIES
from dashboard.display import cards, charts, columns, palette, time_charts
from dashboard.display.cards import Card

EVERY = "全部"
FIRST_RULE = "排在最前的规则"
NO_TREND = "还只有一个版本，下次导入后可在这里看到变化。"
LEVELS = (EVERY, *SEVERITIES.values())
KEPT = ("有问题的规则", "全部规则")
# Offenders shown on the page; exports have all.
FIRST_OFFENDERS = 200

_HINTS = {"error": "矛盾或违规，请改正", "warning": "可能属实，请核实"}
_LIGHTS = {"error": "red", "warning": "amber"}
_COLOURS = {"error": palette.RED, "warning": palette.ORANGE}
_COUNTS = {"error": "errors", "warning": "warnings"}
_MOST_BARS = 12
# Sentences take two lines each.
_MOST_RULES = 7

RULE_COLUMNS = {
    "severity_said": columns.text("级别", width=90),
    "says": columns.text("规则", width="large"),
    "ledger_name": columns.text("在哪本台账改", width=185),
    "offenders": columns.count("有问题（处）"),
    "change": columns.count("比上一版本（处）"),
    "examined": columns.count("检查（个）"),
    "share_pct": columns.percent("占比"),
    "unit": columns.text("计数单位", width=105),
    "todo": columns.text("怎么办", width="large"),
    "source": columns.text("依据", width="medium"),
    "limits": columns.text("阈值", width=200),
}
FAULT_COLUMNS = {
    "says": columns.text("规则", width="medium"),
    "fault": columns.text("原因", width="large"),
}
_OFFENDER_COLUMNS = {
    "township_name": columns.text("乡镇"),
    "village_name": columns.text("行政村"),
    "household_id": columns.text("户编号"),
    "person_name": columns.text("姓名"),
    "id_number": columns.text("证件号码"),
    "row_key": columns.text("编号、年度、日期或关系"),
    "facts": columns.text("有关数据", width="large"),
}


def severity(level: str) -> str:
    """The id of a severity by its word; '' for all."""
    return next((name for name, word in SEVERITIES.items() if word == level), "")


def ledgers(rules: pd.DataFrame) -> dict[str, str]:
    """Ledgers that have rules: name → kind, in the order of the ledgers."""
    kept = set(rules["ledger"])
    return {form.name: form.kind for form in forms.all_forms() if form.kind in kept}


def with_words(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules with their severity and ledger as words."""
    return rules.assign(
        severity_said=[cards.marked(_LIGHTS[one], SEVERITIES[one]) for one in rules["severity"]],
        ledger_name=[_ledger_names().get(kind, "") for kind in rules["ledger"]],
    )


def ledger_name(rule: Any) -> str:
    """The ledger in which what breaks a rule is put right."""
    return _ledger_names().get(rule["ledger"], "")


def broken(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules that something breaks, as they are sorted."""
    return rules[rules["offenders"] > 0]


def faulty(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules that could not be run."""
    return rules[rules["fault"].notna()]


def headline(subject: str, rules: pd.DataFrame) -> str:
    """How many rules are broken, and how often."""
    bad, asked = broken(rules), _asked(rules)
    if not asked:
        return f"{subject}：没有可检查的数据"
    if bad.empty:
        return f"{subject}：检查的 {asked} 条规则全部通过，没有发现问题"
    counts = "，".join(f"{SEVERITIES[one]} {_count(rules, one):,} 处" for one in _severities(rules))
    return f"{subject}：检查的 {asked} 条规则中 {len(bad)} 条有问题，{counts}"


def detail(rules: pd.DataFrame) -> str:
    """What is most frequent among errors and doubts, and what became of it since the version before."""
    worst = []
    for one, word in SEVERITIES.items():
        rows = broken(rules)[broken(rules)["severity"] == one]
        if len(rows):
            top = rows.iloc[0]
            worst.append(f"{word}最多：{top['says']}，{top['offenders']:,} {top['unit']}")
    known = rules["change"].dropna()
    moved = text.change(known.sum(), 0, "处", 0, "比上一版本") if len(known) else ""
    return "；".join(filter(None, [*worst, moved]))


def summary_cards(rules: pd.DataFrame, households: Any) -> list[Card]:
    """Cards: broken rules, errors, doubts, households concerned, rules that could not be run."""
    bad, faults, asked = len(broken(rules)), len(faulty(rules)), _asked(rules)
    shared = f"登记 {households.registered:,} 户"
    if households.registered:
        shared += f"，占 {100 * households.households / households.registered:.1f}%"
    return [
        Card(
            "有问题的规则",
            f"{bad}",
            "条",
            f"检查了 {asked} 条规则",
            f"另有 {len(rules) - asked - faults} 条没有可查的数据",
        ),
        *(_severity_card(rules, one) for one in _severities(rules)),
        Card("涉及农户", f"{households.households:,}", "户", shared, "一户有几处问题只计一次"),
        Card(
            "无法运行的规则",
            f"{faults}",
            "条",
            "规则填写有误或缺参数" if faults else "规则文件没有问题",
            **({"light": "grey", "word": "待改"} if faults else {}),
        ),
    ]


def ledger_figure(rules: pd.DataFrame) -> tuple[Any, str]:
    """Errors and doubts by ledger: figure and title."""
    counted = with_words(broken(rules)).pivot_table(
        index="ledger_name", columns="severity", values="offenders", aggfunc="sum", fill_value=0
    )
    counted = counted.reindex(columns=_severities(rules), fill_value=0).astype(int)
    counted = counted.loc[counted.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    title = f"问题最多：{text.leading(counted.index, counted.sum(axis=1), '处', most=2)}"
    return _stacked(counted.index, {one: counted[one] for one in counted}), title


def rules_figure(rules: pd.DataFrame) -> tuple[Any, str]:
    """The rules most often broken, for one ledger: figure and title."""
    bad = broken(rules).sort_values("offenders", ascending=False, kind="stable")
    shown = bad.head(_MOST_RULES)
    counts = {one: shown["offenders"].where(shown["severity"] == one, 0) for one in _severities(rules)}
    cut = f"（列 {len(shown)}/{len(bad)} 条）" if len(shown) < len(bad) else ""
    return _stacked(shown["says"], counts), f"问题最多的规则有 {shown['offenders'].iloc[0]:,.0f} 处{cut}"


def trend_figure(trend: pd.DataFrame, rules: pd.DataFrame) -> tuple[Any, str]:
    """Errors and doubts version by version: figure and title."""
    kept = _severities(rules)
    series = {SEVERITIES[one]: trend[_COUNTS[one]] for one in kept}
    figure = time_charts.lines(trend["version"], series, "处", 0, from_zero=True, height=300)
    for trace, one in zip(figure.data, kept, strict=True):
        trace.update(line_color=_COLOURS[one], marker_color=_COLOURS[one])
    # The ends of the lines are written lowest first.
    ends = sorted(kept, key=lambda one: (trend[_COUNTS[one]].iloc[-1], SEVERITIES[one]))
    for note, one in zip(figure.layout.annotations, ends, strict=False):
        note.font.color = _COLOURS[one]
    return figure, _moved(trend["errors"] + trend["warnings"], "处")


def units_figure(units: pd.DataFrame, rules: pd.DataFrame, parts: str) -> tuple[Any, str]:
    """Errors and doubts of the regions below, those with most: figure and title."""
    shown = units[units["offenders"] > 0].head(_MOST_BARS)
    cut = f"（列 {len(shown)}/{len(units)} 个）" if len(shown) < len(units) else ""
    title = f"问题最多的{parts}：{text.leading(shown['region_name'], shown['offenders'], '处', most=2)}{cut}"
    if shown.empty:
        title = f"问题都不在{parts}名下"
    return _stacked(shown["region_name"], {one: shown[_COUNTS[one]] for one in _severities(rules)}), title


def drill_labels(units: pd.DataFrame) -> dict[str, str]:
    """Buttons that lead to the regions below: code → name with its number of problems."""
    return {row.region_code: f"{row.region_name} {row.offenders:,} 处" for row in units.itertuples()}


def rule_units_figure(units: pd.DataFrame, rule: Any, parts: str) -> tuple[Any, str]:
    """Where a rule is broken most: figure and title."""
    shown = units[units["offenders"] > 0].head(_MOST_BARS)
    colours = [_COLOURS[rule["severity"]]] * len(shown)
    figure = charts.ranked_bars(shown["region_name"], shown["offenders"], rule["unit"], 0, colours=colours)
    figure.update_traces(width=_slim(shown))
    cut = f"（列 {len(shown)}/{len(units)} 个）" if len(shown) < len(units) else ""
    if shown.empty:
        return figure, f"都不在{parts}名下"
    return figure, f"最多的{parts}：{text.leading(shown['region_name'], shown['offenders'], rule['unit'], most=2)}{cut}"


def has_trend(trend: pd.DataFrame) -> bool:
    """Whether there is more than one version to draw."""
    return len(trend) > 1


def rule_trend_figure(trend: pd.DataFrame, rule: Any) -> tuple[Any, str]:
    """How often a rule was broken, version by version: figure and title."""
    counts = trend["errors"] + trend["warnings"]
    figure = time_charts.lines(trend["version"], {"有问题": counts}, rule["unit"], 0, from_zero=True, height=190)
    return figure, _moved(counts, rule["unit"])


def rule_facts(rule: Any) -> list[tuple[str, str]]:
    """What a rule is: label and words, for the panel beside its offenders."""
    found = f"检查 {rule['examined']:,.0f} {rule['unit']}，有问题 {rule['offenders']:,.0f} {rule['unit']}"
    return [
        ("级别", f"{SEVERITIES[rule['severity']]}，{_HINTS[rule['severity']]}"),
        ("对象", f"{rule['subject']}，按{rule['unit']}计"),
        ("结果", f"{found}，占 {rule['share_pct']:.1f}%"),
        ("怎么办", rule["todo"]),
        ("在哪改", f"《{ledger_name(rule)}》改正后重新导入，本页自动更新"),
        ("依据", rule["source"]),
        *([("阈值", rule["limits"])] if isinstance(rule["limits"], str) else []),
    ]


def offender_columns(offenders: pd.DataFrame) -> dict[str, Any]:
    """The columns of a list of offenders: those that hold anything."""
    return {name: column for name, column in _OFFENDER_COLUMNS.items() if offenders[name].notna().any()}


@cache
def _ledger_names() -> Mapping[str, str]:
    return {form.kind: form.name for form in forms.all_forms()}


def _moved(counts: pd.Series, unit: str) -> str:
    """What became of a count since the version before."""
    return text.change(counts.iloc[-1], counts.iloc[-2], unit, 0, "合计比上一版本")


def _severities(rules: pd.DataFrame) -> list[str]:
    """The severities among the rules, worst first."""
    return [one for one in SEVERITIES if (rules["severity"] == one).any()]


def _asked(rules: pd.DataFrame) -> int:
    """Rules that had anything to examine."""
    return int((rules["examined"] > 0).sum())


def _count(rules: pd.DataFrame, one: str) -> int:
    return int(rules.loc[rules["severity"] == one, "offenders"].sum())


def _severity_card(rules: pd.DataFrame, one: str) -> Card:
    rows = rules[rules["severity"] == one]
    count, known = _count(rules, one), rows["change"].dropna()
    flag = {"light": _LIGHTS[one], "word": "待改正" if one == "error" else "待核实"} if count else {}
    return Card(
        SEVERITIES[one],
        f"{count:,}",
        "处",
        f"{len(broken(rows))}/{len(rows)} 条规则，{_HINTS[one]}",
        text.change(known.sum(), 0, "处", 0, "比上一版本") if len(known) else "",
        **flag,
    )


def _stacked(names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Any:
    """Bars made of errors and doubts."""
    parts = {SEVERITIES[one]: values for one, values in counts.items()}
    height = max(190, 30 * len(names) + 60)
    colours = [_COLOURS[one] for one in counts]
    figure = charts.stacked(names, parts, "处", 0, horizontal=True, colours=colours, height=height, counted=True)
    return figure.update_traces(width=_slim(names))


def _slim(names: Sequence[str]) -> float:
    """The width of bars: a few of them do not swell to fill the figure."""
    return min(0.78, 0.16 * len(names))
