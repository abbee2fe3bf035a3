"""Every page: in the navigation, on a loaded county, narrowed, on an empty folder, and started without the frame."""

import json
from pathlib import Path

import pytest
from page_apps import STEMS, alone, opened, words
from shared import built_once
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.ledgers.loading import load
from dashboard.warehouse import queries, versions
from dashboard.web import navigation


@pytest.fixture
def empty_db(tmp_path, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(tmp_path / "empty"))


@pytest.fixture
def loaded_db(county_db, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    return county_db


@pytest.fixture
def township(loaded_db):
    """A township of the county: code and name."""
    units = queries.run(versions.connection(loaded_db, versions.current(loaded_db)), "meta/units")
    row = units[units["region_level"] == "township"].iloc[0]
    return row["region_code"], row["region_name"]


def test_pages_are_exactly_those_of_the_navigation():
    assert sorted(file.stem for file in (paths.PROJECT / "pages").iterdir()) == sorted(STEMS)


def test_pages_folder_is_not_beside_the_script_that_draws_pages():
    assert not (paths.PROJECT / "dashboard" / "pages").exists()


@pytest.mark.parametrize("stem", STEMS)
def test_page_opens_on_a_loaded_county(stem, loaded_db):
    app = opened(stem)
    assert not app.exception
    assert "截至日期" in words(app), "the frame is drawn"
    assert "db-finding" in words(app), "the page says what it shows"


@pytest.mark.parametrize("stem", STEMS)
def test_page_is_framed_where_its_file_is_run_by_itself(stem, loaded_db):
    """As Streamlit does for a link that is the first request after a start."""
    app = alone(stem)
    assert not app.exception
    assert "截至日期" in words(app) and "db-finding" in words(app)


@pytest.mark.parametrize("stem", STEMS)
def test_page_opens_narrowed_to_a_township(stem, township):
    code, name = township
    app = alone(stem, township=code)
    assert not app.exception
    if next(page for page in navigation.PAGES if page.stem == stem).has_place_filter:
        assert app.session_state["township"] == code
        assert name in words(app)


@pytest.mark.parametrize("stem", STEMS)
def test_page_says_what_to_do_before_the_first_load(stem, empty_db):
    app = opened(stem)
    assert not app.exception
    if next(page for page in navigation.PAGES if page.stem == stem).needs_data:
        assert "尚未导入台账" in words(app)
        assert "台账导入" in words(app)


def test_an_unreadable_pointer_is_told_in_chinese(loaded_db, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "CURRENT").write_text("v0009\n", encoding="utf-8")
    monkeypatch.setenv("DASHBOARD_DB", str(broken))
    app = opened("overview")
    assert not app.exception
    assert "数据无法读取" in words(app)


@pytest.fixture
def only(county_ledgers, tmp_path_factory, monkeypatch):
    """Show a version made of some of the county's ledgers, named by their number."""

    def show(*numbers: str) -> None:
        def make(root: Path) -> None:
            load.load([file for file in county_ledgers.iterdir() if file.name[:2] in numbers], root)

        root = built_once(tmp_path_factory, f"county_db_{'_'.join(numbers)}", make)
        monkeypatch.setenv("DASHBOARD_DB", str(root))

    return show


@pytest.mark.parametrize("stem", STEMS)
def test_page_opens_with_the_directory_and_register_alone(stem, only):
    only("01", "02")
    app = alone(stem)
    assert not app.exception and "本页未能显示" not in words(app)


@pytest.mark.parametrize("stem", [page.stem for page in navigation.PAGES if page.needs_data])
def test_page_asks_for_the_directory_of_villages(stem, only):
    only("09")
    app = alone(stem)
    assert not app.exception
    assert "行政区划名录" in words(app)


def test_a_village_is_dropped_when_the_township_changes(loaded_db):
    units = queries.run(versions.connection(loaded_db, versions.current(loaded_db)), "meta/units")
    villages = units[units["region_level"] == "village"]
    first, last = villages.iloc[0], villages.iloc[-1]
    app = alone("collective_economy", township=first["township_code"], village=first["region_code"])
    assert first["region_name"] in words(app)
    app.selectbox(key="township").set_value(last["township_code"]).run()
    assert app.session_state["village"] == ""


def test_overview_figures_equal_the_long_table(loaded_db):
    told = words(opened("overview"))
    rows = queries.run(
        versions.connection(loaded_db, versions.current(loaded_db)),
        "meta/series",
        {
            "region_code": _county(loaded_db),
            "indicators": ["visit_overdue", "income_per_capita_yuan"],
            "groups": [""],
        },
    ).dropna(subset="value")
    latest = rows.sort_values("period").groupby("indicator")["value"].last()
    assert f"<strong>{latest['visit_overdue']:,.0f}</strong>" in told
    assert f"<strong>{latest['income_per_capita_yuan']:,.0f}</strong>" in told


def test_collective_economy_lists_who_misses_the_target_and_all_on_request(loaded_db):
    app = alone("collective_economy")
    states = app.dataframe[0].value["状态"]
    assert len(states) and not (states == "达标").any()
    app.session_state["collective_kept"] = "全部"
    app.run()
    everyone = app.dataframe[0].value
    assert (everyone["状态"] == "达标").any()
    assert everyone["行政村代码"].str.fullmatch(r"\d{12}").all()


def test_collective_economy_year_changes_table_and_headline(loaded_db):
    app = alone("collective_economy")
    latest = words(app)
    app.selectbox(key="year").set_value("2022").run()
    assert "2022年" in words(app) and words(app) != latest


def test_figures_carry_no_template(loaded_db):
    app = alone("collective_economy")
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert specs
    assert all("layout" not in spec["layout"]["template"] for spec in specs)


def test_glossary_finds_a_word_and_says_when_there_is_none(loaded_db):
    app = alone("indicator_glossary")
    app.text_input(key="glossary_sought").set_value("走访覆盖率").run()
    assert "月度走访覆盖率" in words(app) and "空壳村" not in words(app)
    app.text_input(key="glossary_sought").set_value("没有这个词").run()
    assert "没有找到" in words(app)


def _county(root) -> str:
    units = queries.run(versions.connection(root, versions.current(root)), "meta/units")
    return units[units["region_level"] == "county"]["region_code"].iat[0]


def test_a_failure_is_told_in_chinese_and_logged_without_values(caplog):
    def script() -> None:
        from dashboard.web import frame

        try:
            int(chr(88) * 18)
        except ValueError as error:
            assert frame.failed(error)

    app = AppTest.from_function(script).run()
    assert "本页未能显示" in words(app)
    assert "ValueError" in caplog.text and "X" * 18 not in caplog.text


def test_a_village_that_reported_nothing_is_not_said_to_reach_the_target(loaded_db):
    villages = queries.run(
        versions.connection(loaded_db, versions.current(loaded_db)),
        "village/attainment",
        {"region_code": _county(loaded_db), "year": 2025},
    )
    silent = villages[villages["state"] == "未填报"].iloc[0]
    app = alone("collective_economy", township=silent["village_code"][:9] + "000", village=silent["village_code"])
    assert not app.exception
    assert "没有填报村集体经济收入" in words(app) and "达到目标" not in words(app).split("db-cards")[0]


def test_a_table_without_rows_says_so_in_chinese():
    def script() -> None:
        import pandas as pd

        from dashboard.display import columns
        from dashboard.web import widgets

        widgets.table(pd.DataFrame({"name": []}), "名单", {"name": columns.text("姓名")}, key="none")

    app = AppTest.from_function(script).run()
    assert not app.dataframe and "没有符合条件的行" in words(app)
