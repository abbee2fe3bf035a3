"""The invented county: what is written fits together, and the stories of the package's docstring are in it."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shared import built_once

from dashboard import paths, sample
from dashboard.ledgers.loading import load
from dashboard.sample import columns, county, lists, outlines, sheets

HOUSEHOLDS = 1_800
LAST_DAY = pd.Timestamp("2025-12-31")
# Text that spreadsheets like to turn into numbers.
CODES = {"户编号", "证件号码", "联系电话", "帮扶责任人电话", "行政村代码", "乡镇代码", "县代码", "指标编号", "措施编号"}
MONEY = ("工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "家庭纯收入", "人均纯收入")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    """Ten ledgers in the order of their forms, and the outlines last."""
    folder = built_once(tmp_path_factory, "larger_county", lambda made: sample.write(made, households=HOUSEHOLDS))
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def ledgers(files) -> dict[str, pd.DataFrame]:
    return dict(zip(columns.KINDS, map(_read, files[:-1]), strict=True))


@pytest.fixture(scope="module")
def villages(ledgers) -> pd.DataFrame:
    return ledgers["regions"].reset_index(drop=True)


@pytest.fixture(scope="module")
def incomes(ledgers) -> pd.DataFrame:
    return ledgers["incomes"]


@pytest.fixture(scope="module")
def monitored(ledgers) -> pd.DataFrame:
    return ledgers["monitored"].set_index("户编号")


def _read(file: Path) -> pd.DataFrame:
    return pd.read_excel(file, engine="calamine", dtype=dict.fromkeys(CODES, str))


def _first_household(villages: pd.DataFrame, position: int) -> str:
    return villages.loc[position, "行政村代码"] + "0001"


def _cents(yuan: pd.Series) -> pd.Series:
    """Whole cents; fails on an amount finer than a cent."""
    exact = yuan.map(lambda value: Decimal(repr(float(value))) * 100)
    assert (exact == exact.map(int)).all()
    return exact.map(int)


def _accounts(ledgers, year: int) -> pd.DataFrame:
    accounts = ledgers["collective_economy"]
    return accounts[accounts["年度"] == year].set_index("行政村代码")


# What is written


def test_ledgers_bear_the_canonical_titles_in_the_order_of_their_forms(files, ledgers):
    for number, (kind, ledger) in enumerate(ledgers.items(), start=1):
        form = tomllib.loads((paths.DATA / "forms" / f"{kind}.toml").read_text(encoding="utf-8"))
        assert list(ledger.columns) == [field["title"] for field in form["field"]]
        assert files[number - 1].name == f"{number:02d}_{form['name']}.xlsx"
    assert files[-1].name == "行政村边界.geojson"


def test_the_county_has_the_asked_number_of_households_in_six_townships_and_sixty_villages(ledgers):
    register = ledgers["households"]
    assert len(register) == register["户编号"].nunique() == HOUSEHOLDS
    assert ledgers["regions"]["乡镇代码"].nunique() == 6
    assert ledgers["regions"]["行政村代码"].nunique() == len(ledgers["regions"]) == 60


def test_no_cell_holds_a_word_for_nothing(ledgers):
    for ledger in ledgers.values():
        for title in ledger.select_dtypes("str"):
            assert not ledger[title].str.strip().isin(["nan", "None", "NaT", ""]).any()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path):
    first = sample.write(tmp_path / "first", households=120, seed=7)
    again = sample.write(tmp_path / "again", households=120, seed=7)
    other = sample.write(tmp_path / "other", households=120, seed=8)
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in again]
    assert not _read(first[2])["证件号码"].equals(_read(other[2])["证件号码"])


@pytest.mark.parametrize("households", [1, 59, 60])
def test_even_the_smallest_county_has_every_ledger_filled(tmp_path, households):
    files = sample.write(tmp_path, households=households)
    assert all(len(_read(file)) > 0 for file in files[:-1])
    assert len(_read(files[1])) == households


@pytest.mark.parametrize("most_rows", [sheets.MOST_ROWS_IN_XLSX, 100])
def test_the_ledgers_load_without_a_refusal_warning_or_notice(tmp_path, monkeypatch, most_rows):
    monkeypatch.setattr(sheets, "MOST_ROWS_IN_XLSX", most_rows)
    files = sample.write(tmp_path / "ledgers", households=300, seed=3)
    report = load.load([tmp_path / "ledgers"], tmp_path / "db").as_json()
    assert {file["status"] for file in report["files"]} == {"loaded"}
    assert [file["issues"] for file in report["files"]] == [[]] * len(files)


def test_a_county_without_households_is_refused(tmp_path):
    with pytest.raises(ValueError, match="户数"):
        sample.write(tmp_path, households=0)


def test_a_larger_county_has_more_villages_and_townships():
    townships = county.townships(100_000, seed=1)
    villages = [village for township in townships for village in township.villages]
    assert sum(village.households for village in villages) == 100_000
    assert len(villages) == 500
    assert len({village.code for village in villages}) == 500
    assert len({township.name for township in townships}) == len(townships) == 25
    assert all(village.code.startswith(township.code[:9]) for township in townships for village in township.villages)


def test_a_ledger_too_long_for_excel_is_a_csv_that_replaces_the_workbook(tmp_path):
    kinds = {"证件号码": "text", "出生日期": "date", "金额": "money"}
    rows = {"证件号码": ["629821196401020018"], "出生日期": [None], "金额": [0.1]}
    for expected in (sheets.MOST_ROWS_IN_XLSX, sheets.MOST_ROWS_IN_XLSX + 1):
        ledger = sheets.create(tmp_path / "台账", "台账", kinds, expected, widths={})
        ledger.write(rows)
        ledger.close()
    assert [file.name for file in tmp_path.iterdir()] == ["台账.csv"]
    assert ledger.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ledger.path.read_text(encoding="utf-8-sig").split("\n")[1] == '"629821196401020018",,0.1'


# People and places fit together


def test_identity_numbers_are_right_unique_and_of_a_prefecture_that_does_not_exist(ledgers):
    people = ledgers["members"]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for number in people["证件号码"]:
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
        assert number[17] == "10X98765432"[total % 11]
    assert people["证件号码"].is_unique
    assert people["证件号码"].str.startswith("629821").all()
    assert (people["证件号码"].str[6:14] == people["出生日期"].dt.strftime("%Y%m%d")).all()
    is_male = people["证件号码"].str[16].astype(int) % 2 == 1
    assert (is_male == (people["性别"] == "男")).all()


def test_every_household_has_its_members_and_one_head(ledgers):
    register = ledgers["households"].set_index("户编号")
    people = ledgers["members"]
    assert people.groupby("户编号").size().reindex(register.index).equals(register["家庭人口数"].rename(None))
    heads = people[people["与户主关系"] == "户主"].set_index("户编号")
    assert heads.index.is_unique
    assert (heads["证件号码"].reindex(register.index) == register["证件号码"]).all()
    assert (heads["姓名"].reindex(register.index) == register["户主姓名"]).all()
    assert 3.0 < register["家庭人口数"].mean() < 3.5


def test_children_are_younger_than_the_head_and_parents_older(ledgers):
    people = ledgers["members"]
    heads = people[people["与户主关系"] == "户主"].set_index("户编号")["出生日期"]
    gap_years = (people["出生日期"] - people["户编号"].map(heads)).dt.days / 365.25
    assert (gap_years[people["与户主关系"].isin(["之子", "之女"])] > 18).all()
    assert (gap_years[people["与户主关系"].isin(["之父", "之母"])] < -18).all()
    assert (people["出生日期"] <= LAST_DAY).all()


def test_phones_are_of_a_series_nobody_has(ledgers):
    phones = pd.concat([ledgers["households"]["联系电话"].dropna(), ledgers["monitored"]["帮扶责任人电话"]])
    assert phones.str.fullmatch(r"199(0000|88)\d+").all()
    assert (phones.str.len() == 11).all()


def test_every_ledger_names_households_as_the_register_does(ledgers):
    register = ledgers["households"].set_index("户编号")[["乡镇", "行政村", "户主姓名"]]
    for kind in ("members", "incomes", "visits", "monitored", "measures"):
        named = ledgers[kind].set_index("户编号")[["乡镇", "行政村", "户主姓名"]]
        assert (named == register.reindex(named.index)).all(axis=None), kind


def test_the_register_says_of_monitoring_what_the_monitoring_ledger_says(ledgers, monitored):
    register = ledgers["households"].set_index("户编号")
    on_list = register[register["监测对象类别"].notna()].reindex(monitored.index)
    for title in ("监测对象类别", "识别时间", "风险是否已消除", "风险消除时间", "致贫返贫风险", "家庭人口数"):
        same = (on_list[title] == monitored[title]) | (on_list[title].isna() & monitored[title].isna())
        assert same.all(), title
    kinds = register.loc[monitored.index, "户类型"]
    assert (kinds[monitored["监测对象类别"] == "脱贫不稳定户"] == "脱贫户").all()
    assert (kinds[monitored["监测对象类别"] == "边缘易致贫户"] == "一般农户").all()


def test_dates_are_past_and_in_order(ledgers, monitored):
    assert (monitored["风险消除时间"].notna() == (monitored["风险是否已消除"] == "是")).all()
    assert not (monitored["风险消除时间"] <= monitored["识别时间"]).any()
    measures = ledgers["measures"]
    assert not (measures["结束时间"] < measures["开始时间"]).any()
    assert (measures["落实状态"] == "未落实").equals(measures["开始时间"].isna())
    problems = ledgers["rectification"]
    assert not (problems["完成时间"] < problems["发现时间"]).any()
    assert (problems["完成时间"].notna() == (problems["整改状态"] == "已完成")).all()
    for kind, title in (
        ("visits", "走访日期"),
        ("monitored", "识别时间"),
        ("monitored", "风险消除时间"),
        ("measures", "结束时间"),
        ("rectification", "发现时间"),
    ):
        assert ledgers[kind][title].max() <= LAST_DAY
    assert problems["完成时间"].max() == LAST_DAY


def test_a_household_is_visited_at_most_once_a_day_and_over_24_months(ledgers):
    visits = ledgers["visits"]
    assert not visits.duplicated(["户编号", "走访日期"]).any()
    assert visits["走访日期"].dt.to_period("M").nunique() == 24


def test_measures_are_for_former_poor_or_monitored_households_only(ledgers):
    register = ledgers["households"].set_index("户编号").loc[ledgers["measures"]["户编号"]]
    assert ((register["户类型"] == "脱贫户") | register["监测对象类别"].notna()).all()
    assert ledgers["measures"]["措施编号"].is_unique
    active = ledgers["monitored"].query("风险是否已消除 == '否'")["户编号"]
    assert 0 < (~active.isin(ledgers["measures"]["户编号"])).mean() < 0.15


# Money adds up


def test_incomes_of_five_years_add_up_to_the_cent(ledgers, incomes):
    assert not incomes.duplicated(["户编号", "年度"]).any()
    assert incomes.groupby("年度").size().to_dict() == dict.fromkeys(range(2021, 2026), HOUSEHOLDS)
    wage, business, property_, transfer, cost, net, per_head = (_cents(incomes[title]) for title in MONEY)
    assert (net == wage + business + property_ + transfer - cost).all()
    assert ((per_head * incomes["家庭人口数"] - net).abs() * 2 <= incomes["家庭人口数"]).all()
    assert (net > 0).all()
    assert min(part.min() for part in (wage, business, property_, transfer, cost)) >= 0
    this_year = incomes[incomes["年度"] == 2025].set_index("户编号")["家庭人口数"]
    assert this_year.equals(ledgers["households"].set_index("户编号")["家庭人口数"])


def test_village_accounts_add_up_to_the_cent(ledgers):
    accounts = ledgers["collective_economy"]
    cents = {title: _cents(accounts[title]) for title in accounts.columns[4:]}
    assert (cents["总收入"] == cents["经营性收入"] + cents["补助收入"] + cents["其他收入"]).all()
    assert (cents["本年收益"] == cents["总收入"] - cents["总支出"]).all()
    assert (cents["其中：发包租赁收入"] + cents["其中：投资收益"] <= cents["经营性收入"]).all()


# Outlines


def test_outlines_tile_the_county_and_are_turned_the_way_plotly_fills_them(files, villages):
    frame = gpd.read_file(files[-1])
    shapes = frame.geometry.to_numpy()
    assert frame["行政村代码"].tolist() == villages["行政村代码"].tolist()
    assert frame[["乡镇", "行政村"]].equals(villages[["乡镇", "行政村"]])
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).interiors.__len__() == 0
    rings = [
        shapely.LinearRing(feature["geometry"]["coordinates"][0])
        for feature in json.loads(files[-1].read_text(encoding="utf-8"))["features"]
    ]
    assert not shapely.is_ccw(rings).any()
    assert (shapely.get_coordinates(shapes).round(5) == shapely.get_coordinates(shapes)).all()
    assert set(frame.dissolve("乡镇").geom_type) == {"Polygon"}


@pytest.mark.parametrize("seed", range(2, 8))
def test_outlines_of_other_counties_are_sound_too(seed):
    shapes = outlines.outlines(county.townships(12_000, seed), seed).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


# Stories


def test_a_township_lags_in_visits_in_the_last_six_months(ledgers, villages):
    people = ledgers["monitored"]
    months = ledgers["visits"].assign(month=lambda rows: rows["走访日期"].dt.to_period("M"))
    visited = set(zip(months["户编号"], months["month"], strict=True))

    def covered(first: str, last: str) -> pd.Series:
        parts = []
        for month in pd.period_range(first, last, freq="M"):
            active = people[
                (people["识别时间"] <= month.end_time)
                & ~((people["风险是否已消除"] == "是") & (people["风险消除时间"] < month.start_time))
            ]
            parts.append(active.assign(seen=[(household, month) in visited for household in active["户编号"]]))
        return pd.concat(parts).groupby("乡镇")["seen"].mean()

    lagging = villages["乡镇"].unique()[county.LAGGING_TOWNSHIP]
    before, after = covered("2025-01", "2025-06"), covered("2025-07", "2025-12")
    assert after[lagging] < 0.75
    assert (after.drop(lagging) > 0.85).all()
    assert (before > 0.85).all()


def test_a_drought_in_2023_lowers_incomes_in_two_townships_only(incomes, villages):
    sums = incomes.groupby(["乡镇", "年度"])[["家庭纯收入", "家庭人口数"]].sum()
    per_head = (sums["家庭纯收入"] / sums["家庭人口数"]).unstack()
    growth = per_head[2023] / per_head[2022] - 1
    dry = villages["乡镇"].unique()[list(county.DROUGHT_TOWNSHIPS)]
    assert (growth[dry] < -0.1).all()
    assert (growth.drop(dry) > 0.03).all()
    assert (per_head[2025] > per_head[2022]).all()


def test_some_villages_live_on_subsidies(ledgers, villages):
    accounts = _accounts(ledgers, 2025).loc[villages.loc[list(county.SUBSIDY_VILLAGES), "行政村代码"]]
    assert (accounts["总收入"] > 400_000).all()
    assert (accounts["经营性收入"] < 8_000).all()
    assert (accounts["经营性收入"] > 0).all()


def test_one_village_jumps_past_a_million_in_2025(ledgers, villages):
    accounts = ledgers["collective_economy"]
    rich = accounts[accounts["总收入"] > 1_000_000]
    assert rich[["行政村代码", "年度"]].values.tolist() == [
        [villages.loc[county.MILLION_VILLAGE, "行政村代码"], 2025],
    ]


def test_villages_stand_on_and_around_the_target(ledgers, villages):
    operating = _cents(_accounts(ledgers, 2025)["经营性收入"])
    for position, cents in county.BORDER_VILLAGES.items():
        assert operating[villages.loc[position, "行政村代码"]] == cents
    assert {15_000_000, 14_999_999, 15_000_001} <= set(operating)


def test_shells_earn_nothing_and_one_village_reported_nothing(ledgers, villages):
    accounts = _accounts(ledgers, 2025)
    shells = accounts.index[accounts["经营性收入"] == 0]
    assert set(shells) == set(villages.loc[list(county.SHELL_VILLAGES), "行政村代码"])
    missing = set(villages["行政村代码"]) - set(accounts.index)
    assert missing == {villages.loc[county.UNREPORTED_VILLAGE, "行政村代码"]}
    assert missing <= set(_accounts(ledgers, 2024).index)


def test_a_household_relapses_and_is_identified_again(ledgers, villages, monitored, incomes):
    household = _first_household(villages, county.RELAPSED_VILLAGE)
    row = monitored.loc[household]
    assert (row["风险是否已消除"], row["识别时间"]) == ("否", pd.Timestamp("2025-09-18"))
    per_head = incomes[incomes["户编号"] == household].set_index("年度")["人均纯收入"]
    assert list(per_head < 6_000) == [True, False, False, False, True]
    measures = ledgers["measures"].query("户编号 == @household")
    assert (measures["开始时间"] < row["识别时间"]).any()
    visits = ledgers["visits"].query("户编号 == @household").set_index("走访日期").sort_index()
    assert (visits.loc[: pd.Timestamp("2025-07-31"), "走访情况"].str.contains("风险消除后")).all()
    seen = visits.loc[pd.Timestamp("2025-08-21")]
    assert seen["是否发现风险"] == "是"
    assert "再现" in seen["走访情况"]


def test_some_households_fell_below_the_line_again_unnoticed(villages, monitored, incomes):
    last_year = incomes[incomes["年度"] == 2025].set_index("户编号")["人均纯收入"]
    eliminated = monitored.index[monitored["风险是否已消除"] == "是"]
    slipped = {_first_household(villages, position) for position in county.SLIPPED_VILLAGES}
    assert slipped <= set(eliminated)
    assert (last_year[list(slipped)] < 6_000).all()


def test_the_checklist_has_125_items_of_eight_plans_some_overdue(ledgers):
    items = ledgers["checklist"]
    assert items["指标编号"].str[:2].value_counts().to_dict() == {
        "HS": 26, "TA": 22, "XX": 20, "XA": 17, "CB": 12, "VG": 12, "CC": 10, "PZ": 6,
    }  # fmt: skip
    assert items["指标编号"].is_unique
    is_open = items["完成状态"] != "已完成"
    assert (is_open & (items["完成时限"] < LAST_DAY)).sum() == 18
    assert (is_open & (items["完成时限"] == LAST_DAY)).sum() == 8
    assert ((items["完成率"] == 1) == ~is_open).all()
    assert (items["自评得分"] <= items["分值"]).all()
    assert items["牵头单位"].isna().sum() == 53


@pytest.mark.parametrize("code", lists.PLANS)
def test_a_plan_gives_every_item_its_place_title_and_indicator_and_only_printed_units(code):
    plan = lists.plan(code)
    assert plan["plan"] == code
    assert plan["document"]
    places = [(item["section_number"], item["number"]) for item in plan["item"]]
    assert len(places) == len(set(places))
    for item in plan["item"]:
        assert item["section"] and item["title"] and item["indicator"] and item["english"].isascii()
        units = [*item.get("lead", []), *item.get("responsible", [])]
        assert len(units) == len(set(units))
        assert not any(mark in unit for unit in units for mark in "+*—()")
    # Four of the documents name no unit for any item.
    assert any("lead" in item or "responsible" in item for item in plan["item"]) == (code in {"XX", "HS", "XA", "CC"})


def test_problems_are_overdue_done_but_not_closed_and_long_term(ledgers):
    problems = ledgers["rectification"]
    assert 80 <= len(problems) <= 120
    assert problems["问题编号"].is_unique
    assert problems["问题来源"].nunique() == 11
    is_open = problems["整改状态"] != "已完成"
    assert (is_open & (problems["整改时限"] < LAST_DAY)).sum() == 15
    assert (is_open & (problems["整改时限"] == LAST_DAY)).sum() == 1
    assert ((problems["整改状态"] == "已完成") & (problems["是否销号"] == "否")).sum() == 14
    assert not (is_open & (problems["是否销号"] == "是")).any()
    long_term = problems["整改状态"] == "长期坚持"
    assert long_term.any()
    assert problems["整改时限"].isna().equals(long_term)
    assert problems["涉及乡镇"].isna().any()
    assert (problems["涉及乡镇"].notna() & problems["涉及村"].isna()).any()


def test_names_recur_across_townships_and_a_village_has_a_former_name(villages):
    for name in ("新民村", "红旗村"):
        assert villages.loc[villages["行政村"] == name, "乡镇"].nunique() == 2
    assert not villages.duplicated(["乡镇", "行政村"]).any()
    assert villages["曾用名"].notna().sum() == 1


def test_groups_have_believable_shares(ledgers, monitored):
    register = ledgers["households"]
    assert 0.2 < (register["户类型"] == "脱贫户").mean() < 0.3
    assert 0.035 < len(monitored) / len(register) < 0.06
    assert 0.4 < (monitored["风险是否已消除"] == "是").mean() < 0.68
    assert set(monitored["监测对象类别"]) == {"脱贫不稳定户", "边缘易致贫户", "突发严重困难户"}
    for title in ("住房是否安全", "饮水是否安全", "基本医疗是否有保障"):
        assert set(register[title].dropna()) == {"是", "否"}
        assert 0 < register[title].isna().mean() < 0.02
    assert set(register["享受低保或特困"]) == {"否", "低保", "特困"}
