"""A register nobody wrote a line of Python for; run by `test_added_register` with its files in place."""

import os
import shutil
from pathlib import Path
from unittest import mock

import books
import openpyxl
import pytest
import query_cases

from dashboard import paths
from dashboard.access import masking
from dashboard.cli import commands
from dashboard.definitions import forms
from dashboard.exports import tables
from dashboard.ledgers.loading import load
from dashboard.presenters import export_tables
from dashboard.presenters.ledger_intake import version_list
from dashboard.serving import cached
from dashboard.serving.view import View
from dashboard.warehouse import versions

KIND, NAME = "allowances", "高龄津贴台账"
ADDED = paths.PROJECT / "tests" / "support" / "added_register"


@pytest.fixture
def old(desk):
    """A desk whose version was published before there was the register."""
    shutil.rmtree(desk.root)
    shutil.copytree(Path(os.environ["OLD_DB"]), desk.root)
    return desk


@pytest.fixture(scope="module")
def published(prepared, tmp_path_factory) -> Path:
    """A version with two rows of the register."""
    folder = tmp_path_factory.mktemp("published")
    root = shutil.copytree(prepared, folder / "db")
    report = load.load([books.ledger(folder, KIND, {}, {"津贴编号": "J002", "领取人姓名": "李梅"})], root)
    assert report.exit_code == 0 and report.published, report.lines()
    return root


@pytest.fixture
def filled(desk, published):
    """A desk with these rows."""
    shutil.rmtree(desk.root)
    shutil.copytree(published, desk.root)
    return desk


def run(desk, *words: str) -> int:
    return commands.main([*words, "--db", str(desk.root)])


def lines(captured) -> list[str]:
    """The lines of csv a command gave, without quotation marks."""
    return captured.readouterr().out.decode().replace('"', "").splitlines()


def page_table(desk):
    """The register as the export page gives it for the whole county."""
    with mock.patch.dict(os.environ, {"DASHBOARD_DB": str(desk.root)}):
        cached.begin_reading()
        view = View(versions.current(desk.root), cached.regions().counties[:1])
        return export_tables.rows(view, export_tables.get(KIND))


def test_it_is_loaded_where_its_form_says():
    assert forms.kinds()[6:8] == ("measures", KIND)


def test_its_query_gives_what_its_case_shows():
    query_cases.check(query_cases.Case(ADDED / "cases" / "export" / f"{KIND}.basic.toml", ADDED / "cases"))


def test_it_is_loaded_into_a_version_that_was_published_without_it(old, capsysbinary):
    assert run(old, "rows", KIND) == 0
    assert lines(capsysbinary) == [",".join(field.title for field in forms.get(KIND).fields)]
    assert page_table(old).empty and run(old, "check") == 0
    report = old.check(books.ledger(old.folder, KIND, {}, {"津贴编号": "J002", "户编号": "H999"}))
    assert books.codes(report) == ["household_unknown"] and report.ledgers[0].new == 1
    report = old.load_rows(KIND, {}, {"津贴编号": "J002", "户编号": "H002", "领取人姓名": "李梅"})
    assert report.exit_code == 0 and report.published, report.lines()
    assert [row["village_code"] for row in old.table("core_allowances")] == ["629821100201", "629821100202"]
    assert versions.current(old.root).rows[KIND] == 2
    assert version_list.current_ledgers(old.root).set_index("ledger").loc[NAME, "rows"] == 2


def test_other_ledgers_are_loaded_into_such_a_version_too(old):
    assert old.load_rows("visits").exit_code == 0
    assert old.table("core_allowances") == []


def test_it_is_checked_listed_and_given_out(filled, capsysbinary):
    assert run(filled, "check") == 0 and run(filled, "rows", KIND) == 0
    assert "J001,城关镇,新民村,H001,张三丰,6298210000000000123,九十岁,2025-03-05,100.00" in lines(capsysbinary)
    extract = export_tables.get(KIND)
    assert (extract.name, extract.period, extract.categories) == (NAME, "发放日期", ("津贴档次",))
    row = page_table(filled).iloc[0]
    assert (row["领取人姓名"], row["领取卡号"]) == ("张**", masking.id_number("6298210000000000123"))
    shown = export_tables.columns_of(page_table(filled), extract)
    assert "张**" in tables.csv_bytes(page_table(filled)[list(shown)]).decode()


def test_whatever_shows_it_hides_what_is_personal(filled, capsysbinary):
    assert run(filled, "query", f"export/{KIND}", "--param", "region_code=") == 0
    shown = capsysbinary.readouterr().out.decode()
    assert "张**" in shown and "张三丰" not in shown
    report = filled.check_rows(KIND, {"领取人姓名": "李四光"})
    [change] = report.ledgers[0].examples
    assert change.fields == (("领取人姓名", "张**", "李**"),)


def test_its_template_has_its_columns_and_its_example(desk):
    assert run(desk, "template", KIND, "--out", str(desk.folder)) == 0
    book = openpyxl.load_workbook(desk.folder / f"{NAME}（空白模板）.xlsx")
    assert [cell.value for cell in book[NAME][3]][:2] == ["*津贴编号", "乡镇"]
    examples = {row[0].value: row[5].value for row in book["填表说明"].iter_rows(min_row=8)}
    assert examples["津贴编号"] == "J001" and examples["领取人姓名"] == "张三丰"


def test_its_rows_are_offered_for_removal_and_removed(filled):
    out = filled.folder / "清单"
    assert run(filled, "load", str(books.ledger(filled.folder, KIND)), "--left-out", str(out), "--dry-run") == 0
    listed = out / f"{NAME}_本次没有.csv"
    assert listed.read_text(encoding="utf-8-sig").splitlines() == [
        "津贴编号,乡镇,行政村,户主或名称",
        "J002,城关镇,新民村,李梅",
    ]
    assert run(filled, "remove", KIND, "--keys", str(listed)) == 0
    assert [row["allowance_id"] for row in filled.table("core_allowances")] == ["J001"]


def test_its_rows_go_with_their_household(filled):
    household = filled.folder / "户.csv"
    household.write_text("户编号\nH001\n", encoding="utf-8")
    assert run(filled, "remove", "households", "--keys", str(household)) == 2
    assert run(filled, "remove", "households", "--keys", str(household), "--with-referring") == 0
    assert filled.table("core_allowances") == []
