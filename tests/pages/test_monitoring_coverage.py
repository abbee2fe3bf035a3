"""The monitoring page: it says what the long table says, leads down to households and shows no names."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.definitions.policy import in_force
from dashboard.ledgers.loading import load
from dashboard.presenters import monitoring_coverage
from dashboard.serving import cached
from dashboard.serving.regions import Region
from dashboard.warehouse import derive, queries, versions

STEM = "monitoring_coverage"
COUNTY = Region("990101000000", "county", "清源县", None)
TOWNSHIP = Region("990101100000", "township", "东河镇", COUNTY.code)


@pytest.fixture
def page_of(tmp_path, county_ledgers, monkeypatch):
    """The page drawn for a county that loaded only some of its ledgers, named by words in their file names."""

    def draw(*ledgers: str) -> AppTest:
        files = [file for file in sorted(county_ledgers.iterdir()) if any(word in file.name for word in ledgers)]
        assert load.load(files, tmp_path / "db").exit_code == 0
        monkeypatch.setenv("DASHBOARD_DB", str(tmp_path / "db"))
        app = AppTest.from_file(str(paths.PROJECT / "pages" / f"{STEM}.py"), default_timeout=60).run()
        assert not app.exception
        return app

    return draw


@pytest.fixture
def figure(county_db):
    """A figure of the county's long table, as the indicators command gives it."""
    version = versions.current(county_db)
    con = versions.connection(county_db, version)

    def look_up(indicator: str, region_code: str, period: str | None = None, grp: str = "") -> dict:
        table = derive.long_table(con, version.as_of, in_force(version.as_of), only=[indicator]).to_pandas()
        rows = table[(table["region_code"] == region_code) & (table["grp"] == grp)]
        rows = rows if period is None else rows[rows["period"] == period]
        return rows.iloc[-1].to_dict()

    return look_up


@pytest.fixture
def townships(con):
    units = queries.run(con, "meta/units")
    return units[units["region_level"] == "township"]


def texts(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The table on the page that has the column."""
    return next(one.value for one in app.dataframe if column in one.value.columns)


def test_the_page_shows_the_figures_of_the_long_table(page, figure, townships):
    app = page()
    units = table(app, "应走访（户）").set_index("代码")
    assert set(units.index) == set(townships["region_code"])
    for code in units.index:
        coverage = figure("visit_coverage_pct", code, period="2025-12")
        assert units.at[code, "应走访（户）"] == coverage["denominator"]
        assert units.at[code, "走访覆盖率（%）"] == pytest.approx(coverage["value"], abs=0.051)
        assert units.at[code, "逾期未走访（户）"] == figure("visit_overdue", code)["value"]


def test_the_township_that_lags_is_named_in_the_headline_and_stands_first(page, monkeypatch, undrawn):
    limits = cached.limits
    # The county of the tests is small: there a few households are enough to be named.
    monkeypatch.setattr(cached, "limits", lambda: {**limits(), "small_number_households": 1.0})
    app = page()
    units = table(app, "应走访（户）")
    assert units["走访覆盖率（%）"].is_monotonic_increasing
    worst = units.iloc[0]
    headline = texts(app).split("</h1>")[0]
    assert f"{worst['乡镇']}2025年12月走访覆盖率 {worst['走访覆盖率（%）']:.1f}%" in headline


def test_where_townships_have_few_households_they_are_marked_and_not_named(page):
    app = page()
    units = table(app, "应走访（户）")
    assert (units["应走访（户）"] < 10).all()
    assert units["乡镇"].str.startswith("△").all()
    assert "走访覆盖率" not in texts(app).split("</h1>")[0]


def test_the_list_of_overdue_households_is_complete_and_masked(page, figure):
    app = page()
    listed = table(app, "户主姓名")
    county = cached.regions().counties[0].code
    assert len(listed) == figure("visit_overdue", county)["value"]
    assert listed["户主姓名"].str.fullmatch(r".\*+").all()
    assert set(listed["走访状态"]) <= {"逾期未走访", "从未走访"}


def test_a_click_on_a_township_leads_to_its_households(page, townships):
    app = page()
    code = table(app, "应走访（户）")["代码"].iat[0]
    name = townships.set_index("region_code").at[code, "region_name"]
    pills = next(group for group in app.get("button_group") if group.key == "monitoring_drill")
    pills.set_value(code).run()
    assert not app.exception
    assert set(table(app, "户主姓名")["乡镇"]) == {name}
    assert set(table(app, "应走访（户）")["代码"].str[:9]) == {code[:9]}


def test_another_list_is_a_question_of_the_address(page, figure):
    app = page(monitoring_list="风险已消除")
    listed = table(app, "户主姓名")
    assert set(listed["监测状态"]) == {"风险已消除"}
    assert len(listed) == figure("monitored_eliminated", cached.regions().counties[0].code)["value"]


def test_an_empty_list_says_so(page):
    app = page(monitoring_list="从未走访")
    never = [one for one in app.dataframe if "走访状态" in one.value.columns]
    assert never or "没有“从未走访”的监测对象" in texts(app)


def test_without_visits_the_page_says_what_to_load_and_still_lists_households(page_of):
    app = page_of("行政区划", "农户基本信息", "监测对象台账")
    assert "还没有走访记录" in texts(app).split("</h1>")[0]
    assert "《走访台账》" in texts(app)
    assert table(app, "累计（户）")["在监测（户）"].sum() > 0


def test_without_monitored_households_the_page_says_what_to_load(page_of):
    app = page_of("行政区划", "农户基本信息")
    assert "没有监测对象数据" in texts(app)
    assert not app.dataframe


UNITS = pd.DataFrame(
    {
        "region_code": ["1", "2", "3"],
        "region_name": ["甲乡", "乙乡", "丙乡"],
        "due": [4.0, 20.0, 30.0],
        "visited": [0.0, 10.0, 30.0],
        "coverage_pct": [0.0, 50.0, 100.0],
        "months_below": [1, 4, 0],
        "overdue": [4.0, 10.0, 0.0],
    }
)
VISITS = SimpleNamespace(due=54.0, visited=40.0, coverage_pct=74.07, visited_onsite=30.0)


def test_a_township_with_few_households_is_not_named_the_worst():
    said = monitoring_coverage.headline(COUNTY, "2025年12月", VISITS, UNITS, small=10)
    assert said == "乙乡2025年12月走访覆盖率 50.0%（10 / 20 户），各乡镇最低，已连续 4 个月低于全县平均"


def test_where_all_have_few_households_the_place_is_told_by_counts():
    said = monitoring_coverage.headline(TOWNSHIP, "2025年12月", VISITS, UNITS, small=100)
    assert said == "东河镇2025年12月应走访 54 户，已走访 40 户，还有 14 户没有走访"


def test_all_visited_and_nobody_due_are_told_apart():
    everyone = SimpleNamespace(due=3.0, visited=3.0, coverage_pct=100.0)
    nobody = SimpleNamespace(due=0.0, visited=0.0, coverage_pct=float("nan"))
    assert "3 户监测对象全部走访到位" in monitoring_coverage.headline(COUNTY, "12月", everyone, UNITS.head(0), 10)
    assert "没有应走访的监测对象" in monitoring_coverage.headline(COUNTY, "12月", nobody, UNITS.head(0), 10)
    assert monitoring_coverage.headline(COUNTY, "", None, UNITS.head(0), 10) == "清源县还没有走访记录"


def test_a_month_that_is_not_over_is_said_to_be_so():
    assert monitoring_coverage.month_words("2025-12", date(2025, 12, 15)) == "2025年12月（截至15日）"
    assert monitoring_coverage.month_words("2025-12", date(2025, 12, 31)) == "2025年12月"
    assert monitoring_coverage.month_words("2025-11", date(2025, 12, 15)) == "2025年11月"


def test_few_households_are_marked_and_counts_stand_beside_names():
    heat = monitoring_coverage.heat_of(
        pd.DataFrame(
            {
                "region_code": ["1", "2"],
                "period": ["2025-12", "2025-12"],
                "visited": [0.0, 10.0],
                "due": [4.0, 20.0],
                "coverage_pct": [0.0, 50.0],
            }
        ),
        UNITS,
        small=10,
    )
    assert heat.names == ["△甲乡（4户）", "乙乡（20户）", "丙乡（30户）"]
    assert heat.notes[1] == ["10 / 20 户"]
    assert heat.values[2] == [None]


def test_a_list_that_was_cut_says_so():
    assert monitoring_coverage.shown_of(pd.DataFrame({"total": [7, 7]})).startswith("显示前 2 户 / 共 7 户")
    assert monitoring_coverage.shown_of(pd.DataFrame({"total": [2, 2]})) == "共 2 户"
