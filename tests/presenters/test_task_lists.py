"""What the pages of task ledgers share: groups, progress, lights, time left."""

import pandas as pd

from dashboard.display import palette
from dashboard.presenters import task_lists

GROUPS = pd.DataFrame(
    [
        ("全部", "", 5, 2, 1),
        ("牵头单位", "县水务局", 3, 2, 0),
        ("牵头单位", "县住建局", 2, 0, 1),
        ("时限", "逾期 1～30 天", 2, 2, 0),
        ("时限", "30 天内", 1, 0, 1),
    ],
    columns=["dimension", "name", "items", "overdue", "due_soon"],
)


def test_groups_are_taken_by_dimension_and_the_total_is_that_of_all():
    assert task_lists.choices(GROUPS, "牵头单位") == ["县水务局", "县住建局"]
    assert task_lists.of_dimension(GROUPS, "时限")["items"].sum() == 3
    assert task_lists.total(GROUPS)["items"] == 5


def test_progress_is_drawn_for_each_dimension_and_titled_by_who_lags():
    drawn = task_lists.progress_charts(GROUPS, ["牵头单位"], {"逾期": ("overdue", palette.RED)}, "项")
    title, chart = drawn["牵头单位"]
    assert "县水务局" in title
    assert list(chart.data[0].x) == [2, 0]


def test_time_left_counts_the_open_tasks_and_is_none_where_none_is_open():
    title, chart = task_lists.time_left_chart(GROUPS, "items", "项")
    assert title.startswith("未完成的 3 项") and len(chart.data[0].x) == 2
    assert task_lists.time_left_chart(GROUPS[GROUPS["dimension"] != "时限"], "items", "项") is None


def test_lights_are_marked_by_state():
    rows = task_lists.with_lights(pd.DataFrame({"state": ["逾期", "已完成"]}), {"逾期": "red", "已完成": "green"})
    assert rows["light"].tolist() == ["■ 逾期", "● 已完成"]


def test_all_of_a_list_is_no_status():
    assert task_lists.status("全部") == "" and task_lists.status("逾期") == "逾期"
