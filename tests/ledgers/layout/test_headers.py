"""Headers in every dress and place: which column holds which field, and when nobody can tell."""

from decimal import Decimal

import pytest
from books import HEAD_ID, ROWS, VILLAGES, codes, only, table, text, xlsx

from dashboard.definitions import forms
from dashboard.ledgers.layout import known_titles, title_text


def households(desk):
    return {row["household_id"]: row for row in desk.table("core_households")}


def told(report, code):
    return [issue for entry in report.files for issue in entry.issues if issue.code == code]


@pytest.mark.parametrize(
    "title",
    [
        "1.户编号",
        "2、户编号",
        "（一）户编号",
        "(3)户编号",
        "①户编号",
        "⑵户编号",
        "一、户编号",
        "户 编 号",
        "户\n编\r\n号",
        "*户编号",
        "户编号★",
        "户编号（必填）",
        "户编号【文本】",
        "户编号〔国家平台〕",
        "户编号《必填》",
        "「户编号」",
        "户编号（18位",
        "户编号：",
        "户编号*必填",
        "户编号\u200b",
        "户编号（平台（全国））",
        "“户编号”",
    ],
)
def test_a_title_is_known_in_any_dress(title):
    assert title_text.normal(title) == "户编号"


@pytest.mark.parametrize("kind", forms.kinds())
def test_no_title_of_a_ledger_is_taken_for_a_number_or_noise(kind):
    for field in forms.get(kind).fields:
        for title in (field.title, *field.aliases):
            assert title_text.normal(title) in known_titles.every_title(), title


@pytest.mark.parametrize("depth", [0, 5, 14, 26])
def test_the_header_may_stand_far_below(depth, reading):
    above = [[f"说明第 {number} 条"] for number in range(depth)]
    report = reading.check(xlsx(reading.folder / "户.xlsx", above + table("households", {"家庭人口数": 4})))
    assert report.exit_code == 0, report.lines()
    assert households(reading)["H001"]["household_size"] == 4


def test_a_table_may_stand_anywhere_on_the_sheet(reading):
    cells = [
        [],
        [],
        ["", "", "清源县农户台账"],
        [],
        *([["", "", *line[:4], "", *line[4:]] for line in table("households")]),
    ]
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_loaded == 1


GROUPED = [
    ["年度", "户编号", "家庭人口数", "收入", "", "", "", "支出", "家庭纯收入", "人均纯收入"],
    ["", "", "", "工资性", "生产经营性", "财产性", "转移性", "生产经营性", "", ""],
]


def amounts(desk):
    [row] = desk.table("core_incomes")
    return [row[column] for column in ("wage_yuan", "business_yuan", "transfer_yuan", "business_cost_yuan")]


EXPECTED = [Decimal("20000.00"), Decimal("8000.00"), Decimal("1500.00"), Decimal("2000.00")]


@pytest.mark.parametrize("merges", [(), ("D1:G1",), ("D1:G1", "A1:A2", "B1:B2", "C1:C2", "H1:H1", "I1:I2", "J1:J2")])
def test_groups_tell_equal_titles_apart_merged_or_not(merges, reading):
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [*GROUPED, table("incomes")[1]], merges=merges))
    assert report.exit_code == 0, report.lines()
    assert amounts(reading) == EXPECTED


def test_groups_in_a_text_file(reading):
    report = reading.check(text(reading.folder / "收入.csv", [*GROUPED, table("incomes")[1]]))
    assert report.exit_code == 0, report.lines()
    assert amounts(reading) == EXPECTED


def test_a_header_of_three_rows(reading):
    top = ["年度", "户编号", "家庭人口数", "家庭收支情况（元）", *[""] * 6]
    lower = [GROUPED[0][:3], GROUPED[1]]
    middle = ["", "", "", "收入", "", "", "", "支出", "家庭纯收入", "人均纯收入"]
    cells = [["某县收入台账"], top, middle, lower[1], table("incomes")[1]]
    report = reading.check(
        xlsx(reading.folder / "收入.xlsx", cells, merges=("A1:J1", "D2:J2", "D3:G3", "A2:A4", "I3:I4"))
    )
    assert report.exit_code == 0, report.lines()
    assert amounts(reading) == EXPECTED


def _two_phones(first, second):
    """Households with two groups that have a phone each."""
    titles, row = table("households", without=("联系电话", "证件号码"))
    upper = [*[""] * len(titles), first, "", second, ""]
    return [
        upper,
        [*titles, "姓名", "联系电话", "姓名", "联系电话"],
        [*row, "张三丰", "19900000009", "王五", "19900000008"],
    ]


def test_a_phone_belongs_to_the_group_it_stands_under(reading):
    cells = _two_phones("户主", "帮扶责任人")
    cells[1][cells[1].index("户主姓名")] = "备用"
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert (households(reading)["H001"]["phone"], households(reading)["H001"]["head_name"]) == ("19900000009", "张三丰")


def test_a_name_under_somebody_else_is_not_the_rows(reading):
    titles, row = table("members", without=("姓名",))
    upper = [*[""] * len(titles), "帮扶责任人"]
    report = reading.check(xlsx(reading.folder / "成员.xlsx", [upper, [*titles, "姓名"], [*row, "王五"]]))
    assert report.exit_code == 2 and "姓名" in only(report).issues[-1].message


def test_equal_titles_that_nothing_tells_apart_are_refused_with_both_named(reading):
    cells = _two_phones("基本情况", "其他情况")
    [issue] = told(reading.check(xlsx(reading.folder / "户.xlsx", cells)), "columns_repeated")
    assert "基本情况/联系电话" in issue.message and "其他情况/联系电话" in issue.message


def test_two_columns_that_could_both_be_meant_are_refused_unless_they_say_the_same(reading):
    def cells(second):
        titles, row = table("households", without=("联系电话",))
        return [[*titles, "电话", "手机号"], [*row, "19900000001", second]]

    report = reading.check(xlsx(reading.folder / "户.xlsx", cells("19900000002")))
    assert report.exit_code == 2
    [issue] = told(report, "columns_repeated")
    assert "电话" in issue.message and "手机号" in issue.message
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells("19900000001")))
    assert report.exit_code == 0 and "手机号" in told(report, "columns_alike")[0].message


def test_the_ledgers_own_title_goes_before_others_and_is_said(reading):
    report = reading.check_rows("households", {"人数": 9})
    assert report.exit_code == 0 and households(reading)["H001"]["household_size"] == 2
    [issue] = told(report, "columns_alike")
    assert "人数" in issue.message and "家庭人口数" in issue.message


def test_a_column_without_a_title_is_named(reading):
    cells = [[*line, "", cell] for line, cell in zip(table("households"), ("", "好"), strict=True)]
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells))
    assert report.exit_code == 0
    [issue] = told(report, "columns_left_out")
    assert "J列（无列名）" in issue.message


@pytest.mark.parametrize(
    "marks",
    [
        ["1", "2", "3", "4", "5", "6", "7", "8"],
        [1, 2, 3, 4, 5, 6, 7, 8],
        list("甲乙丙丁戊己庚辛"),
        ["甲", "乙", 1, 2, 3, 4, 5, 6],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        list("①②③④⑤⑥⑦⑧"),
        list("ABCDEFGH"),
        ["栏次", 1, 2, 3, 4, 5, 6, 7],
        ["甲", "乙", "", "", "", "", 1, "2=1+3"],
    ],
)
def test_a_line_that_numbers_the_columns_is_no_data(marks, reading):
    titles, row = table("households")
    report = reading.check(xlsx(reading.folder / "户.xlsx", [titles, marks, row]))
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 1 and codes(report).count("lines_numbering") == 1


def test_a_unit_in_a_group_counts_for_its_columns(reading):
    upper = [*GROUPED[0][:3], "收入（万元）", "", "", "", "支出（万元）", "家庭纯收入（万元）", "人均纯收入（万元）"]
    row = [*table("incomes")[1][:3], *(cell / 10_000 for cell in table("incomes")[1][3:])]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [upper, GROUPED[1], row]))
    assert report.exit_code == 0, report.lines()
    assert amounts(reading) == EXPECTED


def test_a_file_of_another_ledger_is_named_and_a_card_or_summary_is_no_ledger(reading):
    summary = [["乡镇", "行政村", "户数", "人数"], ["城关镇", "新民村", 12, 30], ["城关镇", "东风村", 9, 21]]
    report = reading.check(xlsx(reading.folder / "汇总.xlsx", summary))
    assert report.exit_code == 2 and only(report).rows_loaded == 0
    beside = {
        "封面": [["清源县"], ["2025年"]],
        "填表说明": [["户编号", "国家平台的编号"], ["户主姓名", "与户口簿一致"]],
    }
    report = reading.check(xlsx(reading.folder / "户.xlsx", beside | {"汇总": summary, "户": table("households")}))
    assert {entry.sheet: entry.status for entry in report.files} == {
        "封面": "skipped",
        "填表说明": "skipped",
        "汇总": "skipped",
        "户": "loaded",
    }


def test_one_sheet_a_village_takes_the_place_from_its_name(desk):
    one, two = (
        table("households", {"户编号": key, "证件号码": "", "户主姓名": "赵六"}, without=("乡镇", "行政村"))
        for key in ("H101", "H102")
    )
    sheets = {"城关镇新民村": one, "城关镇东风村": two}
    report = desk.load(xlsx(desk.folder / "户.xlsx", sheets))
    assert report.exit_code == 0, report.lines()
    assert [households(desk)[key]["village_code"][-3:] for key in ("H101", "H102")] == ["201", "202"]
    assert codes(report).count("place_inferred") == 4


@pytest.mark.parametrize(
    ("name", "above", "file"),
    [
        ("新民村", [["清源县城关镇农户台账"]], "户"),
        ("新民村", [["填报单位：城关镇人民政府"]], "户"),
        ("1.新民村", [], "城关镇农户台账"),
        ("Sheet1", [["清源县城关镇新民村2025年农户台账"]], "户"),
        ("Sheet1", [["填报单位：城关镇新民村村民委员会", "", "2025年1月"]], "户"),
        ("新民村（城关镇）", [], "户"),
    ],
)
def test_a_place_is_taken_from_name_title_or_file(name, above, file, desk):
    cells = above + table("households", {"家庭人口数": 7}, without=("乡镇", "行政村"))
    report = desk.load(xlsx(desk.folder / f"{file}.xlsx", {name: cells}))
    assert report.exit_code == 0, report.lines()
    assert households(desk)["H001"]["household_size"] == 7


def test_a_place_nothing_names_or_two_things_name_differently_is_a_missing_column(reading):
    cells = table("households", without=("乡镇", "行政村"))
    for name, above in (("汇总", []), ("城关镇新民村", [["城关镇东风村农户台账"]])):
        report = reading.check(xlsx(reading.folder / "a.xlsx", {name: above + cells}))
        assert report.exit_code == 2 and "行政村" in only(report).issues[-1].message


def test_a_place_the_directory_does_not_know_refuses_its_rows(desk):
    cells = table("households", without=("行政村",))
    report = desk.check(xlsx(desk.folder / "a.xlsx", {"新光村": cells}))
    assert report.exit_code == 1 and "village_unknown" in codes(report)


def test_a_column_goes_before_the_sheets_name(desk):
    report = desk.load(xlsx(desk.folder / "a.xlsx", {"河东乡柳林村": table("households", {"家庭人口数": 6})}))
    assert report.exit_code == 0 and "place_inferred" not in codes(report)
    assert households(desk)["H001"]["village_code"] == VILLAGES[0]["行政村代码"]


def test_a_card_for_one_household_is_refused_by_its_name(reading):
    card = [
        ["防返贫监测帮扶明白卡"],
        ["户主姓名", "张三丰", "户编号", "H001", "联系电话", "19900000001"],
        ["乡镇", "城关镇", "行政村", "新民村", "家庭人口数", 2],
        ["户类型", "脱贫户", "监测对象类别", "脱贫不稳定户", "识别时间", "2024-05"],
        ["家庭成员", "姓名", "证件号码", "与户主关系", "性别", "民族"],
        ["", ROWS["members"]["姓名"], HEAD_ID, "户主", "男", "汉族"],
    ]
    report = reading.check(xlsx(reading.folder / "卡.xlsx", {"张三丰": card, "李四光": card}))
    assert report.exit_code == 2
    assert [entry.issues[-1].code for entry in report.files] == ["household_card"] * 2


def test_a_year_in_a_title_of_a_ledger_without_years_is_passed_over(reading):
    titles, row = table("households", {"家庭人口数": 8})
    titles = [f"2024年{title}" if title == "家庭人口数" else title for title in titles]
    assert reading.check(xlsx(reading.folder / "户.xlsx", [titles, row])).exit_code == 0
    assert households(reading)["H001"]["household_size"] == 8
    both = [[*titles, "2023年家庭人口数"], [*row, 3]]
    assert reading.check(xlsx(reading.folder / "户.xlsx", both)).exit_code == 2


def test_a_summary_beside_village_ledgers_is_left_out(reading):
    year = table("collective_economy", without=("年度",))
    summary = [["乡镇", "村数", "总收入", "经营性收入"], ["城关镇", 2, 1, 1]]
    report = reading.check(xlsx(reading.folder / "集体.xlsx", {"2023年": year, "2024年": year, "汇总": summary}))
    assert report.exit_code == 0, report.lines()
    assert [entry.status for entry in report.files] == ["loaded", "loaded", "skipped"]


def test_a_heading_between_rows_that_names_another_place_makes_the_titles_doubtful(desk):
    titles, first, second = table("households", {}, {"户编号": "H003", "证件号码": ""}, without=("行政村",))
    above, width = [["城关镇新民村农户台账"]], [""] * (len(titles) - 1)
    for heading, exit_code in (("二、新民村", 0), ("二、东风村（1户）", 2)):
        cells = [*above, titles, first, [heading, *width], second]
        report = desk.check(xlsx(desk.folder / "户.xlsx", cells))
        assert report.exit_code == exit_code, report.lines()
    assert "行政村" in only(report).issues[-1].message


def test_a_groups_name_may_say_that_it_is_a_group(reading):
    titles, row = table("households", without=("户主姓名", "联系电话"))
    upper = [*titles, "户主信息", "", "帮扶责任人基本情况", ""]
    lower = [*[""] * len(titles), "姓名", "联系电话", "姓名", "联系电话"]
    cells = [upper, lower, [*row, "张三丰", "19900000009", "王五", "19900000008"]]
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert (households(reading)["H001"]["phone"], households(reading)["H001"]["head_name"]) == ("19900000009", "张三丰")


def test_a_header_of_three_rows_with_units_below(reading):
    top = [*GROUPED[0][:3], "家庭收支", *[""] * 6]
    middle = ["", "", "", *GROUPED[0][3:]]
    units = ["", "", "人", *["万元"] * 7]
    row = [*table("incomes")[1][:3], *(cell / 10_000 for cell in table("incomes")[1][3:])]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [top, middle, GROUPED[1], units, row]))
    assert report.exit_code == 0, report.lines()
    assert amounts(reading) == EXPECTED


def test_an_incomplete_ledger_in_another_ones_slot_is_named(reading):
    report = reading.check_rows("visits", without=("走访日期",), ledger="monitored")
    assert report.exit_code == 2 and "走访台账" in only(report).issues[-1].message


def test_sheets_named_by_bare_village_names_are_villages_if_the_directory_knows_all_of_them(desk):
    def sheet(key, township):
        return table("households", {"户编号": key, "证件号码": "", "乡镇": township}, without=("行政村",))

    report = desk.load(
        xlsx(desk.folder / "户.xlsx", {"东风": sheet("H101", "城关镇"), "柳林": sheet("H102", "河东乡")})
    )
    assert report.exit_code == 0, report.lines()
    assert [households(desk)[key]["village_code"][-6:] for key in ("H101", "H102")] == ["100202", "200202"]
    report = desk.load(
        xlsx(desk.folder / "b.xlsx", {"东风": sheet("H103", "城关镇"), "花名册": sheet("H104", "城关镇")})
    )
    assert report.exit_code == 2 and "H103" not in households(desk)
    assert [entry.issues[-1].code for entry in report.files] == ["sheet_goes_with_file", "columns_missing"]
