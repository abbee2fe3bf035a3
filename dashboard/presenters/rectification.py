"""Rectification (问题整改): who lags, what is late or behind schedule, what is done but not closed.

Tables are those of ``queries/rectification``.
"""

from collections.abc import Mapping

import pandas as pd

from dashboard import text
from dashboard.display import columns, palette
from dashboard.display.cards import Card, ChartCard
from dashboard.presenters import task_lists
from dashboard.serving import indicator_values, sources
from dashboard.serving.indicator_values import IndicatorValue
from dashboard.serving.view import View

# Indicators and the columns of ``groups`` that count the same.
COUNTS = {
    "rectification_problems": "problems",
    "rectification_done_pct": "done",
    "rectification_closed_pct": "closed",
    "rectification_overdue": "overdue",
    "rectification_due_30d": "due_soon",
    "rectification_done_not_closed": "done_not_closed",
}
INDICATORS = tuple(COUNTS)
LISTS = (
    task_lists.EVERYTHING,
    "逾期",
    "即将到期",
    "未达序时进度",
    "完成未销号",
    "长期坚持",
    "未定时限",
    "已销号",
)
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


def headline(subject: str, groups: pd.DataFrame, limits: Mapping[str, float | None]) -> str:
    """How far the problems of ``subject`` are."""
    total = task_lists.total(groups)
    return (
        f"{subject}：{total['problems']} 个问题完成 {total['done']} 个（{total['done_pct']:.1f}%），"
        f"逾期 {total['overdue']} 个，{task_lists.due_soon(limits)} {total['due_soon']} 个，"
        f"完成未销号 {total['done_not_closed']} 个"
    )


def detail(groups: pd.DataFrame) -> str:
    """Which units have most problems overdue, and most that are done but not closed."""
    total, units = task_lists.total(groups), task_lists.of_dimension(groups, "责任单位")
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


def cards(view: View, values: Mapping[str, IndicatorValue], groups: pd.DataFrame, chosen: str) -> list[Card]:
    """The cards of the indicators; counted from ``groups`` where the page's filters are set (``chosen``)."""
    if chosen:
        total = task_lists.total(groups)
        counts = {name: total[column] for name, column in COUNTS.items()}
        values = indicator_values.from_counts(counts, total["problems"], f"{view.version.as_of}")
    return [value.card() for value in values.values()]


def ladder(groups: pd.DataFrame, limits: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """The legend of the lights (督办预警), with the number of problems on each step."""
    total, soon = task_lists.total(groups), task_lists.due_soon(limits)
    due_soon = total["due_soon"] - total["due_soon_behind"]
    margin = limits["behind_schedule_pct"]
    return [
        ("red", f"逾期 {total['overdue']} 个：整改时限早于截至日期"),
        ("amber", f"未达序时进度 {total['behind']} 个：进度比已用时间落后 {margin:g} 个百分点以上"),
        ("blue", f"临近到期 {due_soon} 个：{soon}，进度未落后"),
        ("green", f"正常推进 {total['on_track']} 个"),
        ("grey", f"未定时限 {total['without_deadline']} 个"),
    ]


def charts(view: View, groups: pd.DataFrame) -> list[ChartCard]:
    """Which units, places (in a village: kinds of problem) and sources lag, and how much time is left."""
    dimensions = ("责任单位", "问题类型" if view.place.level == "village" else "地区", "问题来源")
    progress = task_lists.progress_charts(groups, dimensions, _STATES, "个")
    title, left = task_lists.time_left_chart(groups, "problems", "个") or ("没有未完成的问题", None)
    source = (
        sources.line(["rectification_overdue", "rectification_due_30d"], view)
        if left is not None
        else "所选问题已全部完成或长期坚持，请核对是否销号。"
    )
    return [
        *(
            ChartCard(f"rectification_{dimension}", title, chart, sources.line(INDICATORS, view))
            for dimension, (title, chart) in progress.items()
        ),
        ChartCard("rectification_left", title, left, source),
    ]


def with_lights(problems: pd.DataFrame) -> pd.DataFrame:
    """The list with a column ``light``: each problem's light and its word."""
    return task_lists.with_lights(problems, _LIGHTS)
