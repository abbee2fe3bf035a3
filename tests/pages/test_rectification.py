"""The rectification page: its numbers are those of `indicators`, its list is masked, its filters narrow all of it."""

import json
import shutil

import openpyxl
import pytest
from page_apps import alone, words

from dashboard.definitions import policy
from dashboard.ledgers.loading import load
from dashboard.warehouse import derive, queries, versions

STEM = "rectification"
COUNTS = {
    "rectification_problems": "problems",
    "rectification_done_pct": "done_pct",
    "rectification_closed_pct": "closed_pct",
    "rectification_overdue": "overdue",
    "rectification_done_not_closed": "done_not_closed",
    "rectification_due_30d": "due_soon",
}


@pytest.fixture
def county(county_db, monkeypatch):
    """The version the page shows, and a connection to it."""
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    version = versions.current(county_db)
    return version, versions.connection(county_db, version)


def regions(con, level: str) -> list[str]:
    units = queries.run(con, "meta/units")
    return units[units["region_level"] == level]["region_code"].tolist()


def rows(con, name: str, **filters):
    params = {"region_code": regions(con, "county")[0], "source": "", "unit": "", "status": ""} | filters
    return queries.run(con, f"rectification/{name}", params)


def listed(app):
    """The list of problems as it is shown and exported."""
    return app.dataframe[1].value


def total_of_figure(app, place: int) -> float:
    """Sum of all bars of a figure."""
    figure = json.loads(app.get("plotly_chart")[place].proto.spec)
    return sum(sum(trace["x"]) for trace in figure["data"])


def test_every_region_and_group_is_counted_as_the_indicators_command_counts_it(county):
    version, con = county
    told = derive.long_table(con, version.as_of, policy.in_force(version.as_of), only=list(COUNTS)).to_pandas()
    expected = told.set_index(["indicator", "region_code", "grp"])["value"].to_dict()
    seen = 0
    for region in [*regions(con, "county"), *regions(con, "township"), *regions(con, "village")]:
        groups = rows(con, "groups", region_code=region)
        for group in groups[groups["dimension"].isin(["全部", "责任单位", "问题来源"])].to_dict("records"):
            grp = "" if group["dimension"] == "全部" else f"{group['dimension']}={group['name']}"
            for indicator, column in COUNTS.items():
                assert group[column] == pytest.approx(expected[indicator, region, grp]), (indicator, region, grp)
                seen += 1
    assert seen > 500


def test_places_add_up_to_the_region(county):
    _, con = county
    for region in [*regions(con, "county"), *regions(con, "township")]:
        groups = rows(con, "groups", region_code=region)
        if not groups.empty:
            places, total = (groups[groups["dimension"] == one] for one in ("地区", "全部"))
            for column in ("problems", "done", "overdue", "done_not_closed", "for_good"):
                assert places[column].sum() == total[column].iat[0]


def test_states_part_the_problems(county):
    _, con = county
    total = rows(con, "groups").query("dimension == '全部'").iloc[0]
    parts = ["overdue", "open_in_time", "done_not_closed", "for_good", "done_and_closed"]
    assert total[parts].sum() == total["problems"]
    steps = rows(con, "groups").query("dimension == '时限'")
    assert steps["problems"].sum() == total["overdue"] + total["open_in_time"]


def test_headline_names_who_lags(county):
    _, con = county
    groups = rows(con, "groups")
    total, units = groups.query("dimension == '全部'").iloc[0], groups.query("dimension == '责任单位'")
    said = words(alone(STEM))
    assert f"{total['problems']} 个问题完成 {total['done']} 个" in said
    assert f"完成未销号 {total['done_not_closed']} 个" in said
    assert f"逾期最多：{units['name'].iat[0]} {units['overdue'].iat[0]} 个" in said


def test_a_unit_and_a_source_narrow_headline_figures_and_list_alike(county):
    _, con = county
    units = rows(con, "choices").query("dimension == '责任单位'")["name"]
    sources = rows(con, "choices").query("dimension == '问题来源'")["name"]
    unit, source = units.iat[0], sources.iat[0]
    app = alone(STEM, rectification_unit=unit, rectification_source=source)
    problems = rows(con, "problems", unit=unit, source=source)
    assert 0 < len(problems) < len(rows(con, "problems", unit=unit))
    assert f"{len(problems)} 个问题" in words(app)
    assert listed(app)["问题编号"].tolist() == problems["problem_id"].tolist()
    assert set(listed(app)["问题来源"]) == {source}
    assert listed(app)["责任单位"].str.contains(unit).all()
    assert total_of_figure(app, 1) == len(problems), "by place every problem counts once"


def test_a_township_shows_its_villages(county):
    _, con = county
    township = next(code for code in regions(con, "township") if not rows(con, "groups", region_code=code).empty)
    app = alone(STEM, township=township)
    assert listed(app)["问题编号"].tolist() == rows(con, "problems", region_code=township)["problem_id"].tolist()
    assert listed(app)["涉及乡镇"].nunique() == 1


@pytest.mark.parametrize(
    ("kept", "column"),
    [("逾期", "overdue"), ("即将到期", "due_soon"), ("完成未销号", "done_not_closed"), ("长期坚持", "for_good")],
)
def test_the_list_holds_what_the_page_counts(county, kept, column):
    _, con = county
    total = rows(con, "groups").query("dimension == '全部'").iloc[0]
    assert total[column] > 0, f"the invented county has problems {kept}"
    assert len(listed(alone(STEM, rectification_kept=kept))) == total[column]


def test_for_good_is_never_overdue(county):
    _, con = county
    for_good = rows(con, "problems").query("rectification_status == '长期坚持'")
    assert set(for_good["state"]) == {"长期坚持"}
    assert for_good["days_overdue"].isna().all()


def test_persons_are_masked(county):
    _, con = county
    names = set(rows(con, "problems")["responsible_person"].dropna())
    shown = listed(alone(STEM))["责任人"].dropna()
    assert len(shown) and not names & set(shown)
    assert shown.str.fullmatch(r".\*+").all()


def test_no_problem_in_a_village_is_not_a_missing_ledger(county):
    _, con = county
    village = next(code for code in regions(con, "village") if rows(con, "groups", region_code=code).empty)
    units = queries.run(con, "meta/units").set_index("region_code")
    app = alone(STEM, township=units.at[village, "parent_code"], village=village)
    assert not app.exception
    assert f"{units.at[village, 'region_name']}没有问题" in words(app)


def test_a_county_without_the_ledger_is_told_what_to_load(county_ledgers, tmp_path, monkeypatch):
    root = tmp_path / "db"
    assert load.load([next(county_ledgers.glob("*行政区划*"))], root).exit_code == 0
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    app = alone(STEM)
    assert not app.exception
    assert "没有问题整改台账" in words(app)


def test_the_page_says_what_changed_since_the_version_before(county_ledgers, county_db, tmp_path, monkeypatch):
    root, ledger = tmp_path / "db", tmp_path / "问题整改台账.xlsx"
    shutil.copytree(county_db, root)
    finished = _finish_one_overdue(next(county_ledgers.glob("*问题整改*")), ledger)
    assert load.load([ledger], root).exit_code == 0
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    app = alone(STEM)
    assert "比上一版本减少 1 个" in words(app)
    units = app.dataframe[0].value.set_index("责任单位")["逾期增减（个）"]
    assert (units[finished.split("、")] == -1).all()
    assert (units.drop(finished.split("、")).fillna(0) == 0).all()


def _finish_one_overdue(ledger, changed) -> str:
    """Write the ledger with its first problem long overdue done; its units are returned."""
    book = openpyxl.load_workbook(ledger)
    sheet = book.active
    at = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        cell = {title: sheet.cell(row, column) for title, column in at.items()}
        if cell["整改状态"].value == "整改中" and f"{cell['整改时限'].value:%Y-%m}" < "2025-12":
            cell["整改状态"].value, cell["整改进度"].value = "已完成", 1
            cell["完成时间"].value = cell["整改时限"].value
            book.save(changed)
            return cell["责任单位"].value
    raise AssertionError("the invented county has problems long overdue")
