"""The assessment checklist (考核清单): how far the items are, which are late, what is missing.

Tables are those of ``queries/checklist``.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import columns, palette
from dashboard.display.cards import Card, ChartCard
from dashboard.presenters import task_lists
from dashboard.serving import indicator_values, sources
from dashboard.serving.view import View

# Indicators and the columns of ``groups`` that count the same.
COUNTS = {"checklist_items": "items", "checklist_done_pct": "done", "checklist_overdue": "overdue"}
INDICATORS = tuple(COUNTS)
UNNAMED = "未明确牵头单位"
DIMENSIONS = ("板块", "牵头单位", "方案")
LISTS = (
    task_lists.EVERYTHING,
    "逾期",
    "临近到期",
    "进行中",
    "未启动",
    "已完成",
    "缺佐证材料",
    "未定时限",
    "未明确单位",
)
LEGEND = [
    ("red", "逾期：完成时限早于截至日期"),
    ("blue", "临近到期（天数为本系统规则）"),
    ("green", "未到期、已完成"),
    ("grey", "未定时限"),
    ("amber", "待补：已完成但没有佐证材料"),
]

GROUP_COLUMNS = {
    "items": columns.count("任务（项）"),
    "done": columns.count("已完成（项）"),
    "in_progress": columns.count("进行中（项）"),
    "not_started": columns.count("未启动（项）"),
    "done_pct": columns.percent("完成率"),
    "overdue": columns.count("逾期（项）"),
    "overdue_change": columns.count("逾期增减（项）"),
    "due_soon": columns.count("临近到期（项）"),
    "without_evidence": columns.count("缺佐证材料（项）"),
    "self_score": columns.points("自评得分"),
    "scored_full": columns.points("对应满分"),
    "score_pct": columns.percent("自评得分率"),
}
ITEM_COLUMNS = {
    "item_id": columns.text("指标编号"),
    "light": columns.text("预警", width=110),
    "content": columns.text("考核内容", width="large"),
    "lead_unit": columns.text("牵头单位"),
    "due_on": columns.day("完成时限"),
    "days_overdue": columns.count("逾期（天）"),
    "days_left": columns.count("剩余（天）"),
    "completion_status": columns.text("完成状态"),
    "completion_pct": columns.percent("完成率"),
    "evidence": columns.text("佐证材料"),
    "self_score": columns.points("自评得分"),
    "full_score": columns.points("分值"),
    "plan": columns.text("方案"),
    "section_name": columns.text("考核板块"),
    "scoring_rule": columns.text("评分标准", width="large"),
}

_LIGHTS = {"逾期": "red", "临近到期": "blue", "未到期": "green", "未定时限": "grey", "已完成": "green"}
_STATES = {
    "逾期": ("overdue", palette.RED),
    "未启动": ("not_started_in_time", palette.CATEGORICAL[7]),
    "进行中": ("in_progress_in_time", palette.CATEGORICAL[5]),
    "已完成": ("done", palette.CATEGORICAL[1]),
}
# Groups of which a dimension must have so many to be drawn.
_LEAST = {"板块": 1, "牵头单位": 1, "方案": 2}


def headline(subject: str, groups: pd.DataFrame, limits: Mapping[str, float | None]) -> str:
    """How far the items of ``subject`` are."""
    total = task_lists.total(groups)
    return (
        f"{subject}考核清单 {total['items']} 项，完成 {total['done']} 项（{total['done_pct']:.1f}%），"
        f"逾期 {total['overdue']} 项，{task_lists.due_soon(limits)} {total['due_soon']} 项"
    )


def detail(groups: pd.DataFrame) -> str:
    """What else is open, and what the plans leave undefined."""
    total = task_lists.total(groups)
    unnamed = groups.loc[groups["name"] == UNNAMED, "items"].sum()
    return (
        f"进行中 {total['in_progress']} 项，未启动 {total['not_started']} 项；"
        f"未定时限 {total['without_deadline']} 项，{UNNAMED} {unnamed} 项。几个单位共同牵头的，各单位都计一次。"
    )


def cards(view: View, groups: pd.DataFrame, limits: Mapping[str, float | None], chosen: str) -> list[Card]:
    """The cards of the indicators, then due soon, without evidence and own score.

    Where the page's filters narrow the items (``chosen``), indicators are counted from ``groups``.
    """
    total, soon = task_lists.total(groups), task_lists.due_soon(limits)
    if chosen:
        counts = {name: total[column] for name, column in COUNTS.items()}
        values = indicator_values.from_counts(counts, total["items"], f"{view.version.as_of}")
    else:
        values = indicator_values.current(view, INDICATORS)
    due, bare = total["due_soon"], total["without_evidence"]
    scores = f"自评 {text.number(total['self_score'], 1)} / 满分 {text.number(total['scored_full'], 1)} 分"
    return [
        *(value.card() for value in values.values()),
        Card(soon, f"{due}", "项", "截至日期当天到期的计入", **_flag("blue", "临近", due)),
        Card("已完成缺佐证材料", f"{bare}", "项", f"已完成 {total['done']} 项", **_flag("amber", "待补", bare)),
        Card("自评得分率", text.number(total["score_pct"], 1), "%", scores, f"已自评 {total['scored']} 项"),
    ]


def charts(view: View, groups: pd.DataFrame) -> list[ChartCard]:
    """Which sections, lead units and plans lag, and how much time is left for the open items."""
    named = groups[groups["name"] != UNNAMED]
    named = named.assign(short=named["name"].str.rpartition("·")[2])
    dimensions = [name for name in DIMENSIONS if len(task_lists.of_dimension(named, name)) >= _LEAST[name]]
    progress = task_lists.progress_charts(named, dimensions, _STATES, "项", title_name="short")
    title, left = task_lists.time_left_chart(groups, "items", "项") or ("没有未完成的任务", None)
    source = sources.line(["checklist_overdue"], view) if left is not None else "所选任务已全部完成，请核对佐证材料。"
    return [
        *(
            ChartCard(f"checklist_{dimension}", title, chart, sources.line(INDICATORS, view))
            for dimension, (title, chart) in progress.items()
        ),
        ChartCard("checklist_left", title, left, source),
    ]


def with_lights(items: pd.DataFrame) -> pd.DataFrame:
    """The list with a column ``light``: each item's light and its word."""
    return task_lists.with_lights(items, _LIGHTS)


def _flag(light: str, word: str, count: int) -> dict[str, Any]:
    return {"light": light, "word": word} if count else {}
