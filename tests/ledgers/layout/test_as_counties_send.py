"""Small habits of county offices: what they write beside, below and into their tables."""

from datetime import date
from decimal import Decimal

import pytest
from books import codes, id_number, only, table, text, xlsx, zip_bytes, zipped

from dashboard.ledgers.cells import dates


def told(report, code):
    return [issue.message for entry in report.files for issue in entry.issues if issue.code == code]


@pytest.mark.parametrize("group", ["家庭收入", "2024年家庭收入情况（元）", "农户收入构成", "年收入"])
def test_a_group_is_known_by_what_its_name_is_about(group, reading):
    upper = ["户编号", "家庭人口数", group, "", "", "", "生产经营性支出"]
    lower = ["", "", "工资性", "生产经营性", "财产性", "转移性", ""]
    cells = [["2024年收入台账"], upper, lower, ["H001", 2, 20000, 8000, 500, 1500, 2000]]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", cells, merges=("C2:F2", "A2:A3", "B2:B3", "G2:G3")))
    assert report.exit_code == 0, report.lines()
    [row] = reading.table("core_incomes")
    assert (row["wage_yuan"], row["transfer_yuan"]) == (Decimal("20000.00"), Decimal("1500.00"))


def test_a_subtotal_within_a_merged_household_is_a_total(reading):
    child = {"姓名": "张小小", "证件号码": id_number("20100101", "001"), "与户主关系": "之子", "出生日期": ""}
    titles, head, other = table("members", {}, child)
    other[:2] = ["", ""]
    subtotal = ["", "", "小计", "2人"]
    cells = [titles, head, other, subtotal]
    report = reading.check(xlsx(reading.folder / "成员.xlsx", cells, merges=("A2:A4", "B2:B4")))
    assert (report.exit_code, only(report).rows_loaded) == (0, 2), report.lines()
    assert "第 4 行" in told(report, "lines_total")[0]


def test_a_summary_below_is_left_out_and_said_but_no_line_that_may_be_data(reading):
    summary = [[], ["汇总"], ["乡镇", "走访户数", "占比"], ["城关镇", 1, "50%"], ["河东乡", 1, "50%"]]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", [*table("visits"), *summary]))
    assert (report.exit_code, only(report).rows_loaded) == (0, 1), report.lines()
    assert "第 5、6、7 行" in told(report, "lines_other_table")[0]
    below = [[], ["乡镇", "户数"], table("visits", {"走访日期": "2025-03-06"})[1]]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", [*table("visits"), *below]))
    assert only(report).rows_loaded == 2 and "lines_other_table" not in codes(report)


@pytest.mark.parametrize(("sheet", "day"), [("三月", "5日"), ("十二月份", "5号")])
def test_a_month_in_chinese_numbers_is_one(sheet, day, reading):
    cells = [["二〇二四年走访台账"], *table("visits", {"走访日期": day})]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", {sheet: cells}))
    assert report.exit_code == 0, report.lines()
    [row] = reading.table("core_visits")
    assert row["visited_on"] == date(2024, 3 if sheet == "三月" else 12, 5)


def test_months_in_chinese_numbers_stand_side_by_side(reading):
    cells = [["2024年走访登记表"], ["户编号", "一月", "二月", "十一月"], ["H001", "5日", "", "√"]]
    report = reading.check(xlsx(reading.folder / "走访.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    days = sorted(row["visited_on"] for row in reading.table("core_visits"))
    assert days == [date(2024, 1, 5), date(2024, 11, 1)]


def test_two_months_in_one_word_are_no_number():
    assert dates.in_digits("一二月") == "一二月" and dates.parse("2024年一二月", None)[0] is None
    assert dates.in_digits("二〇二四年十二月二十一日") == "2024年12月21日"


def test_the_year_of_a_title_may_be_in_chinese_numbers(reading):
    cells = [["二○二四年度收入台账"], *table("incomes", without=("年度",))]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", cells))
    assert report.exit_code == 0, report.lines()
    assert [row["income_year"] for row in reading.table("core_incomes")] == [2024]


def test_cells_of_invisible_characters_are_blank(reading):
    unseen = ["\u00a0", "\u200b", "\u3000", "\ufeff", "\u200e", " \u2060 ", ""]
    titles, line = table("visits")
    line[0] = f"\u200e{line[0]}\u200f"
    report = reading.check(xlsx(reading.folder / "走访.xlsx", [titles, unseen, line, unseen]))
    assert (report.exit_code, only(report).rows_read) == (0, 1), report.lines()
    assert [str(row["visited_on"]) for row in reading.table("core_visits")] == ["2025-03-05"]


def test_the_sign_that_ended_files_of_old_programs_is_no_character(reading):
    path = text(reading.folder / "走访.csv", table("visits"), encoding="gbk")
    path.write_bytes(path.read_bytes().rstrip() + b"\x1a")
    report = reading.check(path)
    assert report.exit_code == 0, report.lines()
    assert [row["findings"] for row in reading.table("core_visits")] == ["情况正常"]


def test_a_broken_text_document_in_an_archive_is_passed_by_and_a_broken_workbook_is_not(reading):
    ledger = xlsx(reading.folder / "走访.xlsx", table("visits")).read_bytes()
    broken = zip_bytes({"word/document.xml": b"<w/>"})[:40]
    report = reading.check(zipped(reading.folder / "a.zip", {"走访.xlsx": ledger, "说明.docx": broken}))
    assert report.exit_code == 0 and "archive_member_passed" in codes(report), report.lines()
    report = reading.check(zipped(reading.folder / "b.zip", {"走访.xlsx": ledger, "户.xlsx": broken}))
    assert report.exit_code == 2 and "file_damaged" in codes(report)


def test_years_below_their_titles_become_rows(reading):
    cells = [
        ["乡镇", "行政村", "总收入", "", "经营性收入", ""],
        ["", "", "2023年", 2024, "2023年", 2024],
        ["城关镇", "新民村", 180000, 200000, 140000, 150000],
    ]
    report = reading.check(xlsx(reading.folder / "a.xlsx", cells, merges=("A1:A2", "B1:B2", "C1:D1", "E1:F1")))
    assert report.exit_code == 0 and "columns_spread" in codes(report), report.lines()
    found = {row["account_year"]: row["operating_income_yuan"] for row in reading.table("core_collective_economy")}
    assert found == {2023: Decimal("140000.00"), 2024: Decimal("150000.00")}


@pytest.mark.parametrize("word", ["计", "总   计", "户均", "平均值", "合计（1户）"])
def test_words_of_total_lines(word, reading):
    total = [word, "", *table("incomes")[1][2:]]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", [*table("incomes"), total]))
    assert (report.exit_code, only(report).rows_read) == (0, 1), report.lines()


def test_a_row_held_back_is_not_said_to_be_loaded(desk):
    odd = {"户编号": "H002", "工资性收入": 1, "生产经营性收入": 0, "财产性收入": 0, "转移性收入": 0, "年度": 1999}
    odd |= {"生产经营性支出": 0, "家庭纯收入": 1, "人均纯收入": 0.5}
    for changes, expected in ((odd, False), (odd | {"年度": 2023}, True)):
        report = desk.check_rows("incomes", {}, {"年度": 2023}, changes)
        assert ("amount_unusual" in codes(report)) == expected, report.lines()


def test_a_folder_has_web_pages_with_tables_read_and_other_files_named(desk):
    folder = desk.folder / "报送"
    folder.mkdir()
    titles, row = table("visits")
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in (titles, row))
    (folder / "走访.html").write_text(f"<html><body><table>{cells}</table></body></html>", encoding="utf-8")
    (folder / "说明.html").write_text("<html><body><p>请按时报送</p></body></html>", encoding="utf-8")
    report = desk.check(folder)
    assert report.exit_code == 0 and sum(entry.rows_loaded for entry in report.files) == 1, report.lines()
    assert "说明.html" in told(report, "folder_files_passed")[0]


VILLAGES = [
    ("城关镇", "新民村", 200000, 150000),
    ("城关镇", "东风村", 260000, 90000),
    ("河东乡", "新民村", 81000, 70000),
]
TITLES = ["年度", "乡镇", "行政村", "总收入", "经营性收入"]
PLAIN = [[2024, *village] for village in VILLAGES]


@pytest.mark.parametrize(
    "lines",
    [
        [[2024, "城关镇", "", 460000, 240000], *PLAIN],
        [*PLAIN[:2], ["", "城关镇", "", 460000, 240000], PLAIN[2]],
        [[2024, "全县", "", 541000, 310000], *PLAIN],
        [*PLAIN, [2024, "全县", "全县", "541,000", 310000]],
    ],
)
def test_a_line_without_a_village_that_is_the_sum_of_rows_is_a_total(lines, reading):
    report = reading.check(xlsx(reading.folder / "a.xlsx", [TITLES, *lines]))
    assert (report.exit_code, only(report).rows_loaded) == (0, 3), report.lines()
    assert "lines_total" in codes(report)


@pytest.mark.parametrize("amounts", [[460000, 240001], [460000, ""], [200000, 150000]])
def test_a_line_without_a_village_that_is_no_sum_is_held_back(amounts, reading):
    lines = [*PLAIN[:2], [2024, "城关镇", "", *amounts], PLAIN[2]]
    report = reading.check(xlsx(reading.folder / "a.xlsx", [TITLES, *lines]))
    assert (report.exit_code, only(report).rows_loaded) == (1, 3), report.lines()
    assert "lines_total" not in codes(report)


def test_the_same_titles_in_another_order_on_the_next_page_refuse_the_sheet(reading):
    titles, row = table("incomes")
    one, two = titles.index("工资性收入"), titles.index("财产性收入")
    order = list(range(len(titles)))
    order[one], order[two] = two, one
    other = dict(zip(titles, row, strict=True)) | {"户编号": "H002"}
    cells = [titles, row, [titles[index] for index in order], [other[titles[index]] for index in order]]
    report = reading.check(xlsx(reading.folder / "收入.xlsx", cells))
    assert report.exit_code == 2 and "second_header" in codes(report), report.lines()
