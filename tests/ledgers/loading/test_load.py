"""Loading: versions, what is new, changed, unchanged and missing, places, reports."""

import itertools
import json
import shutil
from decimal import Decimal

import pytest
from books import HEAD_ID, ROWS, VILLAGES, codes, directory, id_number, ledger, only, table, xlsx

from dashboard.definitions import forms
from dashboard.ledgers.loading import load, merge
from dashboard.warehouse import versions

VISIT = ROWS["visits"]


def counts(report, kind):
    [told] = [told for told in report.ledgers if told.kind == kind]
    return told.counts


def test_loading_twice_changes_nothing(desk):
    path = ledger(desk.folder, "incomes")
    first = desk.load(path)
    again = desk.load(path)
    assert first.published and not again.published
    assert again.exit_code == 0 and again.version == first.version == versions.current(desk.root).id
    assert counts(again, "incomes") == {"new": 0, "changed": 0, "unchanged": 1, "missing": 0, "refused": 0}


def test_the_same_rows_as_csv_or_in_wan_change_nothing(desk):
    desk.load_rows("incomes")
    lines = table("incomes")
    lines[1] = [cell / 10_000 if title.endswith(("收入", "支出")) else cell for title, cell in zip(*lines, strict=True)]
    lines[0] = [f"{title}（万元）" if title.endswith(("收入", "支出")) else title for title in lines[0]]
    assert counts(desk.load(xlsx(desk.folder / "又.xlsx", lines)), "incomes")["unchanged"] == 1


def test_changed_values_replace_the_row_and_are_told(desk):
    desk.load_rows("incomes")
    report = desk.load_rows("incomes", {"工资性收入": 30000, "家庭纯收入": 38000, "人均纯收入": 19000})
    assert counts(report, "incomes")["changed"] == 1
    [change] = report.ledgers[0].examples
    assert ("工资性收入", "20000.00", "30000.00") in change.fields
    assert [row["wage_yuan"] for row in desk.table("core_incomes")] == [Decimal("30000.00")]


def test_a_blank_cell_says_nothing_is_there_but_a_column_left_out_says_nothing(desk):
    report = desk.load_rows("households", {"家庭人口数": 3}, without=("联系电话",))
    [household] = [row for row in desk.table("core_households") if row["household_id"] == "H001"]
    assert (household["household_size"], household["phone"]) == (3, "19900000001")
    [notice] = [issue for issue in only(report).issues if issue.code == "columns_kept"]
    assert "联系电话" in notice.message
    desk.load_rows("households", {"联系电话": ""})
    [household] = [row for row in desk.table("core_households") if row["household_id"] == "H001"]
    assert household["phone"] is None


def test_dates_keep_their_precision_where_their_column_is_left_out(desk):
    monitored = {
        "识别时间": "2023年5月",
        "监测对象类别": "脱贫不稳定户",
        "风险是否已消除": "是",
        "风险消除时间": "2024年6月",
    }
    desk.load_rows("monitored", monitored)
    desk.load_rows("monitored", monitored | {"家庭人口数": 3}, without=("风险消除时间",))
    [row] = desk.table("core_monitored")
    assert (str(row["eliminated_on"]), row["eliminated_on_precision"]) == ("2024-06-01", "month")


def test_missing_rows_are_kept_and_named(desk):
    desk.load_rows("visits", {}, {"走访日期": "2025-04-05"})
    report = desk.load_rows("visits")
    assert counts(report, "visits")["missing"] == 1
    assert len(desk.table("core_visits")) == 2
    [notice] = [issue for issue in only(report).issues if issue.code == "rows_missing"]
    assert "H001 2025-04-05" in notice.message


def test_of_many_missing_rows_only_the_first_are_named(desk):
    desk.load_rows("visits", *({"走访日期": f"2025-04-{day:02}"} for day in range(1, 31)))
    report = desk.check_rows("visits", {"走访日期": "2025-05-06"})
    [notice] = [issue for issue in only(report).issues if issue.code == "rows_missing"]
    assert "30 行" in notice.message and "H001 2025-04-01、H001 2025-04-02" in notice.message
    assert notice.message.endswith(" 等。") and "2025-04-20" not in notice.message


def test_copies_count_once_also_across_files(desk):
    one, two = ledger(desk.folder, "visits"), desk.folder / "副本.xlsx"
    shutil.copy(one, two)
    report = desk.load(one, two)
    assert report.exit_code == 0 and len(desk.table("core_visits")) == 1
    assert sum(entry.rows_loaded for entry in report.files) == 1
    assert codes(report).count("row_copied") == 1


def test_of_conflicting_copies_the_first_stands_and_both_are_told(desk):
    report = desk.load_rows("visits", {}, {"走访情况": "另一种说法"})
    assert report.exit_code == 1
    assert [row["findings"] for row in desk.table("core_visits")] == [VISIT["走访情况"]]
    told = {issue.code: issue.row for issue in only(report).issues}
    assert told["row_conflict_stands"] == 2 and told["row_conflicts"] == 3


def test_one_identity_number_for_two_people_stands_once(desk):
    report = desk.load_rows("members", {}, {"户编号": "H002", "姓名": "别人", "户主姓名": "李四光"})
    assert report.exit_code == 1
    assert [row["household_id"] for row in desk.table("core_members")] == ["H001"]


def test_a_dry_run_leaves_no_version(desk):
    before = versions.published(desk.root)
    report = desk.check_rows("visits")
    assert counts(report, "visits")["new"] == 1
    assert report.version is None and report.as_json()["version"] is None
    assert versions.published(desk.root) == before


def test_a_dry_run_looks_at_ledgers_without_copying_them(desk):
    with versions.rehearsing(desk.root) as build:
        merge.begin(build)
        merge.keep(build, forms.get("households"))
        assert len(build.con.table("core_households")) == 2 and len(build.con.table("meta_files")) == 2
        for table in ("core_households", "meta_files"):
            assert len(build.con.table(f"rehearsal.main.{table}")) == 0


def test_a_refused_file_leaves_what_stands(desk):
    before = versions.current(desk.root)
    report = desk.load_rows("households", without=("户类型",))
    assert report.exit_code == 2 and only(report).status == "refused" and only(report).rows_loaded == 0
    assert versions.current(desk.root) == before


def test_ledgers_of_one_load_may_come_in_any_order(empty_desk):
    files = [ledger(empty_desk.folder, kind) for kind in ("visits", "members", "households")]
    report = empty_desk.load(*files, directory(empty_desk.folder))
    assert report.exit_code == 0, report.lines()
    assert [row["village_code"] for row in empty_desk.table("core_visits")] == ["629821100201"]


def test_without_a_directory_every_household_is_held_back(empty_desk):
    report = empty_desk.load_rows("households", {}, {"户编号": "H002"})
    assert report.exit_code == 1 and len(only(report).refused) == 2
    assert "请先导入行政区划名录" in only(report).issues[0].message
    assert versions.current(empty_desk.root) is None


def test_an_unknown_household_is_held_back_until_it_comes(desk):
    assert desk.load_rows("visits", {"户编号": "H003", "户主姓名": ""}).exit_code == 1
    household = {"户编号": "H003", "证件号码": ""}
    both = desk.load(ledger(desk.folder, "households", household), ledger(desk.folder, "visits", {"户编号": "H003"}))
    assert both.exit_code == 0


@pytest.mark.parametrize(
    "village",
    ["新民村", "新民", " 新 民 村", "城关镇新民村", "新民村村民委员会", "新民村委会", "新民村村委会", "红旗村", "红旗"],
)
def test_ways_to_name_a_village(village, desk):
    report = desk.load_rows("households", {"行政村": village})
    assert report.exit_code == 0, report.lines()
    assert {row["village_code"] for row in desk.table("core_households")} == {"629821100201", "629821100202"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"行政村": "红旗村", "乡镇": "河东乡"}, "village_unknown"),
        ({"行政村": "柳林村"}, "village_other_township"),
        ({"行政村": "不存在村"}, "village_unknown"),
        ({"行政村代码": "629821200201"}, "code_contradicts"),
        ({"行政村代码": "629821100299"}, "village_code_unknown"),
    ],
)
def test_villages_that_are_not_found(change, code, desk):
    report = desk.check_rows("households", change)
    assert report.exit_code == 1 and code in codes(report)


def test_a_misspelt_village_is_offered_not_guessed(desk):
    report = desk.check_rows("households", {"行政村": "东凤村"})
    [issue] = [issue for issue in only(report).issues if issue.code == "village_unknown"]
    assert "“东风村”" in issue.message


def test_a_code_alone_decides_between_villages_of_one_name(desk):
    desk.load_rows("collective_economy", {"乡镇": "河东乡", "行政村代码": "629821200201"})
    assert [row["village_code"] for row in desk.table("core_collective_economy")] == ["629821200201"]


def test_a_bare_name_is_enough_where_the_household_tells_the_village(desk):
    assert desk.check_rows("visits", {"行政村": "新民村"}).exit_code == 0


def test_a_household_that_moves_takes_its_rows_along(desk):
    desk.load_rows("visits")
    desk.load_rows("households", {"行政村": "东风村"})
    assert [row["village_code"] for row in desk.table("core_visits")] == ["629821100202"]


def test_problems_are_placed_at_village_township_or_county(desk):
    desk.load_rows(
        "rectification",
        {},
        {"问题编号": "W-02", "涉及村": ""},
        {"问题编号": "W-03", "涉及乡镇": "", "涉及村": ""},
        {"问题编号": "W-04", "涉及乡镇": "全县", "涉及村": ""},
        {"问题编号": "W-05", "涉及村": "新民村、东风村"},
        {"问题编号": "W-06", "涉及村": "新民村 东风村"},
        {"问题编号": "W-07", "涉及乡镇": "", "涉及村": "河东乡新民村"},
        {"问题编号": "W-08", "涉及乡镇": "城关镇、河东乡", "涉及村": "新民村"},
        {"问题编号": "W-09", "涉及乡镇": "各乡镇", "涉及村": "各村"},
        {"问题编号": "W-10", "涉及村": "-"},
    )
    placed = {row["problem_id"]: row["region_code"] for row in desk.table("core_rectification")}
    assert placed == {
        "W-01": "629821100201",
        "W-02": "629821100000",
        "W-03": "629821000000",
        "W-04": "629821000000",
        "W-05": "629821100000",
        "W-06": "629821100000",
        "W-07": "629821200201",
        "W-08": "629821000000",
        "W-09": "629821000000",
        "W-10": "629821100000",
    }


@pytest.mark.parametrize(
    ("township", "village", "code"),
    [
        ("", "各村", "village_unknown"),
        ("城关镇、北山镇", "", "township_unknown"),
        ("城关镇、河东乡", "上湾村", "village_unknown"),
        ("", "白水县城关镇东风村", "village_unknown"),
    ],
)
def test_no_problem_is_placed_where_a_name_is_unknown(township, village, code, desk):
    report = desk.check_rows("rectification", {"涉及乡镇": township, "涉及村": village})
    assert codes(report) == [code]


def test_a_dash_for_a_name_is_no_name(desk):
    assert "value_missing" in codes(desk.check_rows("households", {"户主姓名": "—"}))
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *(row | {"曾用名": "无"} for row in VILLAGES[1:]))))
    assert {row["former_names"] for row in desk.table("core_regions")} == {"红旗村", None}


def test_the_report_hides_personal_data(desk, tmp_path):
    broken = HEAD_ID[:-1] + ("1" if HEAD_ID[-1] != "1" else "2")
    report = desk.check_rows(
        "households",
        {"证件号码": broken, "联系电话": "19900000001234"},
        {"户编号": HEAD_ID, "户类型": "别的", "联系电话": 1.99e18},
    )
    written = json.dumps(report.as_json(), ensure_ascii=False) + "".join(report.lines())
    for secret in (broken, HEAD_ID, "19900000001234"):
        assert secret not in written


def test_the_report_has_the_contracts_shape(desk):
    facts = desk.load_rows("households", {"户类型": "别的"}).as_json()
    assert set(facts) == {"version", "files"}
    [entry] = facts["files"]
    assert set(entry) == {
        "path",
        "sheet",
        "ledger",
        "status",
        "rows_read",
        "rows_loaded",
        "rows_refused",
        "issues",
    }
    assert (entry["ledger"], entry["status"], entry["rows_read"], entry["rows_refused"]) == (
        "households",
        "partial",
        1,
        1,
    )
    assert set(entry["issues"][0]) == {"code", "severity", "row", "column", "value", "message"}


def test_what_was_said_is_kept_with_the_version(desk):
    desk.load_rows("visits", {"户主姓名": "别人"})
    files = {row["ledger"]: row for row in desk.table("meta_files")}
    assert set(files) == {"regions", "households", "visits"}
    assert files["visits"]["rows_new"] == 1 and len(files["visits"]["sha256"]) == 64
    [issue] = [row for row in desk.table("meta_issues") if row["code"] == "head_differs"]
    assert issue["file_no"] == files["visits"]["file_no"]


def test_outlines_of_villages_are_turned_for_drawing(desk):
    ring = [[105, 35], [105.1, 35], [105.1, 35.1], [105, 35.1], [105, 35]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"行政村代码": VILLAGES[0]["行政村代码"]}, "geometry": shape}
    path = desk.folder / "行政村边界.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert desk.load(path).exit_code == 0
    [row] = desk.table("core_boundaries")
    drawn = json.loads(row["geometry_geojson"])["coordinates"][0]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(drawn))
    assert area < 0
    assert not desk.load(path).published


def test_recomputing_publishes_the_same_rows(desk):
    desk.load_rows("visits")
    version = load.recompute(desk.root)
    assert versions.current(desk.root).id == version.id
    assert version.rows["visits"] == 1 and len(desk.table("core_visits")) == 1


def test_a_crash_leaves_the_published_version(desk, monkeypatch):
    before = versions.current(desk.root)
    monkeypatch.setattr("dashboard.warehouse.derive.fill", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        desk.load_rows("visits")
    assert versions.current(desk.root) == before and desk.table("core_visits") == []


def test_progress_goes_up_to_one(desk):
    seen = []
    desk.load(ledger(desk.folder, "visits"), progress=lambda share, what: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1


def test_members_are_compared_with_the_register_when_either_comes(desk):
    wife = {
        "姓名": "李梅",
        "证件号码": id_number("19820202", "002"),
        "与户主关系": "配偶",
        "性别": "女",
        "出生日期": "",
    }
    assert desk.load_rows("members", {}, wife).exit_code == 0
    report = desk.load_rows("households", {"家庭人口数": 3})
    assert codes(report).count("members_differ_from_size") == 1


def test_readers_of_the_old_version_do_not_hinder_a_load(desk):
    reader = versions.connection(desk.root, versions.current(desk.root))
    assert desk.load_rows("visits").published
    assert desk.load_rows("visits", {"走访日期": "2025-04-05"}).published
    with reader.cursor() as cursor:
        assert cursor.table("core_visits").fetchall() == []
    assert len(desk.table("core_visits")) == 2
