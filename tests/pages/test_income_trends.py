"""The income page: it says what the long table says, names who fell, and keeps the line strict."""

from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.definitions.policy import in_force
from dashboard.presenters import income_trends
from dashboard.serving.regions import Region
from dashboard.warehouse import derive, queries, versions

STEM = "income_trends"
COUNTY = Region("990101000000", "county", "清源县", None)


@pytest.fixture
def long_table(county_db, con):
    version = versions.current(county_db)
    return derive.long_table(con, version.as_of, in_force(version.as_of)).to_pandas()


@pytest.fixture
def ask(county_db, con):
    version = versions.current(county_db)
    return lambda name, **params: queries.run(con, name, {"as_of": version.as_of, **params})


def texts(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The table on the page that has the column."""
    return next(one.value for one in app.dataframe if column in one.value.columns)


def one(long_table, indicator: str, level: str, period: str, grp: str = "") -> pd.DataFrame:
    found = long_table[long_table["indicator"] == indicator]
    found = found[(found["region_level"] == level) & (found["period"] == period) & (found["grp"] == grp)]
    return found.set_index("region_code")


def test_the_page_shows_the_figures_of_the_long_table(page, long_table):
    units = table(page(year="2023"), "户中位数（元）").set_index("代码")
    levels = one(long_table, "income_per_capita_yuan", "township", "2023")
    falling = one(long_table, "income_falling_pct", "township", "2023")
    below = one(long_table, "income_below_line_pct", "township", "2023", "6000")
    assert set(units.index) == set(levels.index)
    for code in units.index:
        assert units.at[code, "人均纯收入（元）"] == pytest.approx(levels.at[code, "value"], abs=0.51)
        assert units.at[code, "收入下降（户）"] == falling.at[code, "numerator"]
        assert units.at[code, "低于标准线（户）"] == below.at[code, "numerator"]


def test_the_drought_is_in_the_headline_of_its_year(page, long_table):
    growth = one(long_table, "income_growth_pct", "township", "2023")["value"]
    names = table(page(year="2023"), "户中位数（元）").set_index("代码")["乡镇"]
    headline = texts(page(year="2023")).split("</h1>")[0]
    assert (growth < 0).sum() == 2
    for code in growth[growth < 0].index:
        assert names[code] in headline
    assert "2023年" in texts(page(year="2025")).split("</h1>")[1].split("</p>")[0]


def test_the_group_changes_figures_and_address_alike(page, long_table):
    units = table(page(year="2024", income_group="脱贫户"), "户中位数（元）").set_index("代码")
    levels = one(long_table, "income_per_capita_yuan", "township", "2024", "脱贫户")
    for code in units.index:
        assert units.at[code, "人均纯收入（元）"] == pytest.approx(levels.at[code, "value"], abs=0.51)


def test_the_list_below_the_line_is_complete_strict_and_masked(page, long_table):
    listed = table(page(year="2023", income_list="低于标准线"), "本年人均纯收入（元）")
    below = one(long_table, "income_below_line_pct", "county", "2023", "6000")["numerator"].iat[0]
    assert len(listed) == below > 0
    assert (listed["本年人均纯收入（元）"] <= 6000).all()
    assert listed["户主姓名"].str.fullmatch(r".\*+").all()


def test_falling_households_are_those_of_the_indicator(page, long_table):
    app = page(year="2022", income_list="收入下降")
    listed = table(app, "本年人均纯收入（元）")
    falling = one(long_table, "income_falling_pct", "county", "2022")["numerator"].iat[0]
    assert len(listed) == min(falling, income_trends.LIST_LIMIT)
    assert f"共 {falling:,.0f} 户" in texts(app)
    assert (listed["增减（元）"] <= 0).all()


def test_classes_below_the_line_hold_the_households_below_it(ask, long_table):
    below = one(long_table, "income_below_line_pct", "county", "2023", "6000")
    classes = ask("income/distribution", region_code=below.index[0], year=2023)
    assert classes["households"].sum() == below["denominator"].iat[0]
    assert classes[classes["lower_yuan"] < 6000]["households"].sum() == below["numerator"].iat[0]


def test_components_add_up_to_the_income_shown(ask, long_table):
    levels = one(long_table, "income_per_capita_yuan", "county", "2025", "监测对象")
    made = ask("income/components", region_code=levels.index[0], grp="监测对象").set_index("income_year").loc[2025]
    parts = made[["wage_yuan", "business_yuan", "property_yuan", "transfer_yuan", "cost_yuan"]].sum()
    assert parts == pytest.approx(levels["value"].iat[0])
    assert made["net_yuan"] == pytest.approx(levels["value"].iat[0])


UNITS = pd.DataFrame(
    {
        "region_code": ["1", "2", "3", "1", "2", "3"],
        "region_name": ["甲乡", "乙乡", "丙乡"] * 2,
        "period": ["2023"] * 3 + ["2024"] * 3,
        "per_capita_yuan": [8000.0, 7000.0, 9000.0, 8800.0, 7700.0, 9001.0],
        "growth_pct": [-20.0, -30.0, -0.04, 10.0, 10.0, 0.01],
        "households": [50, 5, 50] * 2,
    }
)
NOW = SimpleNamespace(per_capita_yuan=8000.0, growth_pct=-5.0, comparable=10.0, falling=4.0, falling_pct=40.0)


def test_a_region_with_few_households_is_counted_but_not_named():
    said = income_trends.headline(COUNTY, 2023, "", NOW, UNITS, small=10)
    assert said == "2023年清源县人均纯收入 8,000 元，比上年下降 5.0%；甲乡下降 20.0%等 2 个乡镇下降"


def test_a_year_in_which_nobody_fell_recalls_the_worst_one():
    assert income_trends.headline(COUNTY, 2024, "", NOW, UNITS, 10).endswith("比上年下降 5.0%")
    assert income_trends.detail(COUNTY, 2024, NOW, None, UNITS, 10).endswith("历年跌幅最大：2023年甲乡下降 20.0%。")
    assert "历年" not in income_trends.detail(COUNTY, 2023, NOW, None, UNITS, 10)


def test_a_year_without_incomes_is_said_to_be_so():
    assert income_trends.headline(COUNTY, 2020, "脱贫户", None, UNITS, 10) == "2020年清源县脱贫户没有填报收入"
    assert income_trends.detail(COUNTY, 2020, None, None, UNITS.head(0), 10) == ""


def test_without_a_line_in_force_there_is_no_list_below_it():
    assert "低于标准线" not in income_trends.lists({"income_line_yuan": None, "income_sharp_drop_pct": 30.0})
    assert list(income_trends.lists({"income_line_yuan": 6000.0, "income_sharp_drop_pct": 30.0})) == list(
        income_trends.LISTS
    )


def test_villages_with_few_households_are_not_compared_by_name():
    assert income_trends.panels_title(UNITS, 2023, small=10) == "2023年甲乡最低、丙乡最高，相差 1,000 元"
    assert "仅供参考" in income_trends.panels_title(UNITS, 2023, small=1000)
