"""The checklist page: its numbers are those of `indicators`, and its filters narrow all of it alike."""

import json

import pytest
from page_apps import alone, words

from dashboard.definitions import policy
from dashboard.ledgers.loading import load
from dashboard.warehouse import derive, queries, versions

STEM = "assessment_checklist"
DIMENSIONS = {"板块": "考核板块", "牵头单位": "牵头单位"}


@pytest.fixture
def county(county_db, monkeypatch):
    """The version the page shows, and a connection to it."""
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    version = versions.current(county_db)
    return version, versions.connection(county_db, version)


def rows(con, name: str, **filters):
    county_code = queries.run(con, "meta/units")["region_code"].iat[0]
    params = {"region_code": county_code, "plan": "", "section": "", "unit": "", "status": ""} | filters
    return queries.run(con, f"checklist/{name}", params)


def listed(app):
    """The list of items as it is shown and exported."""
    return app.dataframe[1].value


def total_of_figure(app, place: int) -> float:
    """Sum of all bars of a figure."""
    figure = json.loads(app.get("plotly_chart")[place].proto.spec)
    return sum(sum(trace["x"]) for trace in figure["data"])


def test_every_group_is_counted_as_the_indicators_command_counts_it(county):
    version, con = county
    told = derive.long_table(
        con,
        version.as_of,
        policy.in_force(version.as_of),
        only=["checklist_items", "checklist_done_pct", "checklist_overdue"],
        level="county",
    ).to_pandas()
    expected = told.set_index(["indicator", "grp"])["value"].to_dict()
    groups = rows(con, "groups")
    seen = 0
    for group in groups.itertuples():
        grp = "" if group.dimension == "全部" else f"{DIMENSIONS.get(group.dimension)}={group.name}"
        if ("checklist_items", grp) in expected:
            seen += 1
            assert group.items == expected["checklist_items", grp]
            assert group.done_pct == pytest.approx(expected["checklist_done_pct", grp])
            assert group.overdue == expected["checklist_overdue", grp]
    assert seen == len(expected) / 3, "no group of the long table is missing on the page"


def test_headline_and_cards_tell_the_county(county):
    _, con = county
    total = rows(con, "groups").query("dimension == '全部'").iloc[0]
    said = words(alone(STEM))
    assert total["overdue"] > 0, "the invented county has items past their deadline"
    assert f"考核清单 {total['items']} 项，完成 {total['done']} 项" in said
    assert f"逾期 {total['overdue']} 项" in said
    assert f"未明确牵头单位 {rows(con, 'items', unit='')['lead_unit'].eq('未明确').sum()} 项" in said


def test_a_plan_narrows_headline_figures_and_list_alike(county):
    _, con = county
    plan = rows(con, "choices").query("dimension == '方案'")["name"].iat[1]
    app = alone(STEM, checklist_plan=plan)
    items = rows(con, "items", plan=plan)
    assert 0 < len(items) < len(rows(con, "items"))
    assert f"{plan}考核清单 {len(items)} 项" in words(app)
    assert set(listed(app)["方案"]) == {plan}
    assert len(listed(app)) == len(items)
    assert total_of_figure(app, 0) == len(items)


def test_only_overdue_shows_how_many_days(county):
    _, con = county
    app = alone(STEM, checklist_kept="逾期")
    total = rows(con, "groups").query("dimension == '全部'").iloc[0]
    assert len(listed(app)) == total["overdue"]
    assert (listed(app)["逾期（天）"] >= 1).all()
    assert listed(app)["逾期（天）"].is_monotonic_decreasing
    assert set(listed(app)["预警"]) == {"■ 逾期"}


def test_what_is_due_on_the_as_of_day_is_not_overdue(county):
    version, con = county
    items = rows(con, "items")
    due_today = items[(items["due_on"].dt.date == version.as_of) & (items["completion_status"] != "已完成")]
    assert len(due_today), "the invented county has items due on the as-of day"
    assert set(due_today["state"]) == {"临近到期"}
    assert (due_today["days_left"] == 0).all()


def test_done_items_without_evidence_are_marked(county):
    app = alone(STEM, checklist_kept="缺佐证材料")
    assert len(listed(app)) > 0
    assert set(listed(app)["佐证材料"]) == {"缺佐证材料"}
    assert set(listed(app)["完成状态"]) == {"已完成"}


def test_filters_that_leave_nothing_say_so(county):
    _, con = county
    choices = rows(con, "choices")
    sections, units = (choices[choices["dimension"] == one]["name"] for one in ("板块", "牵头单位"))
    section, unit = next((s, u) for s in sections for u in units if rows(con, "groups", section=s, unit=u).empty)
    app = alone(STEM, checklist_section=section, checklist_unit=unit)
    assert not app.exception
    assert "所选条件下没有任务" in words(app)


def test_a_filter_that_is_not_offered_is_dropped(county):
    _, con = county
    app = alone(STEM, checklist_plan="没有的方案")
    assert not app.exception
    assert len(listed(app)) == len(rows(con, "items"))


def test_a_county_without_checklist_is_told_what_to_load(county_ledgers, tmp_path, monkeypatch):
    root = tmp_path / "db"
    assert load.load([next(county_ledgers.glob("*行政区划*"))], root).exit_code == 0
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    app = alone(STEM)
    assert not app.exception
    assert "没有考核清单" in words(app)
