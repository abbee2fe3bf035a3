"""Tables to take away: what is chosen, searched and masked, and the page around it."""

import io

import pandas as pd
import pytest
from page_apps import alone, words
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.access import masking
from dashboard.definitions import forms
from dashboard.display import columns
from dashboard.exports import tables
from dashboard.presenters import export_tables
from dashboard.serving.regions import Region
from dashboard.serving.view import View
from dashboard.warehouse import queries, versions

COUNTY = ""


@pytest.fixture(autouse=True)
def on_the_county(county_db, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))


def view_of(region_code: str) -> View:
    return View(versions.current(paths.database_root()), (Region(region_code, "county", "清源县", None),))


@pytest.fixture
def table_of():
    """The whole table of an id."""
    return lambda name: export_tables.rows(view_of(COUNTY), export_tables.get(name))


@pytest.mark.parametrize("extract", export_tables.tables(), ids=lambda extract: extract.id)
def test_every_table_on_offer_has_rows_and_all_its_columns_are_titled(extract, table_of):
    table = table_of(extract.id)
    assert len(table) > 0
    assert set(table.columns) == set(export_tables.columns_of(table, extract))


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_every_personal_field_of_a_ledger_is_masked(form, table_of, con):
    """A new personal field in a form must be masked, or this fails."""
    whole = queries.run(con, f"export/{form.kind}", {"region_code": COUNTY})
    shown = table_of(form.kind)
    for field in form.fields:
        if field.personal and field.title in whole:
            assert field.title in masking.by_column()
            if field.personal != "text" and whole[field.title].notna().any():
                assert not set(shown[field.title].dropna()) & set(whole[field.title].dropna())


def test_a_search_cannot_probe_what_is_masked(table_of, con):
    number = queries.run(con, "export/members", {"region_code": COUNTY})["证件号码"].iat[0]
    table = table_of("members")
    assert export_tables.narrowed(table, export_tables.get("members"), contains=number[6:14]).empty


def test_periods_are_years_and_months_newest_first(table_of):
    visits = table_of("visits")
    offered = export_tables.periods(visits, export_tables.get("visits"))
    assert offered[0] == "2025-12" and offered[-1] == "2024"
    assert {len(period) for period in offered} == {4, 7}


def test_periods_divide_the_rows(table_of):
    visits, extract = table_of("visits"), export_tables.get("visits")
    offered = export_tables.periods(visits, extract)
    by_year = [len(export_tables.narrowed(visits, extract, period)) for period in offered if len(period) == 4]
    by_month = [len(export_tables.narrowed(visits, extract, period)) for period in offered if len(period) == 7]
    assert sum(by_year) == sum(by_month) == len(visits)


def test_filters_narrow_together(table_of):
    incomes, extract = table_of("incomes"), export_tables.get("incomes")
    village = incomes["行政村"].iat[0]
    kept = export_tables.narrowed(incomes, extract, "2025", contains=village)
    expected = incomes[(incomes["年度"] == 2025) & (incomes["行政村"] == village)]
    assert 0 < len(kept) == len(expected)


def test_a_searched_text_is_taken_literally(table_of):
    households, extract = table_of("households"), export_tables.get("households")
    assert export_tables.narrowed(households, extract, contains=".*[").empty
    assert len(export_tables.narrowed(households, extract, contains="x")) == len(
        export_tables.narrowed(households, extract, contains="X")
    )


def test_a_category_keeps_its_rows_only(table_of):
    measures, extract = table_of("measures"), export_tables.get("measures")
    for value in export_tables.choices(measures, "落实状态"):
        kept = export_tables.narrowed(measures, extract, chosen={"落实状态": value})
        assert set(kept["落实状态"]) == {value}


def test_a_township_gets_its_own_rows_only(county_db):
    version = versions.current(county_db)
    units = queries.run(versions.connection(county_db, version), "meta/units")
    township = units[units["region_level"] == "township"].iloc[0]
    table = export_tables.rows(view_of(township["region_code"]), export_tables.get("households"))
    assert set(table["乡镇"]) == {township["region_name"]}


def test_indicators_carry_their_names_and_exact_values(table_of, con):
    table = table_of("indicators")
    attained = table[(table["指标代码"] == "collective_attained_pct") & (table["级别"] == "县")]
    assert set(attained["指标"]) == {"村集体经营性收入达标率"}
    county = table[table["级别"] == "县"]["区划代码"].iat[0]
    params = {"region_code": county, "indicators": ["collective_attained_pct"], "groups": [""]}
    assert attained["数值"].tolist() == queries.run(con, "meta/series", params)["value"].tolist()


def test_three_hundred_thousand_rows_become_csv_and_parquet(table_of):
    extract = export_tables.get("incomes")
    few = table_of("incomes")
    many = pd.concat([few] * (300_000 // len(few) + 1), ignore_index=True).head(300_000)
    shown = columns.presented(many, export_tables.columns_of(many, extract))
    assert len(pd.read_parquet(io.BytesIO(tables.parquet_bytes(shown)))) == 300_000
    assert tables.csv_bytes(shown).count(b"\r\n") == 300_001
    with pytest.raises(ValueError, match="请改用 CSV"):
        tables.xlsx_bytes(shown, "收入台账")


# The page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(county_db, monkeypatch):
    """Draw the page with some of its filters set."""
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))

    def draw(**state) -> AppTest:
        app = alone("export_tables", **state)
        assert not app.exception
        return app

    return draw


@pytest.mark.parametrize("extract", export_tables.tables(), ids=lambda extract: extract.id)
def test_every_table_can_be_looked_at(extract, drawn):
    app = drawn(export_table=extract.name)
    assert len(app.dataframe) == 1
    assert [button.label for button in app.get("download_button")] == ["导出 Excel", "导出 CSV", "导出 Parquet"]


def test_the_preview_follows_filter_and_columns(drawn):
    app = drawn(
        export_table="收入台账", export_incomes_period="2024", export_incomes_columns=["户编号", "人均纯收入（元）"]
    )
    assert list(app.dataframe[0].value.columns) == ["户编号", "人均纯收入（元）"]
    assert len(app.dataframe[0].value) == 200
    assert "符合条件 900 行，选取 2 列" in words(app)
    assert "导出全部 900 行" in words(app)


def test_nothing_found_and_nothing_chosen_say_what_to_do(drawn):
    assert "没有符合条件的行" in words(drawn(export_contains="没有这样的文字"))
    assert "没有选择列" in words(drawn(export_regions_columns=[]))
