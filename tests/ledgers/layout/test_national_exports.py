"""Exports of the national system load as they are, each filling the ledgers it has the columns for."""

from decimal import Decimal

import pytest
from books import HEAD_ID, codes, id_number, table, text, xlsx

SON = id_number("20100101", "001")
OTHER = id_number("19750505", "003")

# One row a person, the household's fields on each.
HOUSEHOLD = {
    "县": "清源县",
    "乡": "城关镇",
    "村": "新民村",
    "户编号": "620000000001",
    "户联系电话": "19900000001",
    "户类型": "脱贫户",
    "监测对象类别": "脱贫不稳定户",
    "是否危房户": "否",
    "是否解决安全饮用水": "是",
    "致贫/返贫风险1": "因病",
    "致贫/返贫风险2": "",
    "致贫/返贫风险3": "缺劳动力",
    "是否义务教育阶段适龄儿童少年失学辍学": "否",
    "工资性收入": "20000",
    "生产经营性收入": "8000",
    "转移性收入": "1500",
    "风险是否已消除": "是",
    "识别监测时间": "202304",
    "消除监测时间": "202401",
    "家庭人口数": "2",
}
PERSONS = [
    {
        "姓名": "张三丰",
        "证件类型": "居民身份证",
        "证件号码": HEAD_ID,
        "性别": "男",
        "与户主关系": "户主",
        "享受低保政策情况": "未享受",
    },
    {
        "姓名": "张小小",
        "证件类型": "残疾人证",
        "证件号码": SON + "42",
        "性别": "男",
        "与户主关系": "之子",
        "享受低保政策情况": "农村低保",
    },
]
NEIGHBOUR = HOUSEHOLD | {
    "村": "东风村",
    "户编号": "620000000002",
    "户类型": "普通农户",
    "监测对象类别": "",
    "是否危房户": "是",
    "致贫/返贫风险1": "",
    "致贫/返贫风险3": "",
    "风险是否已消除": "",
    "识别监测时间": "",
    "消除监测时间": "",
    "家庭人口数": "1",
}
ALONE = PERSONS[0] | {"姓名": "李四光", "证件号码": OTHER}
TITLE = [["监测对象信息"], ["导出时间：2023-12-18"]]


def lines(*rows, without=()):
    titles = [title for title in dict.fromkeys(title for row in rows for title in row) if title not in without]
    return [*TITLE, titles, *([row.get(title, "") for title in titles] for row in rows)]


FAMILY = [HOUSEHOLD | person for person in PERSONS]


def by_kind(report):
    return {entry.ledger: entry for entry in report.files}


@pytest.mark.parametrize("container", ["gb18030", "utf-8-sig", "xlsx"])
def test_one_row_a_person_fills_members_households_and_monitored(container, desk):
    cells = lines(*FAMILY, NEIGHBOUR | ALONE)
    name = "（自定义）监测对象信息_20231218"
    path = (
        xlsx(desk.folder / f"{name}.xlsx", cells)
        if container == "xlsx"
        else text(desk.folder / f"{name}.csv", [line + [""] * (len(cells[2]) - len(line)) for line in cells], container)
    )
    report = desk.load(path)
    assert report.exit_code == 0, report.lines()
    assert {kind: entry.rows_loaded for kind, entry in by_kind(report).items()} == {
        "members": 3,
        "households": 2,
        "monitored": 1,
    }
    household = {row["household_id"]: row for row in desk.table("core_households")}["620000000001"]
    assert (household["head_name"], household["head_id_number"]) == ("张三丰", HEAD_ID)
    assert (household["household_size"], household["household_type"]) == (2, "脱贫户")
    assert (household["assistance"], household["is_housing_safe"], household["is_water_safe"]) == ("低保", True, True)
    assert household["is_education_secured"] is True
    [monitored] = [row for row in desk.table("core_monitored") if row["household_id"] == "620000000001"]
    assert monitored["risks"] == "因病、缺劳动力"
    assert (str(monitored["identified_on"]), monitored["identified_on_precision"]) == ("2023-04-01", "month")
    assert str(monitored["eliminated_on"]) == "2024-01-01" and monitored["is_risk_eliminated"] is True
    members = {row["member_name"]: row for row in desk.table("core_members")}
    assert members["张小小"]["id_number"] == SON
    neighbour = {row["household_id"]: row for row in desk.table("core_households")}["620000000002"]
    assert (neighbour["household_type"], neighbour["is_housing_safe"]) == ("一般农户", False)


def test_rows_of_a_household_are_named_as_excel_shows_them(reading):
    report = reading.check(xlsx(reading.folder / "a.xlsx", lines(NEIGHBOUR | ALONE, *FAMILY, HOUSEHOLD | ALONE)))
    differing = [HOUSEHOLD | PERSONS[0], HOUSEHOLD | PERSONS[1] | {"户类型": "普通农户"}]
    report = reading.check(xlsx(reading.folder / "a.xlsx", lines(NEIGHBOUR | ALONE, *differing)))
    [issue] = [issue for issue in by_kind(report)["households"].issues if issue.code == "household_rows_differ"]
    assert (issue.row, issue.column) == (5, "户类型") and "第 6 行" in issue.message
    assert by_kind(report)["households"].rows_loaded == 1
    assert by_kind(report)["households"].rows_read == 2
    # Where one ledger's field differs the others still load.
    assert by_kind(report)["monitored"].status != "refused"


def test_a_ledger_whose_required_columns_are_not_there_is_not_filled_and_said(reading):
    rows = [row | {"户编号": "H001"} for row in FAMILY]
    report = reading.check(xlsx(reading.folder / "a.xlsx", lines(*rows, without=("家庭人口数",))))
    assert report.exit_code == 0, report.lines()
    assert set(by_kind(report)) == {"members", "monitored"}
    [told] = [issue for issue in report.files[0].issues if issue.code == "export_not_filled"]
    assert "农户基本信息台账" in told.message and "家庭人口数" in told.message


def test_a_person_may_take_only_one_ledger(reading):
    path = xlsx(reading.folder / "a.xlsx", lines(*[row | {"户编号": "H001"} for row in FAMILY]))
    report = reading.check(path, ledger="monitored")
    assert [(entry.ledger, entry.rows_loaded) for entry in report.files] == [("monitored", 1)]


def test_the_full_county_export_fills_incomes_of_a_known_year(reading):
    money = {
        "财产性收入": "500",
        "生产经营性支出（合计）": "2000",
        "生产经营性支出": "2500",
        "纯收入（元）": "28000",
        "人均纯收入（元）": "14000",
        "当前家庭人口数": "2",
        "年度家庭人口数": "3",
        "人口编号": "1",
        "是否军烈属": "否",
    }
    without = ("识别监测时间", "消除监测时间", "家庭人口数", "风险是否已消除")
    cells = lines(*[row | money for row in FAMILY], without=without)
    cells[0] = ["清源县2023年度全县全字段"]
    path = xlsx(reading.folder / "a.xlsx", cells)
    report = reading.check(path)
    assert report.exit_code == 0, report.lines()
    assert {kind: entry.rows_loaded for kind, entry in by_kind(report).items()} == {
        "members": 2,
        "households": 1,
        "incomes": 1,
    }
    [row] = reading.table("core_incomes")
    assert (row["income_year"], row["household_size"]) == (2023, 3)
    assert (row["business_cost_yuan"], row["net_income_yuan"]) == (Decimal("2000.00"), Decimal("28000.00"))
    cells[0] = ["全县全字段"]
    again = xlsx(reading.folder / "b.xlsx", cells)
    assert by_kind(reading.check(again, year=2024))["incomes"].rows_loaded == 1
    assert by_kind(reading.check(again, ledger="households")).keys() == {"households"}


def test_without_a_year_incomes_are_asked_about_and_the_rest_of_an_export_is_loaded(desk):
    money = {"财产性收入": "500", "生产经营性支出": "2500", "年度家庭人口数": "3", "人口编号": "1", "是否军烈属": "否"}
    cells = lines(*[row | money for row in FAMILY], without=("识别监测时间", "消除监测时间", "风险是否已消除"))
    report = desk.load(xlsx(desk.folder / "全县全字段.xlsx", cells))
    assert report.exit_code == 2 and report.published
    assert {kind: (entry.status, entry.rows_loaded) for kind, entry in by_kind(report).items()} == {
        "members": ("loaded", 2),
        "households": ("loaded", 1),
        "incomes": ("refused", 0),
    }
    [asked] = by_kind(report)["incomes"].issues
    assert asked.code == "year_needed" and "--year" in asked.message
    assert "收入台账未导入" in report.headline and "个文件" not in report.headline


def test_the_household_export_fills_households_and_incomes(reading):
    row = {
        "省": "",
        "市": "",
        "县": "清源县",
        "乡": "城关镇",
        "村": "新民村",
        "户编号": "620000000009",
        "户主编号": "1",
        "户主姓名": "张三丰",
        "户主证件号码": HEAD_ID,
        "家庭人口数": "2",
        "是否危房户": "否",
        "人均纯收入": "14000",
        "年收入": "30000",
        "是否解决安全饮用水": "是",
        "年度": "2023",
        "主要致贫原因": "因病",
        "次要致贫原因": "因学",
        "工资性收入": "20000",
        "生产经营性收入": "8000",
        "财产性收入": "500",
        "转移性收入": "1500",
        "生产经营性支出": "2000",
        "纯收入": "28000",
        "入户路类型": "水泥路",
        "是否有卫生厕所": "是",
        "户类型": "脱贫户",
    }
    report = reading.check(xlsx(reading.folder / "户信息.xlsx", lines(row)))
    assert report.exit_code == 0, report.lines()
    assert {kind: entry.rows_loaded for kind, entry in by_kind(report).items()} == {"households": 1, "incomes": 1}
    household = {one["household_id"]: one for one in reading.table("core_households")}["620000000009"]
    assert household["risks"] == "因病、因学" and household["is_housing_safe"] is True


def test_a_list_of_escaped_persons_fills_all_three(reading):
    row = {
        "序号": 1,
        "数据日期": "2022-10-01",
        "县(市、区、旗)": "清源县",
        "乡(镇)": "城关镇",
        "行政村": "新民村",
        "自然村": "一组",
        "户编号": "620000000001",
        "人编号": "1",
        "姓名": "张三丰",
        "证件号码": HEAD_ID,
        "人数": 1,
        "与户主关系": "户主",
        "民族": "汉族",
        "致贫原因1": "因病",
        "危房户": "否",
        "是否解决安全饮用水": "是",
        "户联系电话": "19900000001",
        "首次识别时间": "201312",
        "户类型": "脱贫户",
        "易返贫致贫户(监测对象)类型": "脱贫不稳定户",
        "风险是否消除": "否",
        "风险识别时间": "202105",
        "风险消除时间": "",
    }
    report = reading.check(xlsx(reading.folder / "名单.xlsx", lines(row)))
    assert report.exit_code == 0, report.lines()
    assert set(by_kind(report)) == {"members", "households", "monitored"}
    [monitored] = reading.table("core_monitored")
    assert str(monitored["identified_on"]) == "2021-05-01"


def test_total_lines_of_an_export_are_no_household(reading):
    cells = lines(*FAMILY)
    cells.append(["合计", *[""] * (len(cells[2]) - 2), 2])
    report = reading.check(xlsx(reading.folder / "a.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert by_kind(report)["households"].rows_loaded == 1


@pytest.mark.parametrize("kind", ["members", "households", "monitored", "incomes"])
def test_a_county_ledger_with_some_of_these_columns_is_no_export(kind, reading):
    extra = {
        "监测对象类别": "脱贫不稳定户",
        "户类型": "脱贫户",
        "风险是否已消除": "否",
        "家庭人口数": 2,
        "与户主关系": "户主",
    }
    report = reading.check(xlsx(reading.folder / "a.xlsx", table(kind, extra | {"户联系电话": "", "危房户": "否"})))
    assert [entry.ledger for entry in report.files] == [kind]
    assert "export_recognised" not in codes(report)
