"""The layouts ledgers come in, and that each gives the same rows."""

from decimal import Decimal

import openpyxl
import pytest
from books import HEAD_ID, ROWS, VILLAGES, codes, id_number, ledger, only, table, text, xlsx

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.layout import header_search, title_text
from dashboard.warehouse import versions


def households(desk):
    return {row["household_id"]: row for row in desk.table("core_households")}


@pytest.mark.parametrize("kind", forms.kinds())
def test_every_kind_is_recognised_by_its_canonical_titles(kind):
    sheet = containers.Sheet("台账", [[field.title for field in forms.get(kind).fields]])
    found = header_search.find(sheet)
    assert found.form.kind == kind
    assert not found.missing and not found.unmapped_columns and not found.repeated
    assert len(found.columns) == len(forms.get(kind).fields)


@pytest.mark.parametrize("kind", forms.kinds())
def test_every_alias_names_one_field(kind):
    known = {}
    for field in forms.get(kind).fields:
        for title in (field.title, *field.aliases):
            other = known.setdefault(title_text.normal(title), field.title)
            assert other == field.title, title


@pytest.mark.derived
@pytest.mark.parametrize("kind", forms.kinds())
def test_every_kind_loads_and_comes_back(kind, desk):
    report = desk.load_rows(kind)
    assert report.exit_code == 0, report.lines()
    assert only(report).ledger == kind and only(report).rows_loaded == 1
    given = ROWS[kind]
    key = next(
        title for title in ("户编号", "措施编号", "指标编号", "问题编号", "行政村代码", "行政村") if title in given
    )
    [row] = [row for row in desk.rows(kind) if row[key] == given[key] and row.get("乡镇", "城关镇") == "城关镇"]
    for title, value in given.items():
        shown = row[title].isoformat() if hasattr(row[title], "isoformat") else row[title]
        same = shown == value or str(shown) == str(value) or (value == "" and shown is None)
        assert same or float(shown) == float(value), title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files_in_the_usual_encodings(encoding, reading):
    path = text(reading.folder / "户.csv", table("households", {"户主姓名": "𠮷三丰"}), encoding)
    assert reading.check(path).exit_code == 0
    assert households(reading)["H001"]["head_name"] == "𠮷三丰"


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_text_files_with_other_separators(delimiter, reading):
    lines = [delimiter.join(map(str, line)) for line in table("households")]
    path = reading.folder / "户.csv"
    path.write_text("\r\n".join(lines), encoding="utf-8")
    assert reading.check(path).exit_code == 0


def test_a_protected_number_in_csv_keeps_its_digits(reading):
    path = reading.folder / "户.csv"
    header_line, row = table("households")
    cells = [f'="{cell}"' if str(cell).isdigit() and len(str(cell)) > 8 else str(cell) for cell in row]
    path.write_text(",".join(header_line) + "\n" + ",".join(cells) + "\n", encoding="utf-8")
    assert reading.check(path).exit_code == 0
    assert households(reading)["H001"]["head_id_number"] == ROWS["households"]["证件号码"]


def test_the_header_may_stand_below_titles(reading):
    above = [["清源县农户基本信息台账"], ["填报单位：城关镇", "", "填报日期：2023年1月5日"], []]
    path = xlsx(reading.folder / "户.xlsx", above + table("households", {"家庭人口数": 5}), merges=("A1:H1",))
    report = reading.check(path)
    assert report.exit_code == 0
    assert households(reading)["H001"]["household_size"] == 5


def test_row_numbers_are_those_excel_shows(reading):
    path = xlsx(
        reading.folder / "户.xlsx", [["标题"], [], *table("households", {}, {"户编号": "H3", "户类型": "别的"})]
    )
    [issue] = [issue for issue in only(reading.check(path)).issues if issue.severity == "refused"]
    assert issue.row == 5


def test_titles_in_working_clothes(reading):
    names = {
        "户主姓名": "户主\n姓名*",
        "家庭人口数": "家庭人口数（人）",
        "证件号码": "★身份证号",
        "户编号": " 户 编 号 ",
    }
    lines = table("households")
    lines[0] = [names.get(title, title) for title in lines[0]]
    assert reading.check(xlsx(reading.folder / "户.xlsx", lines)).exit_code == 0


def test_columns_in_any_order_with_strangers_between(reading):
    lines = [list(reversed(line)) for line in table("households", {"备注": "好"})]
    report = reading.check(xlsx(reading.folder / "户.xlsx", lines))
    assert report.exit_code == 0
    [notice] = [issue for issue in only(report).issues if issue.code == "columns_left_out"]
    assert "备注" in notice.message


def test_somebodys_number_in_a_title_is_hidden(reading):
    lines = table("visits", {"19912345678": "是"})
    report = reading.check(xlsx(reading.folder / "走访.xlsx", {HEAD_ID: lines}))
    told = str(report.as_json()["files"][0] | {"path": ""})
    assert "columns_left_out" in told and "199****5678" in told
    assert "19912345678" not in told and HEAD_ID not in told


def test_a_header_of_two_rows_with_groups(reading):
    titles, row = table("incomes")
    upper = ["收入" if title in titles[3:7] else title for title in titles]
    upper = ["" if title == "收入" and index > 3 else title for index, title in enumerate(upper)]
    lower = [title if title in titles[3:7] else "" for title in titles]
    path = xlsx(reading.folder / "收入.xlsx", [upper, lower, row], merges=("D1:G1", "A1:A2", "B1:B2", "C1:C2"))
    report = reading.check(path)
    assert report.exit_code == 0, report.lines()
    assert reading.table("core_incomes")[0]["wage_yuan"] == Decimal("20000.00")


@pytest.mark.parametrize(
    ("above", "sheet", "change", "options"),
    [
        ([], "Sheet1", "（万元）", {}),
        ([["农户收入台账（单位：万元）"]], "Sheet1", "", {}),
        ([["", "单位：万元、人"]], "Sheet1", "", {}),
        ([["金额单位：人民币万元"]], "Sheet1", "", {}),
        ([["填报单位：", "", "单位：", "万元"]], "Sheet1", "", {}),
        ([["单 位：人、人民币 万元（保留两位小数）"]], "Sheet1", "", {}),
        ([["注：本表以万元为单位"]], "Sheet1", "", {}),
        ([["注：本表金额单位为“万元”"]], "Sheet1", "", {}),
        ([], "Sheet1", "（万元/年）", {}),
        ([], "Sheet1", "（人民币：万元）", {}),
        ([], "收入（万元）", "", {}),
        ([], "Sheet1", "", {"unit": "万元"}),
    ],
)
def test_money_in_wan_by_title_line_sheet_or_person(above, sheet, change, options, reading):
    lines = table("incomes")
    money = [index for index, title in enumerate(lines[0]) if isinstance(lines[1][index], int) and index > 2]
    for index in money:
        lines[0][index] += change
        lines[1][index] /= 10_000
    report = reading.check(xlsx(reading.folder / "收入.xlsx", {sheet: above + lines}), **options)
    assert report.exit_code == 0, report.lines()
    [row] = reading.table("core_incomes")
    assert (row["wage_yuan"], row["net_income_yuan"]) == (Decimal("20000.00"), Decimal("28000.00"))
    assert "unit_converted" in codes(report)


def test_an_unlikely_magnitude_is_asked_about_and_the_person_decides(reading):
    lines = table("incomes")
    lines[1] = [cell / 10_000 if isinstance(cell, int) and cell >= 500 and cell != 2024 else cell for cell in lines[1]]
    path = xlsx(reading.folder / "收入.xlsx", lines)
    asked = reading.check(path)
    assert asked.exit_code == 2 and "--unit" in only(asked).issues[-1].message
    assert reading.check(path, unit="万元").exit_code == 0
    assert reading.table("core_incomes")[0]["wage_yuan"] == Decimal("20000.00")


def test_well_to_do_households_in_wan_are_asked_about_too(reading):
    in_wan = {"工资性收入": 25, "生产经营性收入": 0, "财产性收入": 0, "转移性收入": 0, "生产经营性支出": 0}
    report = reading.check_rows("incomes", in_wan | {"家庭纯收入": 25, "人均纯收入": 12.5})
    assert codes(report) == ["unit_needed"]


@pytest.mark.parametrize(
    ("above", "sheet", "options"),
    [([["清源县2023年收入台账"]], "2022年", {}), ([], "2023", {}), ([["收入台账"]], "收入", {"year": 2023})],
)
def test_the_year_comes_from_title_sheet_or_person(above, sheet, options, reading):
    lines = above + table("incomes", without=("年度",))
    report = reading.check(xlsx(reading.folder / "台账.xlsx", {sheet: lines}), **options)
    assert report.exit_code == 0
    assert [row["income_year"] for row in reading.table("core_incomes")] == [2023]
    assert "year_inferred" in codes(report)


def test_one_sheet_a_year(reading):
    lines = table("incomes", without=("年度",))
    report = reading.check(xlsx(reading.folder / "台账.xlsx", {"2023年": lines, "2024年": lines}))
    assert report.exit_code == 0
    assert sorted(row["income_year"] for row in reading.table("core_incomes")) == [2023, 2024]
    assert [entry.sheet for entry in report.files] == ["2023年", "2024年"]


def test_the_day_of_filling_in_is_no_year(reading):
    lines = [["填报日期：2024年12月1日"], *table("incomes", without=("年度",))]
    report = reading.check(xlsx(reading.folder / "台账.xlsx", lines))
    assert report.exit_code == 2 and "--year" in only(report).issues[-1].message


def test_merged_cells_fill_down_and_mere_blanks_do_not(reading):
    child = {
        "户编号": "",
        "姓名": "张小小",
        "证件号码": id_number("20100101", "001"),
        "与户主关系": "之子",
        "出生日期": "",
    }
    merged = xlsx(reading.folder / "并.xlsx", table("members", {}, child), merges=("A2:A3",))
    assert reading.check(merged).exit_code == 0
    blank = reading.check(xlsx(reading.folder / "空.xlsx", table("members", {}, child)))
    assert blank.exit_code == 1 and "value_missing" in codes(blank)


def test_totals_signatures_and_repeated_headers_are_no_data(reading):
    first, second = {}, {"户编号": "H003", "证件号码": "", "户主姓名": "合计"}
    titles, *rows = table("households", first, second)
    note = ["注：本表一式两份", *[""] * 7]
    total = ["城关镇小计", "", "", "", "", "", 4, ""]
    path = xlsx(
        reading.folder / "户.xlsx", [titles, rows[0], total, titles, rows[1], total, note, ["填表人：王五 2025年"]]
    )
    report = reading.check(path)
    assert report.exit_code == 0, report.lines()
    assert only(report).rows_read == 2
    assert households(reading)["H003"]["head_name"] == "合计"
    assert {"lines_total", "lines_repeated_header", "lines_note"} <= set(codes(report))


def test_a_village_whose_name_holds_such_a_word_is_data(desk):
    village = VILLAGES[1] | {"行政村": "合计沟村"}
    assert desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", village))).exit_code == 0
    report = desk.load_rows("collective_economy", {"行政村": "合计沟村"})
    assert only(report).rows_loaded == 1


def test_hidden_sheets_are_not_data(reading):
    path = ledger(reading.folder, "households")
    book = openpyxl.load_workbook(path)
    book.create_sheet("新").append(["别的"])
    book["Sheet1"].sheet_state = "hidden"
    book.save(path)
    report = reading.check(path)
    assert {entry.sheet: entry.status for entry in report.files} == {"Sheet1": "skipped", "新": "refused"}


def test_a_csv_record_of_another_width_is_refused_alone(reading):
    lines = table("households", {}, {"户编号": "H003", "证件号码": ""})
    path = text(reading.folder / "户.csv", [*lines[:2], lines[2][:-1]])
    report = reading.check(path)
    assert report.exit_code == 1 and only(report).rows_loaded == 1
    assert codes(report).count("csv_field_count") == 1


def test_a_file_is_loaded_whole_or_not_at_all(desk):
    before = versions.current(desk.root)
    bad = {"2023年": table("incomes"), "2024": table("incomes", without=("工资性收入",))}
    report = desk.load(xlsx(desk.folder / "收入.xlsx", bad), ledger(desk.folder, "visits"))
    assert report.exit_code == 2
    assert [entry.status for entry in report.files] == ["refused", "refused", "loaded"]
    assert desk.table("core_incomes") == [] and len(desk.table("core_visits")) == 1
    assert versions.current(desk.root).base == before.id


@pytest.mark.parametrize(
    ("title", "year"),
    [
        (["清源县2024年收入台账（截至2025年3月）"], 2024),
        (["2024年收入情况填报表", "填报日期：", "2025-01-10"], 2024),
        (["2024年收入台账　2025年1月5日制表"], 2024),
        (["截至2025年3月"], None),
        (["２０２４年收入台账（2025年1月填报）"], 2024),
        (["收入台账（2023—2024年）"], None),
    ],
)
def test_the_year_of_a_title_is_not_that_of_its_filling_in(title, year, reading):
    path = xlsx(reading.folder / "收入.xlsx", [title, *table("incomes", without=("年度",))])
    report = reading.check(path)
    if year is None:
        assert report.exit_code == 2 and only(report).issues[-1].code == "year_needed"
    else:
        assert [row["income_year"] for row in reading.table("core_incomes")] == [year]


def test_a_day_without_its_year_holds_back_its_row_only_where_others_have_one(reading):
    days = ["2025-10-04", "10月5日"]
    report = reading.check_rows("visits", *({"走访日期": day} for day in days))
    assert (report.exit_code, only(report).rows_loaded) == (1, 1)
    report = reading.check_rows("visits", *({"走访日期": day} for day in days), year=2025)
    assert report.exit_code == 0
    assert [str(row["visited_on"]) for row in reading.table("core_visits")] == ["2025-10-04", "2025-10-05"]
    report = reading.check_rows("visits", {"走访日期": "10月5日"})
    assert report.exit_code == 2 and "--year" in only(report).issues[-1].message


def test_a_formula_of_text_in_csv_is_no_protected_value(reading):
    line = dict(zip(*table("households"), strict=True))
    for written, stored in (('="张三"', "张三"), ('="张"&"三"', '="张"&"三"'), ("=1+1", "=1+1")):
        path = text(reading.folder / "户.csv", [list(line), list((line | {"户主姓名": written}).values())])
        assert reading.check(path).exit_code == 0
        assert households(reading)["H001"]["head_name"] == stored


def test_a_title_and_a_unit_line_above_the_header_are_no_part_of_it(reading):
    titles, values = table("collective_economy", {"总收入": 20, "经营性收入": 12})
    kept = [titles.index(title) for title in ("乡镇", "行政村", "总收入", "经营性收入")]
    lines = [["2024年村集体经济"], ["单位：万元"], [titles[at] for at in kept], [values[at] for at in kept]]
    report = reading.check(xlsx(reading.folder / "a.xlsx", lines))
    assert report.exit_code == 0, report.lines()
    assert report.files[0].recognition.header_rows == (3, 3)
    [row] = reading.table("core_collective_economy")
    assert (row["account_year"], row["total_income_yuan"]) == (2024, Decimal("200000.00"))
