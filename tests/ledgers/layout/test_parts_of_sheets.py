"""Years and months side by side on one sheet, and which lines of a sheet are data."""

from datetime import date
from decimal import Decimal

import pytest
from books import HEAD_ID, ROWS, VILLAGES, codes, id_number, only, table, text, xlsx

THIS_YEAR = date.today().year


def told(report, code):
    return [issue for entry in report.files for issue in entry.issues if issue.code == code]


def incomes(desk):
    return {(row["household_id"], row["income_year"]): row for row in desk.table("core_incomes")}


AMOUNTS = ["工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出"]
ONE, TWO = [20000, 8000, 500, 1500, 2000], [24000, 9000, 600, 1600, 2500]


@pytest.mark.parametrize("is_merged", [True, False])
def test_years_side_by_side_become_rows(is_merged, reading):
    upper = ["户编号", "家庭人口数", "2023年", *[""] * 4, "2024年", *[""] * 4]
    cells = [upper, ["", "", *AMOUNTS, *AMOUNTS], ["H001", 2, *ONE, *TWO], ["H002", 2, *[""] * 5, *TWO]]
    merges = ("C1:G1", "H1:L1", "A1:A2", "B1:B2") if is_merged else ()
    report = reading.check(xlsx(reading.folder / "收入.xlsx", cells, merges=merges))
    assert report.exit_code == 0, report.lines()
    rows = incomes(reading)
    assert set(rows) == {("H001", 2023), ("H001", 2024), ("H002", 2024)}
    assert rows["H001", 2023]["wage_yuan"] == Decimal("20000.00")
    assert (rows["H002", 2024]["wage_yuan"], rows["H002", 2024]["row_no"]) == (Decimal("24000.00"), 4)
    assert [entry.rows_loaded for entry in report.files] == [1, 2]
    [issue] = told(report, "columns_spread")
    assert "2023年" in issue.message and "2024年" in issue.message


def test_years_in_the_titles_become_rows(reading):
    titles = [f"{year}年{title}（元）" for title in AMOUNTS for year in (2023, 2024)]
    both = [cell for pair in zip(ONE, TWO, strict=True) for cell in pair]
    report = reading.check(text(reading.folder / "收入.csv", [["户编号", "家庭人口数", *titles], ["H001", 2, *both]]))
    assert report.exit_code == 0, report.lines()
    assert incomes(reading)["H001", 2024]["transfer_yuan"] == Decimal("1600.00")


def test_one_year_in_the_titles_goes_before_that_of_the_sheet(reading):
    cells = [
        ["2025年报收入台账"],
        ["户编号", "家庭人口数", *(f"2024年{title}" for title in AMOUNTS)],
        ["H001", 2, *ONE],
    ]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert set(incomes(reading)) == {("H001", 2024)}
    assert "year_inferred" in codes(report) and "columns_spread" not in codes(report)


def test_a_column_of_another_year_beside_a_whole_ledger_is_a_stranger(reading):
    report = reading.check_rows("incomes", {"2023年人均纯收入": 9000})
    assert report.exit_code == 0 and set(incomes(reading)) == {("H001", 2024)}
    [issue] = told(report, "columns_left_out")
    assert "2023年人均纯收入" in issue.message


def test_years_of_villages_side_by_side(desk):
    upper = ["乡镇", "行政村", "2023年", "", "2024年", ""]
    lower = ["", "", "总收入", "经营性收入", "总收入", "经营性收入"]
    rows = [["城关镇", "新民村", 200000, 160000, 210000, 170000], ["城关镇", "小计", 200000, 160000, 210000, 170000]]
    report = desk.load(xlsx(desk.folder / "集体.xlsx", [upper, lower, *rows]))
    assert report.exit_code == 0, report.lines()
    assert {row["account_year"]: row["total_income_yuan"] for row in desk.table("core_collective_economy")} == {
        2023: Decimal("200000.00"),
        2024: Decimal("210000.00"),
    }


def test_months_side_by_side_become_visits(reading):
    titles = ["户编号", "户主姓名", "走访方式", *(f"{month}月" for month in range(1, 5))]
    rows = [["H001", "张三丰", "入户", "2025-01-06", "√", "", "5日"], ["H002", "李四光", "入户", "×", "2月7日", "", ""]]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", [["2025年走访台账"], titles, *rows]))
    assert report.exit_code == 0, report.lines()
    visits = {
        (row["household_id"], str(row["visited_on"]), row["visited_on_precision"])
        for row in reading.table("core_visits")
    }
    assert visits == {
        ("H001", "2025-01-06", "day"),
        ("H001", "2025-02-01", "month"),
        ("H001", "2025-04-05", "day"),
        ("H002", "2025-02-07", "day"),
    }


def test_months_without_a_year_are_asked_about(reading):
    cells = [["户编号", "1月", "2月"], ["H001", "√", ""]]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", cells))
    assert report.exit_code == 2 and any("--year" in issue.message for issue in report.files[0].issues)


# Which lines are data -----------------------------------------------------------------------------------------------

BLANK = [""] * 8
SECOND = {"户编号": "H003", "证件号码": ""}


def with_line(*lines):
    """Two households with lines between them."""
    titles, *rows = table("households", {}, SECOND)
    return [titles, rows[0], *lines, rows[1]]


@pytest.mark.parametrize(
    "line",
    [
        ["合计", *[""] * 5, 4, ""],
        ["合 计：", "", "", "", "", "", 4, ""],
        ["城关镇", "小计", "", "", "", "", 4, ""],
        ["城关镇合计", "", 2, "", "", "", 4, ""],
        ["合计", "合计", "合计", "", "", "", 4, ""],
        ["", "", "合计", "2户", "", "", 4, ""],
        ["总计（2户）", "", "2", "", "", "", "4人", ""],
        ["其中：脱贫户", "", "", "", "", "", 4, ""],
        ["", "", "", "", "", "其中：监测对象", 0, ""],
    ],
)
def test_a_total_anywhere_is_no_data(line, reading):
    for place, cells in (("中", with_line(line)), ("上", [table("households")[0], line, *with_line()[1:]])):
        report = reading.check(xlsx(reading.folder / f"{place}.xlsx", cells))
        assert report.exit_code == 0, report.lines()
        assert only(report).rows_read == 2 and "lines_total" in codes(report)


@pytest.mark.parametrize(
    "change",
    [
        {"户主姓名": "合计"},
        {"户主姓名": "小计"},
        {"户主姓名": "注"},
        {"户主姓名": "说明"},
        {"自然村组": "小计"},
        {"自然村组": "注：一组"},
    ],
)
def test_somebody_called_by_such_a_word_is_data(change, reading):
    report = reading.check_rows("households", {}, SECOND | change)
    assert report.exit_code == 0 and only(report).rows_read == 2


def test_a_line_of_somebody_without_a_key_is_refused_and_not_passed_over(reading):
    lost = {"户编号": "", "户主姓名": "合计", "证件号码": id_number("19700101", "005")}
    for change in (lost, {"户编号": "", "证件号码": "", "户主姓名": "小计"}, {"户编号": "", "乡镇": "合计"}):
        report = reading.check_rows("households", change, SECOND)
        assert (report.exit_code, only(report).rows_read) == (1, 2), change
        assert told(report, "value_missing")[0].row == 2


def test_villages_and_measures_may_be_called_so(desk):
    named = VILLAGES[1] | {"行政村": "总计村"}
    assert desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", VILLAGES[0], named))).exit_code == 0
    report = desk.check_rows("collective_economy", {"行政村": "总计村"}, {"行政村": "新民村"})
    assert (report.exit_code, only(report).rows_read) == (0, 2)
    report = desk.check_rows("measures", {"措施名称": "技能培训汇总"}, {"措施编号": "C002", "措施名称": "合计"})
    assert (report.exit_code, only(report).rows_read) == (0, 2)
    report = desk.check_rows("checklist", {"考核内容": "台账汇总"}, {"指标编号": "A-02", "考核板块": "合计"})
    assert (report.exit_code, only(report).rows_read) == (0, 2)


def test_a_village_called_like_a_total_is_data_by_its_code(desk):
    named = VILLAGES[1] | {"行政村": "小计"}
    assert desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", VILLAGES[0], named))).exit_code == 0
    report = desk.check_rows("collective_economy", {"行政村": "小计", "行政村代码": "629821100202"})
    assert (report.exit_code, only(report).rows_loaded) == (0, 1)


@pytest.mark.parametrize(
    "line",
    [
        ["注：本表一式两份"],
        ["填表人：王五", "", "", "审核人：李四", "", "", "填报日期：2025年1月5日"],
        ["填表人：", "王五", "", "审核人：", "李四", "", "日期：", "2025-01-05"],
        ["", "", "", "", "", "2025年1月5日"],
        ["单位负责人（签字）：", "", "", "（公章）"],
        ["备注：", "以上数据截至2025年6月"],
    ],
)
def test_notes_and_signatures_below_are_no_data(line, reading):
    report = reading.check(xlsx(reading.folder / "户.xlsx", [*table("households"), [], line]))
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 1 and "lines_note" in codes(report)


def test_a_signature_whose_day_falls_under_a_date_is_no_data(reading):
    titles, row = table("rectification")
    line = [""] * len(titles)
    line[titles.index("责任单位")], line[titles.index("完成时间")] = "责任领导：张三", "2025年1月"
    report = reading.check(xlsx(reading.folder / "整改.xlsx", [titles, row, line]))
    assert (report.exit_code, only(report).rows_read) == (0, 1)


def test_a_printed_header_with_its_page_title_is_no_data(reading):
    titles, first, second = table("households", {}, SECOND)
    page = [["清源县农户基本信息台账（续）"], ["填报单位：城关镇", "", "", "", "单位：人"], []]
    report = reading.check(
        xlsx(reading.folder / "户.xlsx", [*page, titles, first, *page, titles, list(range(1, 9)), second])
    )
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 2


def test_a_printed_header_of_two_rows_is_no_data(reading):
    upper = ["年度", "户编号", "家庭人口数", "收入", "", "", "", "支出", "家庭纯收入", "人均纯收入"]
    lower = ["", "", "", "工资性", "生产经营性", "财产性", "转移性", "生产经营性", "", ""]
    rows = table("incomes", {}, {"户编号": "H002"})[1:]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [upper, lower, rows[0], upper, lower, rows[1]]))
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 2


def test_a_heading_over_a_part_of_the_lines_is_no_data(reading):
    cells = with_line(["二、东风村", *BLANK[1:]])
    assert reading.check(xlsx(reading.folder / "户.xlsx", cells)).exit_code == 0
    cells = with_line(["东风村", *BLANK[1:]])
    assert reading.check(xlsx(reading.folder / "户.xlsx", cells, merges=("A3:H3",))).exit_code == 0
    assert reading.check(xlsx(reading.folder / "户.xlsx", cells)).exit_code == 1


def test_another_table_below_is_left_out_and_one_of_the_same_kind_refused(reading):
    other = [[], ["各村户数"], ["村名", "户数", "人数"], ["新民村", 12, 30], ["东风村", 9, 21]]
    report = reading.check(xlsx(reading.folder / "户.xlsx", [*table("households"), *other]))
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 1 and "5" in told(report, "lines_other_table")[0].message
    turned = [line[::-1] for line in table("households", SECOND)]
    report = reading.check(xlsx(reading.folder / "户.xlsx", [*table("households"), [], *turned]))
    assert report.exit_code == 2 and only(report).issues[-1].code == "second_header"


def test_a_column_filled_only_in_the_first_row_of_each_group_is_asked_about(reading):
    persons = [
        {},
        {
            "户编号": "",
            "姓名": "李梅",
            "证件号码": id_number("19820202", "002"),
            "与户主关系": "配偶",
            "性别": "女",
            "出生日期": "",
        },
        {
            "户编号": "",
            "姓名": "张小小",
            "证件号码": id_number("20100101", "001"),
            "与户主关系": "之子",
            "出生日期": "",
        },
    ]
    report = reading.check_rows("members", *persons)
    assert (report.exit_code, only(report).rows_loaded) == (1, 1)
    assert [issue.row for issue in told(report, "value_missing")] == [3, 4]
    [issue] = told(report, "cells_blank_below")
    assert issue.column == "户编号" and issue.row is None and "2 行" in issue.message


def test_a_row_that_is_only_beside_the_table_is_said(reading):
    cells = [[*line, "", "", ""] for line in with_line(BLANK)]
    cells[2][10] = "核对过"
    report = reading.check(xlsx(reading.folder / "户.xlsx", cells))
    assert report.exit_code == 0 and "第 3 行" in told(report, "lines_outside")[0].message


def test_an_empty_book_and_a_bare_header_have_no_data(reading):
    for name, sheets in (("空", {"Sheet1": []}), ("头", {"户": table("households")[:1]})):
        report = reading.check(xlsx(reading.folder / f"{name}.xlsx", sheets))
        assert report.exit_code == 2 and any("没有数据" in issue.message for issue in report.files[-1].issues)


def test_the_members_of_a_household_keep_their_words(reading):
    wife = {
        "姓名": "汇总",
        "证件号码": id_number("19820202", "002"),
        "与户主关系": "配偶",
        "性别": "女",
        "出生日期": "",
    }
    report = reading.check_rows("members", {}, wife)
    assert (report.exit_code, only(report).rows_read) == (0, 2)
    assert ROWS["members"]["证件号码"] == HEAD_ID


# Tables above, units below, months of the sheet -----------------------------------------------------------------------


def test_of_two_ledgers_on_a_sheet_none_is_passed_over(reading):
    report = reading.check(xlsx(reading.folder / "a.xlsx", [*table("visits"), [], ["附表"], *table("incomes")]))
    assert report.exit_code == 2 and "second_header" in codes(report)
    first = table("visits", without=("走访日期",))
    report = reading.check(xlsx(reading.folder / "b.xlsx", [*first, [], ["附表"], *table("incomes")]))
    assert report.exit_code == 2 and "走访日期" in only(report).issues[-1].message


def test_a_summary_above_the_header_is_said_and_a_line_of_labels_is_not(reading):
    summary = [["乡镇", "户数", "走访率"], ["城关镇", 12, "80%"], []]
    report = reading.check(xlsx(reading.folder / "a.xlsx", [["走访台账"], *summary, *table("visits")]))
    assert report.exit_code == 0 and "第 2、3 行" in told(report, "lines_above_header")[0].message
    labels = ["填报单位：", "城关镇", "户数：", 12]
    report = reading.check(xlsx(reading.folder / "b.xlsx", [["走访台账"], labels, *table("visits")]))
    assert report.exit_code == 0 and "lines_above_header" not in codes(report)


@pytest.mark.parametrize("unit", ["万元", "（万元）", "(万元)"])
def test_a_row_of_units_below_the_titles_belongs_to_them(unit, reading):
    titles, row = table("incomes")
    units = ["", "", "人", *[unit] * 7]
    amounts = [*row[:3], *(cell / 10_000 for cell in row[3:])]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [titles, units, amounts, titles, units]))
    assert report.exit_code == 0, report.lines()
    assert incomes(reading)["H001", 2024]["wage_yuan"] == Decimal("20000.00")


@pytest.mark.parametrize(
    ("sheet", "above", "day", "expected"),
    [
        ("2025年3月", [], "5日", "2025-03-05"),
        ("Sheet1", [["2025年3月份走访台账"]], "5号", "2025-03-05"),
        ("3月", [["2025年走访台账"]], "3.5", "2025-03-05"),
        ("3月", [["2025年走访台账", "填报日期：2025年4月2日"]], "3月5日", "2025-03-05"),
    ],
)
def test_days_without_a_month_take_that_of_title_or_sheet(sheet, above, day, expected, reading):
    cells = [*above, *table("visits", {"走访日期": day})]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", {sheet: cells}))
    assert report.exit_code == 0, report.lines()
    assert [str(row["visited_on"]) for row in reading.table("core_visits")] == [expected]
    assert ("month_inferred" in codes(report)) == (day != "3月5日")


def test_days_take_no_month_that_is_not_certain(reading):
    for sheet, above, day in (
        ("1-3月", [["2025年走访台账"]], "5日"),
        ("2025年3月", [], "4.5"),
        ("Sheet1", [["走访台账", "填报日期：2025年4月2日"]], "5日"),
    ):
        report = reading.check(
            xlsx(reading.folder / "走访.xlsx", {sheet: [*above, *table("visits", {"走访日期": day})]})
        )
        assert report.exit_code == 1 and "date_invalid" in codes(report), sheet
    report = reading.check(xlsx(reading.folder / "走访.xlsx", {"3月": table("visits", {"走访日期": "5日"})}))
    assert report.exit_code == 2 and "--year" in only(report).issues[-1].message


def test_a_sheet_named_by_a_short_year(reading):
    lines = table("incomes", without=("年度",))
    report = reading.check(xlsx(reading.folder / "收入.xlsx", {"23年": lines, "24年度": lines}))
    assert report.exit_code == 0, report.lines()
    assert set(incomes(reading)) == {("H001", 2023), ("H001", 2024)}


def test_lines_at_the_turn_of_a_page_are_no_data(reading):
    titles, first, second = table("households", {}, SECOND)
    turns = [["过次页", "", "", "", "", 2], ["第1页 共2页"], ["承前页", "", "", "", "", 2], ["（续表）"], titles]
    report = reading.check(xlsx(reading.folder / "户.xlsx", [titles, first, *turns, second]))
    assert (report.exit_code, only(report).rows_read) == (0, 2), report.lines()
