"""Returned workbooks: the refused rows come back as the sender's own sheet, and go in once they are put right."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from books import HEAD_ID, codes, id_number, ledger, only, table, text, xlsx

from dashboard.ledgers.feedback import refused_rows
from dashboard.ledgers.layout import own_workbooks

RED = "FFFFC7CE"
BAD_ID = HEAD_ID[:-1] + ("1" if HEAD_ID[-1] != "1" else "2")
# Four households: one in order, three with a fault each.
FOUR = (
    {"户编号": "H003", "证件号码": ""},
    {"户编号": "H004", "证件号码": BAD_ID},
    {"户编号": "H005", "证件号码": "", "户类型": "贫困户"},
    {"户编号": "H006", "证件号码": "", "家庭人口数": 31},
)
RIGHT = {"H004": {"证件号码": HEAD_ID}, "H005": {"户类型": "一般农户"}, "H006": {"家庭人口数": 3}}


def back(desk, path: Path, report) -> Path:
    """The one returned workbook of a file, on disk."""
    [(name, book)] = refused_rows.workbooks(path, report.files)
    (desk.folder / name).write_bytes(book)
    return desk.folder / name


def column_of(sheet, title: str) -> int:
    """The number of the column whose header has a title."""
    return next(cell.column for row in sheet.iter_rows(max_row=8) for cell in row if cell.value == title)


def correct(path: Path, right: dict[str, dict], key: str = "户编号") -> Path:
    """Put cells right, as a clerk would: by the key of the row and the title of the column."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        titles = [cell.value for row in sheet.iter_rows(max_row=8) for cell in row]
        if key in titles:
            for row in range(1, sheet.max_row + 1):
                for title, value in right.get(sheet.cell(row, column_of(sheet, key)).value, {}).items():
                    sheet.cell(row, column_of(sheet, title)).value = value
    book.save(path)
    return path


def told(report) -> list[tuple]:
    """What is refused, apart from where the row stands."""
    return sorted(
        (issue.code, issue.column, issue.value)
        for entry in report.files
        for issue in entry.issues
        if issue.severity == "refused"
    )


def test_the_refused_rows_come_back_and_go_in_once_they_are_put_right(desk):
    path = ledger(desk.folder, "households", *FOUR)
    first = desk.load(path)
    assert only(first).rows_loaded == 1 and len(only(first).refused) == 3
    book = back(desk, path, first)
    assert book.name == "农户基本信息台账_退回.xlsx"
    again = desk.check(book)
    assert told(again) == told(first) and len(only(again).refused) == 3
    assert "columns_left_out" not in codes(again)
    done = desk.load(correct(book, RIGHT))
    assert done.exit_code == 0 and only(done).rows_loaded == 3, done.lines()
    assert {row["household_id"] for row in desk.table("core_households")} >= {"H003", "H004", "H005", "H006"}


def test_faulty_cells_are_marked_and_the_reason_stands_beside_them(desk):
    path = xlsx(desk.folder / "户.xlsx", [["某县农户台账"], *table("households", *FOUR)])
    sheet = openpyxl.load_workbook(back(desk, path, desk.check(path)))["Sheet1"]
    assert sheet.cell(1, 1).value == "某县农户台账"
    reason, number = column_of(sheet, own_workbooks.reason_title()), column_of(sheet, own_workbooks.row_title())
    assert [sheet.cell(row, number).value for row in (3, 4, 5)] == [4, 5, 6]
    marked = {
        cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED
    }
    assert sorted(marked) == ["E3", "G5", "H4"]
    assert "校验码不正确" in marked["E3"] and "贫困户" in marked["H4"]
    assert sheet.cell(4, reason).value == "“户类型”：“贫困户”不是可选的内容，可填：脱贫户、一般农户。请改为其中之一。"
    assert BAD_ID not in sheet.cell(3, reason).value + marked["E3"] and sheet["E3"].value == BAD_ID


def test_codes_and_numbers_stay_text_and_texts_never_become_formulas(desk):
    rows = [
        {"户编号": "000123", "户类型": "x", "自然村组": "=1+1", "户主姓名": "@李", "证件号码": "", "联系电话": "-1"},
        {"户编号": "1E5", "户类型": "x", "自然村组": "+A1", "证件号码": HEAD_ID, "户主姓名": " 张 "},
    ]
    path = text(desk.folder / "户.csv", table("households", *rows))
    book = openpyxl.load_workbook(back(desk, path, desk.check(path))).active
    found = [[cell.value for cell in row] for row in book.iter_rows(min_row=2, max_col=9)]
    assert found == [[str(cell) or None for cell in line] for line in table("households", *rows)[1:]]
    assert {cell.data_type for row in book.iter_rows(min_row=2, max_col=9) for cell in row if cell.value} == {"s"}
    assert book["C2"].number_format == book["E3"].number_format == "@"


def test_a_damaged_number_comes_back_as_it_was_and_its_cell_takes_text(desk):
    path = ledger(desk.folder, "households", {"户编号": "H003", "证件号码": 629821198001010017})
    book = back(desk, path, desk.check(path))
    assert openpyxl.load_workbook(book).active["E2"].number_format == "@"
    assert told(desk.check(book)) == told(desk.check(path))


GROUPED = [
    ["2024年收入台账", *[""] * 9],
    ["填报单位：城关镇", *[""] * 7, "单位：万元", ""],
    ["户编号", "人口情况", "收入", "", "", "", "支出", "合计", "", "备注"],
    ["", "家庭人口数", "工资性", "生产经营性", "财产性", "转移性", "生产经营性支出", "家庭纯收入", "人均纯收入", ""],
    ["H001", 2, 2, 0.8, 0.05, 0.15, 0.2, 2.8, 1.4, "好"],
    ["H002", 2, "两万", 0.8, 0.05, 0.15, 0.2, 2.8, 1.4, "坏"],
    ["合计", 4, 4, 1.6, 0.1, 0.3, 0.4, 5.6, "", ""],
]


def test_titles_units_and_merged_headers_come_back_so_that_the_rest_reads_as_before(desk):
    merges = ("A1:J1", "A3:A4", "C3:F3", "H3:I3", "J3:J4")
    path = xlsx(desk.folder / "收入.xlsx", {"Sheet1": GROUPED}, merges=merges)
    first = desk.load(path)
    assert only(first).refused == {6} and only(first).rows_loaded == 1, first.lines()
    book = back(desk, path, first)
    assert {str(found) for found in openpyxl.load_workbook(book).active.merged_cells.ranges} == set(merges)
    assert told(desk.check(book)) == told(first)
    done = desk.load(correct(book, {"H002": {"工资性": 2}}))
    assert done.exit_code == 0, done.lines()
    assert {(row["household_id"], str(row["wage_yuan"]), row["income_year"]) for row in desk.table("core_incomes")} == {
        ("H001", "20000.00", 2024),
        ("H002", "20000.00", 2024),
    }


def test_an_offset_table_with_hidden_rows_and_merged_cells_comes_back_with_rows_that_stand_alone(desk):
    lines = table("members", {}, {"姓名": "李梅", "证件号码": BAD_ID, "与户主关系": "配偶", "性别": "女"})
    lines = [["", "", *line] for line in lines]
    path = xlsx(desk.folder / "人.xlsx", [[], [], *lines], merges=("C4:C5", "D4:D5"))
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[5].hidden = True
    book.save(path)
    report = desk.check(path)
    assert only(report).refused == {5}, report.lines()
    returned_book = back(desk, path, report)
    sheet = openpyxl.load_workbook(returned_book).active
    assert (sheet["C4"].value, sheet["D4"].value) == ("H001", "张三丰") and not sheet.row_dimensions[4].hidden
    assert told(desk.check(returned_book)) == told(report)


def test_every_sheet_comes_back_under_its_name_and_those_in_order_stay_away(desk):
    faulty = table("incomes", {"户编号": "H002", "工资性收入": "多"}, without=("年度",))
    sheets = {"2023年": faulty, "2024年": faulty, "2022年": table("incomes", without=("年度",)), "说明": [["请填写"]]}
    path = xlsx(desk.folder / "收入.xlsx", sheets)
    first = desk.load(path)
    book = back(desk, path, first)
    assert openpyxl.load_workbook(book).sheetnames == ["2023年", "2024年"]
    assert told(desk.check(book)) == told(first)
    done = desk.load(correct(book, {"H002": {"工资性收入": 20000}}))
    assert done.exit_code == 0, done.lines()
    assert sorted(row["income_year"] for row in desk.table("core_incomes")) == [2022, 2023, 2024]


def test_of_two_rows_in_conflict_both_come_back(desk):
    path = ledger(desk.folder, "visits", {}, {"走访情况": "另一种说法"}, {"走访日期": "2025-04-01"})
    first = desk.load(path)
    book = back(desk, path, first)
    sheet = openpyxl.load_workbook(book).active
    assert sheet.max_row == 3
    again = desk.check(book)
    assert told(again) == told(first) and only(again).unchanged == 1


def test_lost_results_and_errors_of_formulas_stay_refused_until_they_are_filled_in(desk):
    path = desk.folder / "收入台账.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    header, values = table("incomes")
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, values)
    sheet.write_formula(1, 8, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=INDIRECT(A9)", None, "")
    book.close()
    report = desk.check(path)
    assert only(report).refused == {2}, report.lines()
    again = desk.check(back(desk, path, report))
    assert only(again).refused == {2}
    cells = openpyxl.load_workbook(back(desk, path, report)).active
    assert (cells["I2"].value, cells["D2"].value) == ("#DIV/0!", "#N/A") and cells["D2"].comment


def test_a_formula_that_can_be_computed_comes_back_as_its_value(desk):
    path = desk.folder / "收入台账.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    header, values = table("incomes", {"财产性收入": "多"})
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, values)
    sheet.write_formula(1, header.index("家庭纯收入"), "=D2+E2", None, "")
    book.close()
    report = desk.check(path)
    assert only(report).refused == {2}, report.lines()
    cells = openpyxl.load_workbook(back(desk, path, report)).active
    assert cells.cell(2, header.index("家庭纯收入") + 1).value == values[3] + values[4]


@pytest.mark.parametrize(
    ("kind", "title", "shown", "doubtful", "sure"),
    [
        ("checklist", "完成率", "完成率（%）", "1", "85"),
        ("visits", "走访日期", "走访日期", "2025.1", "2025-03-05"),
    ],
)
def test_what_was_doubtful_beside_other_cells_does_not_pass_without_them(desk, kind, title, shown, doubtful, sure):
    key = {"checklist": "指标编号", "visits": "户编号"}[kind]
    lines = table(kind, {title: sure}, {title: doubtful, key: "H002", "户主姓名": "李四光"})
    lines[0] = [shown if cell == title else cell for cell in lines[0]]
    path = text(desk.folder / "a.csv", lines)
    report = desk.check(path)
    assert only(report).refused == {3}, report.lines()
    again = desk.check(back(desk, path, report))
    assert only(again).refused == {2} and only(again).rows_loaded == 0
    sheet = openpyxl.load_workbook(back(desk, path, report)).active
    assert f"“{doubtful}”" in sheet.cell(2, column_of(sheet, own_workbooks.reason_title())).value


def test_a_record_that_cannot_be_parted_comes_back_whole_and_stays_refused(desk):
    lines = table("visits", {"走访情况": "好"})
    path = desk.folder / "走访.csv"
    text(path, [*lines, [*lines[1][:-1], "情况", "不明"], lines[1][:3]])
    report = desk.check(path)
    assert only(report).refused == {3, 4}, report.lines()
    book = back(desk, path, report)
    assert openpyxl.load_workbook(book).active["B2"].value.endswith("情况,不明")
    again = desk.check(book)
    assert len(only(again).refused) == 2 and only(again).rows_loaded == 0, again.lines()


def test_a_long_file_name_that_names_the_year_is_kept_as_a_title(desk):
    name = "清源县城关镇新民村等五个行政村农户家庭人均纯收入情况调查统计汇总2024年"
    path = text(desk.folder / f"{name}.csv", table("incomes", {"工资性收入": "多"}, without=("年度",)))
    report = desk.check(path)
    assert only(report).refused == {2}, report.lines()
    again = desk.check(back(desk, path, report))
    assert told(again) == told(report)


def test_what_a_person_said_of_year_and_unit_comes_back_with_the_rows(desk):
    path = xlsx(desk.folder / "a.xlsx", table("incomes", {"工资性收入": "多"}, without=("年度",)))
    report = desk.check(path, year=2024, unit="元")
    again = desk.check(back(desk, path, report))
    assert told(again) == told(report)


def test_a_workbook_returned_twice_keeps_the_first_row_numbers_and_one_pair_of_columns(desk):
    path = xlsx(desk.folder / "户.xlsx", [["农户台账"], *table("households", *FOUR)])
    once = back(desk, path, desk.check(path))
    twice = back(desk, once, desk.check(correct(once, {"H004": RIGHT["H004"]})))
    assert twice.name == once.name
    sheet = openpyxl.load_workbook(twice).active
    titles = [cell.value for cell in sheet[2]]
    assert titles.count(own_workbooks.row_title()) == titles.count(own_workbooks.reason_title()) == 1
    assert [sheet.cell(row, column_of(sheet, own_workbooks.row_title())).value for row in (3, 4)] == [5, 6]


def test_files_of_an_archive_come_back_one_by_one(desk):
    one, two = ledger(desk.folder, "households", *FOUR), ledger(desk.folder, "visits")
    path = desk.folder / "全部.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(one, "城关镇/农户.xlsx")
        archive.write(two, "走访.xlsx")
    [(name, book)] = refused_rows.workbooks(path, desk.check(path).files)
    assert name == "农户_退回.xlsx"
    assert len(list(openpyxl.load_workbook(io.BytesIO(book)).active.rows)) == 4


@pytest.mark.parametrize(
    "lines",
    [
        table("households", without=("户类型",)),
        table("incomes", {"工资性收入": "多"}, without=("年度",)),
        table("households"),
    ],
    ids=["a column is missing", "the year is asked for", "nothing is wrong"],
)
def test_there_is_no_workbook_where_nothing_can_be_put_right_row_by_row(desk, lines):
    path = xlsx(desk.folder / "a.xlsx", lines)
    assert refused_rows.workbooks(path, desk.check(path).files) == []


def test_texts_too_long_for_a_cell_are_not_cut_in_silence(desk):
    path = text(desk.folder / "走访.csv", table("visits", {"走访情况": "长" * 40_000, "走访方式": "飞鸽"}))
    report = desk.check(path)
    book = back(desk, path, report)
    assert {issue.column for issue in only(desk.check(book)).issues if issue.severity == "refused"} == {
        "走访方式",
        "走访情况",
    }


def test_the_sentences_of_several_faults_and_warnings_stand_together(desk):
    path = ledger(desk.folder, "households", {"户编号": "H003", "证件号码": BAD_ID, "联系电话": "12", "户类型": "x"})
    sheet = openpyxl.load_workbook(back(desk, path, desk.check(path))).active
    said = sheet.cell(2, column_of(sheet, own_workbooks.reason_title())).value.split("\n")
    assert [line.partition("：")[0] for line in said] == ["“证件号码”", "“户类型”", "提醒"]


def test_ids_of_members_are_given_back_whole(desk):
    number = id_number("19820202", "002")
    path = ledger(desk.folder, "members", {"证件号码": number, "与户主关系": "邻居"})
    assert openpyxl.load_workbook(back(desk, path, desk.check(path))).active["D2"].value == number
