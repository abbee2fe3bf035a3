"""What was understood of a sheet is told, a person can put it right, and it is remembered for the layout."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from books import codes, ledger, only, table, text, xlsx

from dashboard.ledgers.layout.instructions import Instructions, Layout
from dashboard.ledgers.loading import saved_layouts
from dashboard.warehouse import versions

# Titles no form knows, so that only a person can say what the columns hold.
STRANGE = ["走到那天", "哪一户", "看到什么", "谁去的"]
STRANGE_LAYOUT = Layout((1, 1), ((0, "visited_on"), (1, "household_id"), (2, "findings"), (3, "visitor")))


def strange(path, *more, titles=STRANGE, sheet="Sheet1"):
    """Visits under a title line and titles nobody knows."""
    rows = [["示例县走访情况"], titles, ["2025-03-08", "H001", "一切正常", "王五"], *more]
    return xlsx(path, {sheet: rows})


def said(layout=STRANGE_LAYOUT, sheet="Sheet1", **more) -> Instructions:
    return Instructions(sheets={("", sheet): Instructions(**({"ledger": "visits", "layout": layout} | more))})


def load_confirmed(desk, path):
    report = desk.load(path, by_file={path: said()})
    assert report.published, report.lines()
    return report


# What was understood ----------------------------------------------------------------------------------------------


def test_what_was_understood_of_a_sheet_is_told(reading):
    cells = table("incomes", {"备注": "无"})
    rows = [["示例县农户收入台账"], ["单位：万元"], *cells, ["合计", "", "", 235]]
    for column in range(3, 10):
        rows[3][column] = rows[3][column] / 10_000
    understood = only(reading.check(xlsx(reading.folder / "a.xlsx", rows))).recognition
    assert (understood.kind, understood.header_rows, understood.data_rows, understood.rows) == (
        "incomes",
        (3, 3),
        (4, 4),
        1,
    )
    by_letter = {use.letter: (use.title, use.field) for use in understood.columns}
    assert by_letter["A"] == ("年度", "年度")
    assert by_letter["K"] == ("备注", None)
    assert understood.non_data_rows == {"lines_total": [5]}
    [((unit, source), titles)] = understood.units.items()
    assert (unit, source, titles[0]) == ("万元", "表头上方的说明", "工资性收入")


def test_the_year_taken_from_a_sheets_name_is_told_with_its_source(reading):
    path = xlsx(reading.folder / "a.xlsx", {"2024年": table("incomes", without=("年度",))})
    understood = only(reading.check(path)).recognition
    assert (understood.year, understood.year_from) == (2024, "工作表名称")


def test_a_sheet_nobody_understood_shows_its_first_rows_masked(reading):
    number = ledger(reading.folder, "households")
    path = xlsx(reading.folder / "a.xlsx", [["名单"], ["甲", "629821198001010017", 13812345678]])
    understood = only(reading.check(path)).recognition
    assert understood.header_rows is None and understood.columns == []
    assert understood.top == [["名单", "", ""], ["甲", "62*************017", "138****5678"]]
    assert number.exists()


def test_examples_of_personal_columns_are_masked(reading):
    uses = {use.field: use.example for use in only(reading.check_rows("households")).recognition.columns}
    assert uses["户主姓名"][1:].strip("*") == "" and "*" in uses["证件号码"]


# What a person says -----------------------------------------------------------------------------------------------


def test_without_a_word_the_strange_layout_is_no_ledger(reading):
    assert codes(reading.check(strange(reading.folder / "a.xlsx"))) == ["not_a_ledger"]


def test_header_rows_and_columns_as_a_person_says_them_are_read(desk):
    path = strange(desk.folder / "a.xlsx")
    report = desk.load(path, by_file={path: said()})
    assert only(report).rows_loaded == 1
    [visit] = [row for row in desk.rows("visits") if row["走访情况"] == "一切正常"]
    assert (visit["户编号"], visit["走访人"]) == ("H001", "王五")


def test_what_a_person_says_of_one_column_leaves_the_others_as_they_were_found(reading):
    cells = table("visits")
    cells[0][cells[0].index("走访情况")] = "随便写的"
    path = xlsx(reading.folder / "a.xlsx", cells)
    place = cells[0].index("随便写的")
    layout = Layout(columns=((place, "findings"),))
    entry = only(
        reading.check(path, by_file={path: Instructions(sheets={("", "Sheet1"): Instructions(layout=layout)})})
    )
    assert entry.status == "loaded"
    assert {use.title: use.column for use in entry.recognition.columns}["随便写的"] == "findings"
    assert "columns_left_out" not in codes_of(entry)


def codes_of(entry) -> list[str]:
    return [issue.code for issue in entry.issues]


def test_a_column_that_is_not_to_be_read_is_left_out_and_named(reading):
    cells = table("visits")
    path = xlsx(reading.folder / "a.xlsx", cells)
    place = cells[0].index("走访情况")
    layout = Layout(columns=((place, None),))
    entry = only(
        reading.check(path, by_file={path: Instructions(sheets={("", "Sheet1"): Instructions(layout=layout)})})
    )
    [left_out] = [issue for issue in entry.issues if issue.code == "columns_left_out"]
    assert "走访情况" in left_out.message


def test_a_field_given_to_another_column_leaves_the_one_it_was_found_in(desk):
    cells = [[*line, more] for line, more in zip(table("visits"), ("真正的情况", "很好"), strict=True)]
    path = xlsx(desk.folder / "a.xlsx", cells)
    layout = Layout(columns=((len(cells[0]) - 1, "findings"),))
    desk.load(path, by_file={path: Instructions(sheets={("", "Sheet1"): Instructions(layout=layout)})})
    assert [row["走访情况"] for row in desk.rows("visits")] == ["很好"]


def test_a_year_and_a_unit_said_of_one_sheet_go_before_what_the_sheet_says(desk):
    rows = [["示例县2023年收入台账"], ["单位：万元"], *table("incomes", without=("年度",))]
    path = xlsx(desk.folder / "a.xlsx", rows)
    words = Instructions(sheets={("", "Sheet1"): Instructions(year=2024, unit="元")})
    understood = only(desk.load(path, by_file={path: words})).recognition
    assert (understood.year, understood.year_from) == (2024, "导入时的指定")
    assert list(understood.units) == [("元", "导入时的指定")]
    assert [(row["年度"], row["工资性收入"]) for row in desk.rows("incomes")] == [(2024, 20_000)]


def test_what_is_said_of_one_sheet_leaves_the_other_sheets_alone(reading):
    rows = [["示例县走访情况"], STRANGE, ["2025-03-08", "H001", "一切正常", "王五"]]
    path = xlsx(reading.folder / "a.xlsx", {"走访": rows, "收入": table("incomes")})
    report = reading.check(path, by_file={path: said(sheet="走访")})
    assert [(entry.ledger, entry.rows_loaded) for entry in report.files] == [("visits", 1), ("incomes", 1)]


def test_a_sheet_said_to_be_left_out_no_longer_refuses_its_workbook(reading):
    path = xlsx(reading.folder / "a.xlsx", {"户": table("households"), "收入": table("incomes", without=("年度",))})
    assert reading.check(path).exit_code == 2
    report = reading.check(path, by_file={path: Instructions(sheets={("", "收入"): Instructions(is_skipped=True)})})
    assert [entry.status for entry in report.files] == ["loaded", "skipped"]


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        (Layout((9, 9)), "header_rows_impossible"),
        (Layout((1, 0)), "header_rows_impossible"),
        (Layout((0, 3)), "header_rows_impossible"),
        (Layout((1, 1), ((0, "visited_on"), (1, "visited_on"))), "columns_assigned_twice"),
        (Layout((1, 1), ((40, "visited_on"),)), "columns_assigned_nowhere"),
        (Layout((1, 1), ((0, "wage_yuan"),)), "columns_assigned_nowhere"),
    ],
)
def test_what_cannot_be_is_answered_by_one_sentence(reading, layout, code):
    path = strange(reading.folder / "a.xlsx")
    report = reading.check(path, by_file={path: said(layout)})
    assert codes(report) == [code]
    assert report.exit_code == 2


def test_a_required_field_without_a_column_is_named(reading):
    path = strange(reading.folder / "a.xlsx")
    report = reading.check(path, by_file={path: said(Layout((1, 1), ((0, "visited_on"),)))})
    [issue] = only(report).issues
    assert issue.code == "columns_missing" and "户编号" in issue.message
    assert only(report).recognition.missing == ["户编号"]


# What is remembered -----------------------------------------------------------------------------------------------


def test_a_confirmed_layout_is_used_at_the_next_load_and_said_so(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    entry = only(desk.load(strange(desk.folder / "四月.xlsx", ["2025-04-08", "H002", "正常", "王五"], sheet="四月")))
    assert entry.rows_loaded == 2
    [notice] = [issue for issue in entry.issues if issue.code == "layout_remembered"]
    assert entry.recognition.saved_on in notice.message and "列对应关系" in notice.message


def test_it_is_found_where_the_header_stands_elsewhere(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    rows = [[], ["", "", "又一张表"], ["", "", *STRANGE], ["", "", "2025-04-08", "H002", "正常", "王五"]]
    assert only(desk.load(xlsx(desk.folder / "b.xlsx", rows))).rows_loaded == 1
    assert desk.load(text(desk.folder / "c.csv", [STRANGE, ["2025-05-08", "H002", "正常", "赵六"]])).changes == 1


def test_other_titles_are_another_layout(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    report = desk.check(strange(desk.folder / "b.xlsx", titles=[*STRANGE[:3], "谁没去"]))
    assert codes(report) == ["not_a_ledger"]


def test_a_check_remembers_nothing_and_neither_does_the_command_line(desk):
    path = strange(desk.folder / "a.xlsx")
    desk.check(path, by_file={path: said()})
    desk.load_rows("visits", ledger="visits", unit="元")
    assert saved_layouts.read(desk.root) == {}


def test_the_year_is_never_remembered(desk):
    path = ledger(desk.folder, "incomes", without=("年度",))
    words = Instructions(sheets={("", "Sheet1"): Instructions(ledger="incomes", year=2024)})
    assert desk.load(path, by_file={path: words}).published
    [known] = saved_layouts.read(desk.root).values()
    assert known.instructions == Instructions("incomes")
    assert codes(desk.check(path))[-1] == "year_needed"


def in_wan(desk, name, wages=2.35):
    cells = table("incomes", {"工资性收入": wages})
    cells[1] = cells[1][:4] + [value / 10_000 if value > 100 else value for value in cells[1][4:]]
    return xlsx(desk.folder / name, cells)


def test_a_confirmed_unit_is_remembered_and_its_magnitude_still_asked_about(desk):
    first = in_wan(desk, "a.xlsx")
    assert codes(desk.check(first))[-1] == "unit_needed"
    assert desk.load(first, by_file={first: Instructions(sheets={("", "Sheet1"): Instructions(unit="万元")})}).published
    again = only(desk.load(in_wan(desk, "b.xlsx", 3)))
    assert again.changed == 1
    assert any("以前确认的单位" in issue.message for issue in again.issues if issue.code == "unit_converted")
    assert codes(desk.check_rows("incomes"))[-1] == "unit_needed"
    assert desk.load_rows("incomes", unit="元").exit_code == 0
    assert desk.rows("incomes")[0]["工资性收入"] == 20_000


def test_what_a_person_says_now_goes_before_what_is_remembered(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    path = strange(desk.folder / "四月.xlsx", ["2025-04-08", "H002", "王五", "正常"])
    swapped = Layout((1, 1), ((0, "visited_on"), (1, "household_id"), (2, "visitor"), (3, "findings")))
    desk.load(path, by_file={path: said(swapped)})
    assert desk.rows("visits")[-1]["走访情况"] == "正常"
    assert dict(next(iter(saved_layouts.read(desk.root).values())).instructions.layout.columns)[2] == "visitor"


def test_a_layout_that_is_forgotten_is_not_used(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    [fingerprint] = saved_layouts.read(desk.root)
    saved_layouts.forget(desk.root, [fingerprint])
    assert codes(desk.check(strange(desk.folder / "四月.xlsx"))) == ["not_a_ledger"]


def test_a_layout_whose_fields_are_gone_is_ignored_with_a_word(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    file = desk.root / "layouts.json"
    file.write_text(file.read_text(encoding="utf-8").replace("visited_on", "gone"), encoding="utf-8")
    assert codes(desk.check(strange(desk.folder / "四月.xlsx"))) == ["layout_no_longer_fits", "not_a_ledger"]


def test_a_damaged_memory_stops_the_load_with_one_sentence_and_can_be_cleared(desk):
    (desk.root / "layouts.json").write_text('{"x": 1}', encoding="utf-8")
    with pytest.raises(versions.StoreError, match=r"layouts\.json 已损坏"):
        desk.check_rows("visits")
    saved_layouts.forget(desk.root)
    assert desk.check_rows("visits").exit_code == 0


def test_several_that_remember_at_once_lose_nothing(desk):
    paths = [strange(desk.folder / f"{n}.xlsx", titles=[*STRANGE[:3], f"第{n}人"]) for n in range(12)]
    entries = [only(desk.check(path, by_file={path: said()})) for path in paths]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda entry: saved_layouts.keep(desk.root, [entry]), entries))
    assert len(saved_layouts.read(desk.root)) == 12


def test_what_is_remembered_names_no_person(desk):
    load_confirmed(desk, strange(desk.folder / "三月.xlsx"))
    facts = json.loads((desk.root / "layouts.json").read_text(encoding="utf-8"))
    assert "王五" not in json.dumps(facts, ensure_ascii=False)
    [known] = facts.values()
    assert (known["titles"], known["file_name"]) == (STRANGE, "三月.xlsx")
