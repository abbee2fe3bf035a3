"""Rows that files leave out: named by place and month, removed only when a person says so, and never in silence."""

from pathlib import Path

import pytest
from books import HEAD_ID, VILLAGES, directory, id_number, ledger, table, xlsx
from ledger_desk import Desk, copied, plainly_published

from dashboard.cli import commands
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.feedback import refused_rows
from dashboard.ledgers.loading import removal
from dashboard.warehouse import queries, versions


def keys(desk, report, kind: str) -> list[str]:
    return next((list(offer.keys) for offer in removal.candidates(report, desk.root) if offer.kind == kind), [])


def ids(desk, table_name: str, column: str) -> list[str]:
    return sorted(row[column] for row in desk.table(table_name))


def current(desk) -> str:
    return versions.current(desk.root).id


@pytest.fixture(scope="module")
def of_village(prepared, tmp_path_factory) -> Path:
    """Three households of one village and one of another, with a visit in each of two months."""
    folder = tmp_path_factory.mktemp("village")
    desk = Desk(folder, copied(prepared, folder / "db"))
    households = [
        {},
        {"户编号": "H003", "户主姓名": "王五", "证件号码": ""},
        {"户编号": "H004", "户主姓名": "赵六", "证件号码": ""},
        {"户编号": "H002", "行政村": "东风村", "户主姓名": "李四光", "证件号码": "", "户类型": "一般农户"},
    ]
    visits = [
        {"户编号": household, "户主姓名": head, "走访日期": day}
        for household, head in (("H001", "张三丰"), ("H003", "王五"), ("H002", "李四光"))
        for day in ("2025-03-05", "2025-04-05")
    ]
    with plainly_published():
        desk.load_rows("households", *households)
        assert desk.load_rows("visits", *visits).exit_code == 0
    return desk.root


@pytest.fixture
def village(of_village, tmp_path, publish_plain) -> Desk:
    """A copy of the database of that village."""
    (tmp_path / "files").mkdir()
    return Desk(tmp_path / "files", copied(of_village, tmp_path / "db"))


def test_a_file_of_one_village_leaves_out_only_rows_of_that_village(village):
    report = village.check_rows("households", {}, {"户编号": "H003", "户主姓名": "王五", "证件号码": ""})
    assert keys(village, report, "households") == ["H004"]
    assert report.ledgers[0].missing == 2


def test_a_file_of_one_month_leaves_out_only_rows_of_that_month(village):
    report = village.check_rows("visits", {"走访日期": "2025-04-05"})
    assert keys(village, report, "visits") == ["H003|2025-04-05"]
    assert report.ledgers[0].missing == 5


def test_all_that_is_left_out_is_named_and_shown_masked_with_place_and_head(village):
    rows = [{"户编号": f"N{number:03d}", "户主姓名": "周七", "证件号码": ""} for number in range(40)]
    village.load_rows("households", *rows)
    [offer] = removal.candidates(village.check_rows("households"), village.root)
    assert len(offer.keys) == 42
    shown = offer.masked().iloc[-1].to_dict()
    assert shown == {"户编号": "N039", "乡镇": "城关镇", "行政村": "新民村", "户主或名称": "周*"}
    assert offer.shown.iloc[-1]["户主或名称"] == "周七"


def test_identity_numbers_are_masked_where_they_are_the_key(village):
    village.load_rows("members", {})
    [offer] = removal.candidates(
        village.check_rows("members", {"姓名": "李梅", "证件号码": id_number("19820202", "002")}), village.root
    )
    assert HEAD_ID not in offer.masked().to_csv() and HEAD_ID in offer.shown.to_csv()


def test_a_row_that_is_in_the_file_but_refused_is_not_left_out(village):
    report = village.check_rows("households", {}, {"户编号": "H003", "家庭人口数": 99, "证件号码": ""})
    assert keys(village, report, "households") == ["H004"]


def test_where_a_refused_rows_key_cannot_be_told_nothing_is_offered(village):
    village.load_rows("collective_economy", {}, {"行政村": "东风村"})
    report = village.check_rows("collective_economy", {"行政村": "东风村", "总收入": "多"})
    assert keys(village, report, "collective_economy") == []


def test_a_returned_workbook_leaves_nothing_out(village):
    path = ledger(village.folder, "households", {}, {"户编号": "H009", "户类型": "x", "证件号码": ""})
    [(name, book)] = refused_rows.workbooks(path, village.check(path).files)
    (village.folder / name).write_bytes(book)
    report = village.check(village.folder / name)
    assert removal.candidates(report, village.root) == []


def test_rows_are_removed_in_a_new_version_and_come_back_with_the_old(village):
    before = current(village)
    told = removal.remove(village.root, "visits", ["H003|2025-04-05", "H001|2025-04-05"], base=before)
    assert told.removed == 2 and told.report.published and current(village) == told.report.version != before
    assert told.headline.startswith("已从“走访台账”移除 2 行；") and before in told.headline
    assert len(village.table("core_visits")) == 4
    assert versions.current(village.root).note == "移除走访台账 2 行"
    versions.rollback(village.root, before)
    assert len(village.table("core_visits")) == 6


def test_a_removal_stands_in_the_log_with_every_key_masked(village):
    village.load_rows("members", {})
    told = removal.remove(village.root, "members", [HEAD_ID], base=current(village))
    con = versions.connection(village.root, versions.current(village.root))
    logged = queries.arrow(con, "export/loads").to_pylist()
    assert next(row for row in logged if row["版本"] == told.report.version)["文件"] == "移除 1 行"
    messages = [row["message"] for row in village.table("meta_issues") if row["code"] == "row_removed"]
    assert messages == [f"“家庭成员台账”的“62*************{HEAD_ID[-3:]}”已按要求移除。"]


@pytest.mark.derived
def test_a_household_that_other_ledgers_name_is_kept_unless_they_go_with_it(village):
    with pytest.raises(RemovalRefused, match="“走访台账” 2 行"):
        removal.remove(village.root, "households", ["H003"], base=current(village))
    assert "H003" in ids(village, "core_households", "household_id")
    told = removal.remove(village.root, "households", ["H003"], base=current(village), with_referring=True)
    assert told.referring == {"visits": 2} and "连同“走访台账” 2 行" in told.headline
    assert "H003" not in ids(village, "core_households", "household_id") + ids(village, "core_visits", "household_id")
    assert commands.main(["check", "--db", str(village.root)]) == 0


@pytest.mark.derived
def test_a_village_goes_only_with_all_that_lies_in_it(village):
    code = next(row["行政村代码"] for row in VILLAGES if row["行政村"] == "东风村")
    village.load_rows("rectification", {"涉及村": "东风村"})
    with pytest.raises(
        RemovalRefused, match="属于这些村：“农户基本信息台账” 1 行、“走访台账” 2 行、“问题整改台账” 1 行"
    ):
        removal.remove(village.root, "regions", [code], base=current(village))
    removal.remove(village.root, "regions", [code], base=current(village), with_referring=True)
    assert ids(village, "core_households", "household_id") == ["H001", "H003", "H004"]
    assert commands.main(["check", "--db", str(village.root)]) == 0


def test_a_township_left_without_villages_takes_its_problems_with_it(village):
    village.load_rows("rectification", {"涉及乡镇": "河东乡", "涉及村": ""})
    east = [row["行政村代码"] for row in VILLAGES if row["乡镇"] == "河东乡"]
    assert removal.remove(village.root, "regions", east[:1], base=current(village)).referring == {}
    with pytest.raises(RemovalRefused, match="“问题整改台账” 1 行"):
        removal.remove(village.root, "regions", east[1:], base=current(village))


def test_a_dry_run_counts_and_removes_nothing(village):
    before = current(village)
    told = removal.remove(village.root, "households", ["H003", "H777"], base=before, dry_run=True)
    assert (told.removed, told.unknown, told.referring) == (1, ["H777"], {"visits": 2})
    assert current(village) == before and told.headline.startswith("将从“农户基本信息台账”移除 1 行")


def test_nothing_is_removed_from_another_version_than_the_one_looked_at(village):
    before = current(village)
    village.load_rows("visits", {"走访日期": "2025-05-05"})
    with pytest.raises(RemovalRefused, match=f"不是核对时的 {before}"):
        removal.remove(village.root, "visits", ["H003|2025-04-05"], base=before)


def test_keys_that_do_not_stand_are_told(village, empty_desk):
    with pytest.raises(RemovalRefused, match="没有这些行"):
        removal.remove(village.root, "visits", ["H777|2025-04-05"], base=current(village))
    with pytest.raises(RemovalRefused, match="还没有数据"):
        removal.remove(empty_desk.root, "visits", ["H777|2025-04-05"], base="v0001")


def test_the_directory_of_a_township_names_the_villages_it_leaves_out(desk):
    report = desk.check(xlsx(desk.folder / "名录.xlsx", table("regions", *VILLAGES[:1], *VILLAGES[2:3])))
    assert keys(desk, report, "regions") == [VILLAGES[1]["行政村代码"], VILLAGES[3]["行政村代码"]]
    assert keys(desk, desk.check(directory(desk.folder)), "regions") == []


def test_the_commands_write_a_list_and_remove_what_it_names(village, capsys):
    path = ledger(village.folder, "visits", {"走访日期": "2025-04-05"}, {"走访方式": "飞鸽", "走访日期": "2025-04-06"})
    out = village.folder / "退回"
    run = ["load", str(path), "--db", str(village.root), "--returned", str(out), "--left-out", str(out)]
    assert commands.main(run) == 1 and commands.main([*run, "--dry-run"]) == 1
    assert sorted(file.name for file in out.iterdir()) == [
        "走访台账_本次没有.csv",
        "走访台账_本次没有_2.csv",
        "走访台账_退回.xlsx",
        "走访台账_退回_2.xlsx",
    ]
    remove = ["remove", "visits", "--keys", str(out / "走访台账_本次没有.csv"), "--db", str(village.root)]
    assert commands.main([*remove, "--dry-run"]) == 0 and len(village.table("core_visits")) == 6
    assert commands.main([*remove, "--base", "v0001"]) == 2 and len(village.table("core_visits")) == 6
    assert commands.main(remove) == 0 and len(village.table("core_visits")) == 5
    assert commands.main(remove) == 2
    assert "已从“走访台账”移除 1 行" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("户编号\nH003\n", "缺少列：户编号、走访日期"),
        ("户编号,走访日期\n", "没有行"),
        ("户编号,走访日期\nH003,\n", "第 2 行没有写全"),
    ],
)
def test_a_list_that_does_not_name_rows_is_refused(tmp_path, text, says):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RemovalRefused, match=says):
        removal.keys_of("visits", tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes("户编号".encode("gb18030"))
    with pytest.raises(RemovalRefused, match="UTF-8"):
        removal.keys_of("visits", tmp_path / "b.csv")


def test_what_the_rows_command_gives_is_such_a_list(village, capsysbinary):
    assert commands.main(["rows", "visits", "--db", str(village.root)]) == 0
    file = village.folder / "rows.csv"
    file.write_bytes(capsysbinary.readouterr().out)
    assert len(removal.keys_of("visits", file)) == 6
