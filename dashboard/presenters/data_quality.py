"""Data quality (数据质量): how many rules are broken, where, how often, and how that changed.

``rules`` are rows of ``quality/rules``, one per rule, broken ones first; a ``rule`` is one of these rows. ``units`` are
rows of ``quality/units``, ``trend`` those of ``quality/trend``.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.definitions import forms
from dashboard.definitions.quality_rules import SEVERITIES
from dashboard.display import cards, columns, palette, time_charts
from dashboard.display import charts as draw
from dashboard.display.cards import Card, ChartCard
from dashboard.serving import cached, sources
from dashboard.serving.view import View

EVERY = "全部"
FIRST_RULE = "排在最前的规则"
NO_TREND = "还只有一个版本，下次导入后可在这里看到变化。"
LEVELS = (EVERY, *SEVERITIES.values())
LISTS = ("有问题的规则", "全部规则")
# Offenders that the page shows; exports have all.
FIRST_OFFENDERS = 200

_HINTS = {"error": "矛盾或违规，请改正", "warning": "可能属实，请核实"}
_LIGHTS = {"error": "red", "warning": "amber"}
_COLOURS = {"error": palette.RED, "warning": palette.ORANGE}
_COUNTS = {"error": "errors", "warning": "warnings"}
_MOST_BARS = 12
# Sentences take two lines each.
_MOST_RULES = 7

RULE_COLUMNS = {
    "severity_word": columns.text("级别", width=90),
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


def severity_of(level: str) -> str:
    """The id of a severity by its word on screen; '' for all."""
    return next((name for name, word in SEVERITIES.items() if word == level), "")


def ledgers(rules: pd.DataFrame) -> dict[str, str]:
    """Ledgers that have rules: name → kind, in the order of the ledgers."""
    kept = set(rules["ledger"])
    return {form.name: form.kind for form in forms.all_forms() if form.kind in kept}


def with_words(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules with their severity and ledger as text."""
    return rules.assign(
        severity_word=[cards.marked(_LIGHTS[severity], SEVERITIES[severity]) for severity in rules["severity"]],
        ledger_name=[_ledger_names().get(kind, "") for kind in rules["ledger"]],
    )


def ledger_name(rule: Any) -> str:
    """The name of the ledger in which offenders of a rule are corrected."""
    return _ledger_names().get(rule["ledger"], "")


def broken(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules that have offenders."""
    return rules[rules["offenders"] > 0]


def faulty(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules that could not be run."""
    return rules[rules["fault"].notna()]


def headline(subject: str, rules: pd.DataFrame) -> str:
    """How many rules are broken, and how often."""
    bad, examined = broken(rules), _examined(rules)
    if not examined:
        return f"{subject}：没有可检查的数据"
    if bad.empty:
        return f"{subject}：检查的 {examined} 条规则全部通过，没有发现问题"
    counts = "，".join(f"{SEVERITIES[severity]} {_count(rules, severity):,} 处" for severity in _severities(rules))
    return f"{subject}：检查的 {examined} 条规则中 {len(bad)} 条有问题，{counts}"


def detail(rules: pd.DataFrame) -> str:
    """The most frequent error and doubt, and the change since the version before."""
    worst = []
    for severity, word in SEVERITIES.items():
        rows = broken(rules)[broken(rules)["severity"] == severity]
        if len(rows):
            top = rows.iloc[0]
            worst.append(f"{word}最多：{top['says']}，{top['offenders']:,} {top['unit']}")
    changes = rules["change"].dropna()
    moved = text.change(changes.sum(), 0, "处", 0, "比上一版本") if len(changes) else ""
    return "；".join(filter(None, [*worst, moved]))


def summary_cards(rules: pd.DataFrame, filters: Mapping[str, Any]) -> list[Card]:
    """Cards: broken rules, errors, doubts, households concerned, rules that could not be run."""
    households = next(cached.rows("quality/households", filters).itertuples())
    bad, faults, examined = len(broken(rules)), len(faulty(rules)), _examined(rules)
    shared = f"登记 {households.registered:,} 户"
    if households.registered:
        shared += f"，占 {100 * households.households / households.registered:.1f}%"
    return [
        Card(
            "有问题的规则",
            f"{bad}",
            "条",
            f"检查了 {examined} 条规则",
            f"另有 {len(rules) - examined - faults} 条没有可查的数据",
        ),
        *(_severity_card(rules, severity) for severity in _severities(rules)),
        Card("涉及农户", f"{households.households:,}", "户", shared, "一户有几处问题只计一次"),
        Card(
            "无法运行的规则",
            f"{faults}",
            "条",
            "规则填写有误或缺参数" if faults else "规则文件没有问题",
            **({"light": "grey", "word": "待改"} if faults else {}),
        ),
    ]


def charts(view: View, filters: Mapping[str, Any], rules: pd.DataFrame, ledger: str) -> list[ChartCard]:
    """Where the offenders are: by ledger (or rule, where ``ledger`` is chosen), by region below, by version.

    ``filters`` are the values for queries. [] where no rule is broken.
    """
    if broken(rules).empty:
        return []
    drawn = {"kinds": _rules_chart(rules) if ledger else _ledger_chart(rules)}
    if has_parts(view):
        drawn["units"] = _units_chart(units(filters), rules, view.place.parts)
    trend = trend_of(filters)
    if has_trend(trend):
        drawn["trend"] = _trend_chart(trend, rules)
    source = sources.table_line(ledger or "全部台账", view)
    return [ChartCard(f"quality_{key}", title, chart, source) for key, (chart, title) in drawn.items()]


def rule_charts(view: View, filters: Mapping[str, Any], rule: Any) -> list[ChartCard]:
    """Where one rule is broken and how that changed, as far as there are regions below and versions before."""
    source, drawn = sources.table_line(ledger_name(rule), view), {}
    if has_parts(view):
        drawn["quality_rule_units"] = _rule_units_chart(units(filters), rule, view.place.parts)
    trend = trend_of(filters)
    if has_trend(trend):
        drawn["quality_rule_trend"] = _rule_trend_chart(trend, rule)
    return [ChartCard(key, title, chart, source) for key, (chart, title) in drawn.items()]


def note_on(drawn: Sequence[ChartCard]) -> str:
    """What to say below `charts` where there are charts but none by version; '' otherwise."""
    return NO_TREND if drawn and drawn[-1].key != "quality_trend" else ""


def has_parts(view: View) -> bool:
    """Whether there are regions below the place."""
    return view.place.level != "village"


def units(filters: Mapping[str, Any]) -> pd.DataFrame:
    """Offenders by region below the place, of all rules unless ``filters`` name one."""
    return cached.rows("quality/units", {"rule_id": "", **filters})


def trend_of(filters: Mapping[str, Any]) -> pd.DataFrame:
    """Offenders by version, of all rules unless ``filters`` name one."""
    return cached.rows("quality/trend", {"rule_id": "", **filters})


def listed(rules: pd.DataFrame, kept: str) -> pd.DataFrame:
    """The rules of a list by its words on screen (`LISTS`)."""
    return broken(rules) if kept == LISTS[0] else rules


def sentences(rules: pd.DataFrame) -> list[str]:
    """The rules as sentences."""
    return rules["says"].tolist()


def sentence_at(rules: pd.DataFrame, position: int) -> str:
    """The rule at a position of a table as a sentence; '' where nothing breaks it."""
    rule = rules.iloc[position]
    return rule["says"] if rule["offenders"] > 0 else ""


def rule_of(rules: pd.DataFrame, sentence: str) -> Any:
    """The rule of a sentence; '' for the first one."""
    return rules[rules["says"] == sentence].iloc[0] if sentence else rules.iloc[0]


def chosen_words(ledger: str, level: str) -> str:
    """The page's own filters in one line, '' for none."""
    return "、".join(word for word in (ledger, level) if word and word != EVERY)


def _ledger_chart(rules: pd.DataFrame) -> tuple[Any, str]:
    """Errors and doubts by ledger: chart and title."""
    counted = with_words(broken(rules)).pivot_table(
        index="ledger_name", columns="severity", values="offenders", aggfunc="sum", fill_value=0
    )
    counted = counted.reindex(columns=_severities(rules), fill_value=0).astype(int)
    counted = counted.loc[counted.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    title = f"问题最多：{text.leading(counted.index, counted.sum(axis=1), '处', most=2)}"
    return _stacked(counted.index, {severity: counted[severity] for severity in counted}), title


def _rules_chart(rules: pd.DataFrame) -> tuple[Any, str]:
    """The rules most often broken, for one ledger: chart and title."""
    bad = broken(rules).sort_values("offenders", ascending=False, kind="stable")
    shown = bad.head(_MOST_RULES)
    counts = {severity: shown["offenders"].where(shown["severity"] == severity, 0) for severity in _severities(rules)}
    cut = f"（列 {len(shown)}/{len(bad)} 条）" if len(shown) < len(bad) else ""
    return _stacked(shown["says"], counts), f"问题最多的规则有 {shown['offenders'].iloc[0]:,.0f} 处{cut}"


def _trend_chart(trend: pd.DataFrame, rules: pd.DataFrame) -> tuple[Any, str]:
    """Errors and doubts version by version: chart and title."""
    kept = _severities(rules)
    series = {SEVERITIES[severity]: trend[_COUNTS[severity]] for severity in kept}
    figure = time_charts.lines(trend["version"], series, "处", 0, from_zero=True, height=300)
    for trace, severity in zip(figure.data, kept, strict=True):
        trace.update(line_color=_COLOURS[severity], marker_color=_COLOURS[severity])
    # The ends of the lines are written lowest first.
    ends = sorted(kept, key=lambda severity: (trend[_COUNTS[severity]].iloc[-1], SEVERITIES[severity]))
    for note, severity in zip(figure.layout.annotations, ends, strict=False):
        note.font.color = _COLOURS[severity]
    return figure, _moved(trend["errors"] + trend["warnings"], "处")


def _units_chart(units: pd.DataFrame, rules: pd.DataFrame, parts: str) -> tuple[Any, str]:
    """Errors and doubts of the regions below, those with most: chart and title."""
    shown = units[units["offenders"] > 0].head(_MOST_BARS)
    cut = f"（列 {len(shown)}/{len(units)} 个）" if len(shown) < len(units) else ""
    title = f"问题最多的{parts}：{text.leading(shown['region_name'], shown['offenders'], '处', most=2)}{cut}"
    if shown.empty:
        title = f"问题都不在{parts}名下"
    return _stacked(
        shown["region_name"], {severity: shown[_COUNTS[severity]] for severity in _severities(rules)}
    ), title


def drill_labels(units: pd.DataFrame) -> dict[str, str]:
    """Buttons that lead to the regions below: code → name with its number of problems."""
    return {row.region_code: f"{row.region_name} {row.offenders:,} 处" for row in units.itertuples()}


def _rule_units_chart(units: pd.DataFrame, rule: Any, parts: str) -> tuple[Any, str]:
    """Where a rule is broken most: chart and title."""
    shown = units[units["offenders"] > 0].head(_MOST_BARS)
    colours = [_COLOURS[rule["severity"]]] * len(shown)
    figure = draw.ranked_bars(shown["region_name"], shown["offenders"], rule["unit"], 0, colours=colours)
    figure.update_traces(width=_slim(shown))
    cut = f"（列 {len(shown)}/{len(units)} 个）" if len(shown) < len(units) else ""
    if shown.empty:
        return figure, f"都不在{parts}名下"
    return figure, f"最多的{parts}：{text.leading(shown['region_name'], shown['offenders'], rule['unit'], most=2)}{cut}"


def has_trend(trend: pd.DataFrame) -> bool:
    """Whether there is more than one version to draw."""
    return len(trend) > 1


def _rule_trend_chart(trend: pd.DataFrame, rule: Any) -> tuple[Any, str]:
    """How often a rule was broken, version by version: chart and title."""
    counts = trend["errors"] + trend["warnings"]
    figure = time_charts.lines(trend["version"], {"有问题": counts}, rule["unit"], 0, from_zero=True, height=190)
    return figure, _moved(counts, rule["unit"])


def rule_facts(rule: Any) -> list[tuple[str, str]]:
    """What a rule is: (label, text) pairs, for the panel above its offenders."""
    result = f"检查 {rule['examined']:,.0f} {rule['unit']}，有问题 {rule['offenders']:,.0f} {rule['unit']}"
    return [
        ("级别", f"{SEVERITIES[rule['severity']]}，{_HINTS[rule['severity']]}"),
        ("对象", f"{rule['subject']}，按{rule['unit']}计"),
        ("结果", f"{result}，占 {rule['share_pct']:.1f}%"),
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
    """The change of a count since the version before, as text."""
    return text.change(counts.iloc[-1], counts.iloc[-2], unit, 0, "合计比上一版本")


def _severities(rules: pd.DataFrame) -> list[str]:
    """The severities among the rules, worst first."""
    return [severity for severity in SEVERITIES if (rules["severity"] == severity).any()]


def _examined(rules: pd.DataFrame) -> int:
    """Rules that had anything to examine."""
    return int((rules["examined"] > 0).sum())


def _count(rules: pd.DataFrame, severity: str) -> int:
    return int(rules.loc[rules["severity"] == severity, "offenders"].sum())


def _severity_card(rules: pd.DataFrame, severity: str) -> Card:
    rows = rules[rules["severity"] == severity]
    count, changes = _count(rules, severity), rows["change"].dropna()
    flag = {"light": _LIGHTS[severity], "word": "待改正" if severity == "error" else "待核实"} if count else {}
    return Card(
        SEVERITIES[severity],
        f"{count:,}",
        "处",
        f"{len(broken(rows))}/{len(rows)} 条规则，{_HINTS[severity]}",
        text.change(changes.sum(), 0, "处", 0, "比上一版本") if len(changes) else "",
        **flag,
    )


def _stacked(names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Any:
    """Bars made of errors and doubts."""
    parts = {SEVERITIES[severity]: values for severity, values in counts.items()}
    height = max(190, 30 * len(names) + 60)
    colours = [_COLOURS[severity] for severity in counts]
    figure = draw.stacked(names, parts, "处", 0, horizontal=True, colours=colours, height=height, counted=True)
    return figure.update_traces(width=_slim(names))


def _slim(names: Sequence[str]) -> float:
    """The width of bars: a few of them do not swell to fill the chart."""
    return min(0.78, 0.16 * len(names))
