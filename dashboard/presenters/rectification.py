"""What the rectification page says: who lags, what is late or behind schedule, what is done but not closed.

Tables are those of ``queries/rectification``; ``total`` is the row of all problems in ``groups``.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import cards, charts, columns, palette

# Indicators and the columns of ``groups`` that count the same.
COUNTS = {
    "rectification_problems": "problems",
    "rectification_done_pct": "done",
    "rectification_closed_pct": "closed",
    "rectification_overdue": "overdue",
    "rectification_due_30d": "due_soon",
    "rectification_done_not_closed": "done_not_closed",
}
EVERYTHING = "全部"
LISTS = (EVERYTHING, "逾期", "即将到期", "未达序时进度", "完成未销号", "长期坚持", "未定时限", "已销号")
DIMENSIONS = ("责任单位", "地区", "问题来源", "问题类型")

GROUP_COLUMNS = {
    "problems": columns.count("问题（个）"),
    "done_pct": columns.percent("整改完成率"),
    "closed_pct": columns.percent("销号率"),
    "overdue": columns.count("逾期（个）"),
    "overdue_change": columns.count("逾期增减（个）"),
    "longest_overdue_days": columns.count("最长逾期（天）"),
    "behind": columns.count("未达序时进度（个）"),
    "due_soon": columns.count("即将到期（个）"),
    "done_not_closed": columns.count("完成未销号（个）"),
    "for_good": columns.count("长期坚持（个）"),
}
PROBLEM_COLUMNS = {
    "problem_id": columns.text("问题编号"),
    "light": columns.text("预警", width=130),
    "days_overdue": columns.count("逾期（天）"),
    "days_left": columns.count("剩余（天）"),
    "description": columns.text("问题描述", width="large"),
    "responsible_unit": columns.text("责任单位"),
    "responsible_person": columns.text("责任人"),
    "township_name": columns.text("涉及乡镇"),
    "village_name": columns.text("涉及村"),
    "due_on": columns.day("整改时限"),
    "rectification_status": columns.text("整改状态"),
    "progress_pct": columns.percent("整改进度"),
    "schedule_pct": columns.percent("已用时间"),
    "progress_note": columns.text("进展说明"),
    "problem_source": columns.text("问题来源"),
    "problem_type": columns.text("问题类型"),
    "found_on": columns.day("发现时间"),
    "days_open": columns.count("挂账（天）"),
    "completed_on": columns.day("完成时间"),
    "is_closed": columns.yes_no("是否销号"),
    "days_unclosed": columns.count("完成后未销号（天）"),
    "measures": columns.text("整改措施", width="large"),
}

_LIGHTS = {
    "逾期": "red",
    "未达序时进度": "amber",
    "临近到期": "blue",
    "正常推进": "green",
    "未定时限": "grey",
    "完成未销号": "amber",
    "长期坚持": "grey",
    "已销号": "green",
}
_STATES = {
    "逾期": ("overdue", palette.RED),
    "未到期": ("open_in_time", palette.CATEGORICAL[5]),
    "完成未销号": ("done_not_closed", palette.ORANGE),
    "长期坚持": ("for_good", palette.CATEGORICAL[7]),
    "已销号": ("done_and_closed", palette.CATEGORICAL[1]),
}
_MOST_BARS = 12


def headline(subject: str, total: Any, soon: str) -> str:
    """How far the problems of ``subject`` are; ``soon`` says 30 天内到期."""
    return (
        f"{subject}：{total['problems']} 个问题完成 {total['done']} 个（{total['done_pct']:.1f}%），"
        f"逾期 {total['overdue']} 个，{soon} {total['due_soon']} 个，完成未销号 {total['done_not_closed']} 个"
    )


def detail(total: Any, groups: pd.DataFrame) -> str:
    """Which units have most that is late, and most that is done but not closed."""
    units = groups[groups["dimension"] == "责任单位"]
    late, unclosed = (
        text.leading(units["name"], units[count], "个", most=2) for count in ("overdue", "done_not_closed")
    )
    return "；".join(
        [
            f"逾期最多：{late}，最长逾期 {total['longest_overdue_days']} 天" if late else "没有逾期问题",
            *([f"完成未销号最多：{unclosed}"] if unclosed else []),
            f"长期坚持 {total['for_good']} 个，不设时限。",
        ]
    )


def ladder(total: Any, limits: Mapping[str, float], soon: str) -> list[tuple[str, str]]:
    """The legend of the lights (督办预警), with what stands on each step."""
    due_soon = total["due_soon"] - total["due_soon_behind"]
    margin = limits["behind_schedule_pct"]
    return [
        ("red", f"逾期 {total['overdue']} 个：整改时限早于截至日期"),
        ("amber", f"未达序时进度 {total['behind']} 个：进度比已用时间落后 {margin:g} 个百分点以上"),
        ("blue", f"临近到期 {due_soon} 个：{soon}，进度未落后"),
        ("green", f"正常推进 {total['on_track']} 个"),
        ("grey", f"未定时限 {total['without_deadline']} 个"),
    ]


def by_group(groups: pd.DataFrame, level: str) -> dict[str, tuple[str, Any]]:
    """Dimension → title and figure: who lags by unit, place (in a village: by kind of problem) and source."""
    drawn = {}
    for dimension in ("责任单位", "问题类型" if level == "village" else "地区", "问题来源"):
        rows = groups[groups["dimension"] == dimension]
        shown = rows.head(_MOST_BARS)
        title = text.lagging(dimension, shown["name"], shown["overdue"], "个", len(rows))
        drawn[dimension] = title, charts.progress(shown, _STATES, "个")
    return drawn


def with_lights(problems: pd.DataFrame) -> pd.DataFrame:
    """The list with a column ``light``: each problem's light and its word."""
    return problems.assign(light=[cards.marked(_LIGHTS[state], state) for state in problems["state"]])
