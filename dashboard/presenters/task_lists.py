"""What the pages of task ledgers share (考核清单, 问题整改): groups with their progress, lights, time left.

``groups`` are rows of ``checklist/groups`` or ``rectification/groups``: one per ``dimension`` (全部, 时限, 牵头单位 …)
and ``name``, with counts of tasks by state.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import text
from dashboard.display import cards, charts

EVERYTHING = "全部"

# Groups that a chart shows at most.
_MOST_BARS = 12


def choices(offered: pd.DataFrame, dimension: str) -> list[str]:
    """The names of one dimension among the rows of a ``choices`` query."""
    return offered.loc[offered["dimension"] == dimension, "name"].tolist()


def of_dimension(groups: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """The groups of one dimension."""
    return groups[groups["dimension"] == dimension]


def total(groups: pd.DataFrame) -> Any:
    """The row of all tasks."""
    return of_dimension(groups, EVERYTHING).iloc[0]


def due_soon(limits: Mapping[str, float | None]) -> str:
    """How near a deadline counts as due soon: 30 天内到期."""
    return f"{limits['due_soon_days']:.0f} 天内到期"


def status(kept: str) -> str:
    """The ``status`` of a list query by the words on screen; '' keeps all."""
    return "" if kept == EVERYTHING else kept


def subject(*parts: str) -> str:
    """Place and filters in one line, those that are set."""
    return "，".join(filter(None, parts))


def progress_charts(
    groups: pd.DataFrame,
    dimensions: Sequence[str],
    states: Mapping[str, tuple[str, str]],
    unit: str,
    title_name: str = "name",
) -> dict[str, tuple[str, Any]]:
    """Title and chart by dimension: the first groups with their tasks by state.

    ``states`` maps a state's word to its column and colour; ``title_name`` is the column of names for the title.
    """
    drawn = {}
    for dimension in dimensions:
        rows = of_dimension(groups, dimension)
        shown = rows.head(_MOST_BARS)
        title = text.lagging(dimension, shown[title_name], shown["overdue"], unit, len(rows))
        drawn[dimension] = title, charts.progress(shown, states, unit)
    return drawn


def time_left_chart(groups: pd.DataFrame, count: str, unit: str) -> tuple[str, Any] | None:
    """Title and chart of the open tasks by the time left; None where none is open. ``count`` is the column to show."""
    left = of_dimension(groups, "时限")
    if left.empty:
        return None
    title = f"未完成的 {left[count].sum()} {unit}：逾期多久，还有多久到期"
    return title, charts.time_left(left["name"], left[count], left["overdue"], left["due_soon"], unit)


def with_lights(rows: pd.DataFrame, lights: Mapping[str, str]) -> pd.DataFrame:
    """The list with a column ``light``: each row's light, by its ``state``, and the state's word."""
    return rows.assign(light=[cards.marked(lights[state], state) for state in rows["state"]])
