"""Corrections: applied under their guard while loading and recomputing, told with reasons, refused when malformed."""

from datetime import date
from decimal import Decimal

import pytest
from books import codes, only

from dashboard.ledgers.errors import CorrectionsInvalid
from dashboard.ledgers.loading import corrections, load
from dashboard.warehouse import versions

TODAY = date(2026, 11, 22)
ENTRY = {
    "ledger": "households",
    "key": {"户编号": "H001"},
    "column": "家庭人口数",
    "was": 2,
    "becomes": 3,
    "reason": "漏登一人",
    "by": "城关镇张某",
    "on": date(2025, 6, 30),
}
MAIN_INCOME = {"ledger": "incomes", "key": {"户编号": "H001", "年度": 2024}, "column": "工资性收入"}


def toml(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def write(path, *entries: dict) -> None:
    path.write_text(
        "\n".join(
            "[[correction]]\n" + "\n".join(f"{name} = {toml(value)}" for name, value in entry.items())
            for entry in entries
        ),
        encoding="utf-8",
    )


@pytest.fixture
def register(tmp_path, monkeypatch):
    """Write entries to a file of corrections that is in force."""
    path = tmp_path / "corrections.toml"
    monkeypatch.setattr(corrections, "FILE", path)
    return lambda *entries: write(path, *(ENTRY | entry for entry in entries))


def issue(report, code):
    [found] = [issue for issue in only(report).issues if issue.code == code]
    return found


def sizes(desk):
    return {row["household_id"]: row["household_size"] for row in desk.table("core_households")}


def test_a_value_is_put_right_and_told_with_its_reason(desk, register):
    register({})
    report = desk.load_rows("households")
    assert report.exit_code == 0 and sizes(desk)["H001"] == 3
    told = issue(report, "correction_applied")
    assert (told.row, told.column) == (2, "家庭人口数")
    assert "由“2”更正为“3”：漏登一人（城关镇张某，2025-06-30）" in told.message


def test_loading_the_same_file_again_changes_nothing(desk, register):
    register({})
    desk.load_rows("households")
    again = desk.load_rows("households")
    assert not again.published and sizes(desk)["H001"] == 3


def test_a_guard_that_no_longer_fits_is_told_and_nothing_changed(desk, register):
    register({})
    report = desk.load_rows("households", {"家庭人口数": 4})
    assert sizes(desk)["H001"] == 4 and report.exit_code == 0
    assert "原值是“2”，台账现在是“4”" in issue(report, "correction_no_longer_fits").message


def test_a_ledger_put_right_itself_needs_it_no_more(desk, register):
    register({})
    report = desk.load_rows("households", {"家庭人口数": 3})
    assert sizes(desk)["H001"] == 3 and issue(report, "correction_not_needed").row == 2


def test_other_rows_and_ledgers_are_silent(desk, register):
    register({"key": {"户编号": "H009"}}, {})
    assert not [
        code
        for code in codes(desk.check_rows("households", {"户编号": "H002", "证件号码": ""}))
        if "correction" in code
    ]
    assert not [code for code in codes(desk.check_rows("visits")) if "correction" in code]


def test_amounts_dates_shares_words_and_blanks_are_read_as_their_columns_are(desk, register):
    register(
        MAIN_INCOME | {"was": "2万", "becomes": 21000.5},
        {
            "ledger": "走访台账",
            "key": {"户编号": "H001", "走访日期": date(2025, 3, 5)},
            "column": "走访方式",
            "was": "上门",
            "becomes": "电话",
        },
        {"ledger": "monitored", "column": "识别时间", "was": "2024-05-01", "becomes": "2024年6月"},
        {"ledger": "checklist", "key": {"指标编号": "A-01"}, "column": "完成率", "was": "50%", "becomes": 0.6},
        {
            "ledger": "rectification",
            "key": {"问题编号": "W-01"},
            "column": "责任单位",
            "was": "县农业农村局",
            "becomes": "",
        },
    )
    for kind in ("incomes", "visits", "monitored", "checklist", "rectification"):
        report = desk.load_rows(kind)
        assert codes(report).count("correction_applied") == 1, report.lines()
    assert desk.table("core_incomes")[0]["wage_yuan"] == Decimal("21000.50")
    assert desk.table("core_visits")[0]["visit_mode"] == "电话"
    [monitored] = desk.table("core_monitored")
    assert (monitored["identified_on"], monitored["identified_on_precision"]) == (date(2024, 6, 1), "month")
    assert desk.table("core_checklist")[0]["completion_share"] == 0.6
    assert desk.table("core_rectification")[0]["responsible_unit"] is None


def test_a_village_is_keyed_by_its_code_though_the_ledger_names_it(desk, register):
    key = {"行政村代码": "629821100201", "年度": 2024}
    register({"ledger": "collective_economy", "key": key, "column": "总支出", "was": 50000, "becomes": 50001})
    desk.load_rows("collective_economy")
    assert desk.table("core_collective_economy")[0]["total_cost_yuan"] == Decimal("50001.00")


def test_recomputing_applies_corrections_to_what_stands(desk, register):
    desk.load_rows("visits")
    register({})
    load.recompute(desk.root)
    assert sizes(desk) == {"H001": 3, "H002": 2}
    assert len(desk.table("core_visits")) == 1
    assert [row["code"] for row in desk.table("meta_issues") if "correction" in row["code"]] == ["correction_applied"]
    [entry] = [row for row in desk.table("meta_files") if row["file_name"] == "corrections.toml"]
    assert (entry["ledger"], entry["rows_changed"]) == ("households", 1)
    load.recompute(desk.root)
    assert sizes(desk) == {"H001": 3, "H002": 2}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ledger": "农户"}, "台账“农户”不存在"),
        ({"column": "人数"}, "列“人数”"),
        ({"column": "户编号"}, "列“户编号”"),
        ({"column": "行政村"}, "列“行政村”"),
        ({"key": {"户主姓名": "张三"}}, "须写明农户基本信息台账的户编号"),
        ({"key": {"户编号": ""}}, "key 不能为空"),
        ({"becomes": 31}, "不是 1 到 30 的整数"),
        ({"becomes": ""}, "必填"),
        ({"was": "两"}, "不是 1 到 30 的整数"),
        ({"reason": " "}, "原因"),
        ({"on": "昨天"}, "日期"),
        ({"expect": 1}, "不认识的内容：expect"),
    ],
)
def test_a_malformed_entry_is_refused_before_anything_is_read(change, named, desk, register):
    register({}, change)
    before = versions.current(desk.root)
    with pytest.raises(versions.StoreError, match="更正登记第 2 条") as refused:
        desk.load_rows("households", {"家庭人口数": 4})
    assert named in str(refused.value)
    assert versions.current(desk.root) == before


def test_what_is_missing_is_named(tmp_path):
    write(tmp_path / "c.toml", {name: value for name, value in ENTRY.items() if name != "reason"})
    with pytest.raises(CorrectionsInvalid, match="更正登记第 1 条缺少内容：reason"):
        corrections.read(TODAY, tmp_path / "c.toml")


@pytest.mark.parametrize("text", ["[[correction]\n", "correction = 3\n", "correction = [1]\n"])
def test_a_file_that_is_none_is_refused(text, tmp_path):
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorrectionsInvalid, match="更正登记"):
        corrections.read(TODAY, tmp_path / "c.toml")


def test_personal_values_are_masked(desk, register):
    register({"column": "户主姓名", "was": "张三丰", "becomes": "张三峰"})
    assert "张三" not in issue(desk.check_rows("households"), "correction_applied").message


def test_the_shipped_file_holds_its_explanation_and_nothing_else(tmp_path):
    text = corrections.FILE.read_text(encoding="utf-8")
    assert corrections.read(TODAY) == []
    example = "\n".join(
        line[2:]
        for line in text.splitlines()
        if line.startswith(("# [[", "# ledger", "# key", "# column", "# was", "# becomes", "# reason", "# by", "# on"))
    )
    (tmp_path / "c.toml").write_text(example, encoding="utf-8")
    [shown] = corrections.read(TODAY, tmp_path / "c.toml")
    assert shown.field.title == "家庭人口数"
