"""What the checklist page says: how far the items are, whose are late, what is missing.

Tables are those of ``queries/checklist``; ``total`` is the row of all items in ``groups``.
"""

from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import cards, charts, columns, palette
from dashboard.display.cards import Card

# Indicators and the columns of ``groups`` that count the same.
COUNTS = {"checklist_items": "items", "checklist_done_pct": "done", "checklist_overdue": "overdue"}
UNNAMED = "未明确牵头单位"
EVERYTHING = "全部"
LISTS = (EVERYTHING, "逾期", "临近到期", "进行中", "未启动", "已完成", "缺佐证材料", "未定时限", "未明确单位")
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
_MOST_BARS = 12


def headline(subject: str, total: Any, soon: str) -> str:
    """How far the items of ``subject`` are; ``soon`` says 30 天内到期."""
    return (
        f"{subject}考核清单 {total['items']} 项，完成 {total['done']} 项（{total['done_pct']:.1f}%），"
        f"逾期 {total['overdue']} 项，{soon} {total['due_soon']} 项"
    )


def detail(total: Any, groups: pd.DataFrame) -> str:
    """What else is open, and what the plans leave undefined."""
    unnamed = groups.loc[groups["name"] == UNNAMED, "items"].sum()
    return (
        f"进行中 {total['in_progress']} 项，未启动 {total['not_started']} 项；"
        f"未定时限 {total['without_deadline']} 项，{UNNAMED} {unnamed} 项。几个单位共同牵头的，各单位都计一次。"
    )


def more_cards(total: Any, soon: str) -> list[Card]:
    """Cards beside those of the indicators: due soon, without evidence, own score."""
    due, bare = total["due_soon"], total["without_evidence"]
    scores = f"自评 {text.number(total['self_score'], 1)} / 满分 {text.number(total['scored_full'], 1)} 分"
    return [
        Card(soon, f"{due}", "项", "截至日期当天到期的计入", **_flag("blue", "临近", due)),
        Card("已完成缺佐证材料", f"{bare}", "项", f"已完成 {total['done']} 项", **_flag("amber", "待补", bare)),
        Card("自评得分率", text.number(total["score_pct"], 1), "%", scores, f"已自评 {total['scored']} 项"),
    ]


def by_group(groups: pd.DataFrame) -> dict[str, tuple[str, Any]]:
    """Dimension → title and figure, of those worth drawing: who lags by section, lead unit and plan."""
    named = groups[groups["name"] != UNNAMED]
    drawn = {}
    for dimension, least in (("板块", 1), ("牵头单位", 1), ("方案", 2)):
        rows = named[named["dimension"] == dimension]
        if len(rows) >= least:
            shown = rows.head(_MOST_BARS)
            short = shown["name"].str.rpartition("·")[2]
            title = text.lagging(dimension, short, shown["overdue"], "项", len(rows))
            drawn[dimension] = title, charts.progress(shown, _STATES, "项")
    return drawn


def with_lights(items: pd.DataFrame) -> pd.DataFrame:
    """The list with a column ``light``: each item's light and its word."""
    return items.assign(light=[cards.marked(_LIGHTS[state], state) for state in items["state"]])


def _flag(light: str, word: str, count: int) -> dict[str, Any]:
    return {"light": light, "word": word} if count else {}
