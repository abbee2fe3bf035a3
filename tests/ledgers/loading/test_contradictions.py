"""Rows against each other, against other ledgers and against the directory: what is told, and what is not."""

from datetime import date, timedelta

import pytest
from books import HEAD_ID, VILLAGES, codes, id_number, ledger, only, table, text, xlsx

from dashboard.definitions import forms, messages
from dashboard.ledgers.reporting import issues

WIFE_ID = id_number("19820202", "002")
WIFE = {"姓名": "李梅", "证件号码": WIFE_ID, "与户主关系": "配偶", "性别": "女", "出生日期": "1982-02-02"}
FUTURE = date.today() + timedelta(days=40)

# (ledger, changed rows, what is told), and beside it the nearest row of which nothing is told.
TOLD = [
    ("incomes", [{"家庭纯收入": 28000.02, "人均纯收入": ""}], "net_income_differs"),
    ("incomes", [{"人均纯收入": 13999.98}], "per_capita_differs"),
    ("incomes", [{"工资性收入": 0, "生产经营性收入": 0, "财产性收入": 500, "家庭纯收入": 0, "人均纯收入": 0}],
     "income_not_positive"),
    ("collective_economy", [{"总收入": 200000.02, "本年收益": 150000.02}], "total_income_differs"),
    ("collective_economy", [{"其中：发包租赁收入": 140000.02}], "parts_exceed_operating"),
    ("collective_economy", [{"本年收益": 149999.98}], "profit_differs"),
    ("collective_economy", [{"总支出": 250000, "本年收益": -50000}], "income_not_positive"),
    ("members", [{}], "members_differ_from_size"),
    ("members", [{"与户主关系": "其他"}, WIFE], "no_head"),
    ("members", [{}, WIFE | {"与户主关系": "户主"}], "several_heads"),
    ("members", [{"性别": "女"}, WIFE], "sex_against_id"),
    ("members", [{"出生日期": "1980-01-02"}, WIFE], "birth_against_id"),
    ("members", [{"姓名": "张四"}, WIFE], "head_member_differs"),
    ("visits", [{"户主姓名": "张四丰"}], "head_differs"),
    ("visits", [{"乡镇": "城关镇", "行政村": "东风村"}], "place_differs"),
    ("monitored", [{"风险是否已消除": "是", "风险消除时间": "2024-04-30"}], "dates_out_of_order"),
    ("monitored", [{"风险是否已消除": "是"}], "eliminated_without_date"),
    ("monitored", [{"风险消除时间": "2024-08-01"}], "date_without_elimination"),
    ("monitored", [{"监测对象类别": "边缘易致贫户"}], "category_against_type"),
    ("households", [{"监测对象类别": "脱贫不稳定户", "户类型": "一般农户"}], "category_against_type"),
    ("measures", [{"结束时间": "2024-05-31"}], "dates_out_of_order"),
    ("measures", [{"户编号": "H002"}], "measure_for_unmonitored"),
    ("measures", [{"开始时间": FUTURE}], "started_in_future"),
    ("checklist", [{"完成状态": "已完成", "完成率": "99%"}], "done_below_full"),
    ("checklist", [{"自评得分": 10.5}], "score_above_full"),
    ("rectification", [{"整改状态": "已完成", "整改进度": 1}], "done_without_date"),
    ("rectification", [{"整改状态": "已完成", "整改进度": 0.99, "完成时间": "2025-05-01"}], "done_below_full"),
    ("rectification", [{"整改状态": "已完成", "整改进度": 1, "完成时间": "2025-01-09"}], "dates_out_of_order"),
    ("rectification", [{"整改时限": "2025-01-09"}], "dates_out_of_order"),
    ("rectification", [{"是否销号": "是"}], "closed_but_not_done"),
    ("rectification", [{"整改进度": 1}], "full_but_not_done"),
    ("regions", [VILLAGES[0], VILLAGES[1] | {"行政村代码": "629821100203"}], "village_name_twice"),
    ("regions", [VILLAGES[0] | {"乡镇代码": "629822100000", "行政村代码": "629822100201"}], "county_second"),
]  # fmt: skip
SILENT = [
    ("incomes", [{"家庭纯收入": 28000.01, "人均纯收入": ""}]),
    ("incomes", [{"人均纯收入": 14000.01}]),
    ("incomes", [{"工资性收入": 0, "转移性收入": 0.01, "生产经营性收入": 0, "财产性收入": 130, "生产经营性支出": 0,
                  "家庭纯收入": 130.01, "人均纯收入": 65}]),
    ("incomes", [{"家庭人口数": 4, "人均纯收入": 7000}]),
    ("collective_economy", [{"总收入": 200000.01, "本年收益": 150000.01}]),
    ("collective_economy", [{"其中：发包租赁收入": 140000.01}]),
    ("collective_economy", [{"本年收益": 149999.99}]),
    ("members", [{}, WIFE]),
    ("members", [{"性别": "", "出生日期": "1980-01"}, WIFE]),
    ("visits", [{"户主姓名": "张 三丰"}, {"走访日期": "2023-01-01"}]),
    ("visits", [{"乡镇": "城关镇", "行政村": "红旗村"}]),
    ("monitored", [{"风险是否已消除": "是", "风险消除时间": "2024-05-01"}]),
    ("monitored", [{"识别时间": "2024-05-20", "风险是否已消除": "是", "风险消除时间": "2024年5月"}]),
    ("monitored", [{"监测对象类别": "突发严重困难户"}]),
    ("measures", [{"结束时间": "2024-06-01"}, {"措施编号": "C002", "开始时间": FUTURE, "落实状态": "未落实"}]),
    ("checklist", [{"完成状态": "已完成", "完成率": "100%", "自评得分": 10}]),
    ("rectification", [{"整改状态": "已完成", "整改进度": 1, "完成时间": "2025-01-10", "是否销号": "是"}]),
    ("rectification", [{"整改状态": "长期坚持", "整改时限": "长期坚持", "整改进度": "持续推进"}]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "code"), TOLD, ids=lambda told: told if isinstance(told, str) else "")
def test_a_contradiction_loads_with_a_warning(kind, changes, code, desk):
    report = desk.check_rows(kind, *changes)
    assert codes(report).count(code) == 1, report.lines()
    assert messages.catalogue()[code].severity == issues.WARNING
    assert report.exit_code == 0 and only(report).rows_loaded == len(changes)


@pytest.mark.parametrize(("kind", "changes"), SILENT, ids=lambda told: told if isinstance(told, str) else "")
def test_what_only_looks_like_one_is_not_told(kind, changes, desk):
    report = desk.check_rows(kind, *changes)
    assert report.exit_code == 0
    assert not [issue.message for issue in only(report).issues if issue.severity != issues.NOTICE]


def test_a_household_may_be_visited_and_supported_without_being_monitored(desk):
    for kind in ("visits", "measures"):
        assert only(desk.check_rows(kind)).issues == []


def test_members_are_told_by_the_register_that_comes_later_too(desk):
    desk.load_rows("members", {}, WIFE)
    report = desk.check_rows("households", {"户主姓名": "张三峰", "家庭人口数": 3})
    assert {"members_differ_from_size", "head_member_differs"} <= set(codes(report))


@pytest.mark.parametrize(("change", "differs"), [({"姓名": "别人"}, "姓名"), ({"户编号": "H002"}, "户编号")])
def test_one_number_for_two_people_is_told_as_such(change, differs, desk):
    report = desk.check_rows("members", {}, change | {"户主姓名": ""})
    [issue] = [issue for issue in only(report).issues if issue.code == "id_of_two_people"]
    assert issue.row == 3 and f"{differs}不同" in issue.message and HEAD_ID not in issue.message
    assert "row_conflict_stands" in codes(report) and report.exit_code == 1


def test_one_person_told_twice_in_different_words_is_a_plain_conflict(desk):
    report = desk.check_rows("members", {}, {"姓名": "张 三丰", "文化程度": "小学"})
    assert "row_conflicts" in codes(report) and "id_of_two_people" not in codes(report)


def test_a_head_whose_number_is_another_households_is_told_whichever_ledger_comes(desk):
    report = desk.check_rows("households", {}, {"户编号": "H003", "户主姓名": "王五", "户类型": "一般农户"})
    assert codes(report).count("id_of_two_households") == 2
    report = desk.check_rows("members", {"户编号": "H002", "户主姓名": "", "姓名": "李四光", "与户主关系": "户主"})
    [issue] = [issue for issue in only(report).issues if issue.code == "id_of_two_households"]
    assert "H001" in issue.message and "H002" in issue.message and HEAD_ID not in issue.message


def test_copies_across_files_and_containers_count_once(desk):
    lines = table("visits")
    report = desk.load(xlsx(desk.folder / "a.xlsx", lines), text(desk.folder / "b.csv", lines, "gb18030"))
    assert report.exit_code == 0 and len(desk.table("core_visits")) == 1
    assert codes(report) == ["row_copied"]


def test_conflicts_across_files_name_the_other_file(desk):
    first = ledger(desk.folder, "visits")
    report = desk.check(first, xlsx(desk.folder / "走访补.xlsx", table("visits", {"走访情况": "另一种说法"})))
    assert report.exit_code == 1
    [refused] = [issue for entry in report.files for issue in entry.issues if issue.code == "row_conflicts"]
    assert first.name in refused.message


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"行政村": "示例县城关镇新民村"}, "629821100201"),
        ({"行政村": "临渊市示例县城关镇新民村村委会"}, "629821100201"),
        ({"乡镇": "示例县城关镇", "行政村": "新民"}, "629821100201"),
        ({"行政村": "新民行政村"}, "629821100201"),
        ({"县": "示例"}, "629821100201"),
        ({"县": "临渊市示例县"}, "629821100201"),
        ({"行政村": "城关镇红旗村", "行政村代码": "629821100201"}, "629821100201"),
    ],
)
def test_full_names_mean_the_village(written, named, desk):
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *(row | {"县": "示例县"} for row in VILLAGES))))
    report = desk.load_rows("households", written)
    assert report.exit_code == 0, report.lines()
    assert named in {row["village_code"] for row in desk.table("core_households")}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"行政村": "白水县城关镇新民村"}, "village_unknown"),
        ({"县": "白水县"}, "county_other"),
        ({"行政村代码": "610527100201"}, "county_code_other"),
        ({"行政村代码": "629821200201"}, "code_contradicts"),
        ({"乡镇": "河东镇"}, "township_unknown"),
        ({"行政村": "柳林村"}, "village_other_township"),
    ],
)
def test_other_places_are_refused(written, code, desk):
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *(row | {"县": "示例县"} for row in VILLAGES))))
    report = desk.check_rows("households", written)
    assert code in codes(report) and report.exit_code == 1


def test_several_near_names_are_offered(desk):
    more = {
        "乡镇": "城关镇",
        "乡镇代码": "629821100000",
        "行政村": "东岭村",
        "行政村代码": "629821100203",
        "曾用名": "",
    }
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *VILLAGES, more)))
    report = desk.check_rows("households", {"行政村": "东村"})
    assert report.exit_code == 1, report.lines()
    [issue] = [issue for issue in only(report).issues if issue.code == "village_unknown"]
    assert "“东风村”" in issue.message and "“东岭村”" in issue.message


def test_what_is_given_out_changes_nothing_when_it_is_given_back(desk):
    desk.load_rows("households", {"识别时间": "2024年5月", "监测对象类别": "脱贫不稳定户", "自然村组": "一组"})
    desk.load_rows("members", {"出生日期": "1980-01"}, WIFE)
    desk.load_rows("monitored", {"识别时间": "202405", "风险是否已消除": "是", "风险消除时间": "2024年6月底"})
    desk.load_rows("visits", {"走访情况": "=1+1，“好”，\n第二行", "走访日期": "2025年3月"}, {"走访日期": "2025-04-01"})
    desk.load_rows("measures", {"开始时间": "2024.06", "结束时间": "2025年底前"})
    desk.load_rows("incomes", {"工资性收入": 20000.13, "家庭纯收入": "", "人均纯收入": ""})
    desk.load_rows("collective_economy", {"总支出": "", "本年收益": ""})
    desk.load_rows("checklist", {"完成时限": "6月底前", "完成率": "33.3%"}, year=2025)
    desk.load_rows(
        "rectification",
        {"整改进度": "正在招标", "整改时限": "长期坚持", "发现时间": "2025年1月"},
        {"问题编号": "W-02", "涉及村": "新民村、东风村", "责任单位": "县农业农村局，县财政局"},
        {"问题编号": "W-03", "涉及乡镇": "全县", "涉及村": "", "整改进度": "66.7%"},
    )
    for kind in forms.kinds():
        rows = desk.rows(kind)
        lines = [list(rows[0]), *([_written(value) for value in row.values()] for row in rows)]
        report = desk.load(text(desk.folder / f"{kind}.csv", lines))
        [counted] = report.ledgers
        assert (counted.new, counted.changed, counted.unchanged) == (0, 0, len(rows)), (kind, counted.examples)
        assert not report.published and report.exit_code == 0, report.lines()


def test_another_day_than_the_months_first_replaces_the_month(desk):
    desk.load_rows("monitored", {"识别时间": "2024年5月"})
    report = desk.load_rows("monitored", {"识别时间": "2024-05-02"})
    assert report.ledgers[0].changed == 1
    [row] = desk.table("core_monitored")
    assert (row["identified_on"], row["identified_on_precision"]) == (date(2024, 5, 2), "day")


def _written(value) -> str:
    return "" if value is None else str(value)


def _in_wan(kind: str, *rows: dict) -> list[list]:
    """A sheet with a 万元 line over rows given in yuan, but for those with a ``typed`` unit of their own."""
    money = [field.title for field in forms.get(kind).fields if field.type == "money"]
    given = [
        row | {title: row[title] / row.get("typed", 10_000) for title in money if isinstance(row.get(title), int)}
        for row in rows
    ]
    lines = table(kind, *given)
    typed = lines[0].index("typed") if "typed" in lines[0] else None
    lines = [[cell for index, cell in enumerate(line) if index != typed] for line in lines]
    return [["单位：万元"], *lines]


@pytest.mark.parametrize(("typed", "told"), [(10_000, []), (1, [5])])
def test_a_village_that_typed_yuan_into_a_sheet_of_wan_is_told(typed, told, desk):
    money = {"总收入": 200000, "经营性收入": 160000, "其中：发包租赁收入": 60000, "其中：投资收益": 20000}
    money |= {"补助收入": 30000, "其他收入": 10000, "总支出": 50000, "本年收益": 150000, "typed": 10_000}
    rows = [money | {"年度": year} for year in (2021, 2022, 2023)]
    rows.insert(2, money | {"行政村": "东风村", "typed": typed})
    report = desk.check(xlsx(desk.folder / "村集体.xlsx", _in_wan("collective_economy", *rows)))
    assert report.exit_code == 0, report.lines()
    assert [issue.row for issue in only(report).issues if issue.code == "amount_unusual"] == told


def test_small_and_large_households_of_one_sheet_are_usual(desk):
    poor = {"工资性收入": 0, "生产经营性收入": 0, "财产性收入": 0, "转移性收入": 1200, "生产经营性支出": 0}
    rich = {"工资性收入": 400000, "生产经营性收入": 0, "财产性收入": 0, "转移性收入": 0, "生产经营性支出": 0}
    none = dict.fromkeys(poor, 0)
    totals = {"家庭纯收入": "", "人均纯收入": ""}
    report = desk.check_rows(
        "incomes", {}, *({"年度": 2020 + n} | row | totals for n, row in enumerate((poor, rich, none)))
    )
    assert "amount_unusual" not in codes(report)


def test_2024_1_of_a_text_file_is_held_back_beside_months_that_do_not_tell(desk):
    lines = table("visits", {"走访日期": "2024.1"}, {"走访日期": "2024.2"})
    report = desk.check(text(desk.folder / "走访.csv", lines))
    assert [(issue.row, issue.code) for issue in only(report).issues] == [(2, "date_ambiguous")]
    assert desk.check(xlsx(desk.folder / "走访.xlsx", lines)).exit_code == 0
