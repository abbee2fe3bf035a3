"""Commands: data on stdout, Chinese on stderr, exit 0 only when everything asked for was done."""

import csv
import io
import json
import re
import shutil

import pyarrow.parquet
import pytest

from dashboard.cli.commands import main
from dashboard.definitions import forms
from dashboard.warehouse import versions


@pytest.fixture
def run(capfdbinary):
    def command(*arguments) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, said = capfdbinary.readouterr()
        return code, out.decode("utf-8"), said.decode("utf-8")

    return command


@pytest.fixture
def own_db(county_db, tmp_path):
    """A copy of the county that a test may change."""
    return shutil.copytree(county_db, tmp_path / "db")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "缺少参数：命令"),
        (["nix"], "不能是“nix”，可选：load、"),
        (["load"], "缺少参数：文件或文件夹"),
        (["load", "x", "--ledger", "台"], "没有台账种类“台”，可选：行政区划名录（regions）"),
        (["load", "x", "--year", "1999"], "年度“1999”应是 2000 到"),
        (["load", "x", "--year"], "--year 后面要写一个值"),
        (["load", "x", "--unit", "角"], "--unit 不能是“角”，可选：元、万元"),
        (["load", "x", "--nix"], "没有这样的参数：--nix"),
        (["load", "x", "--re"], "“--re”不明确，可能是 --report、--returned"),
        (["load", "x", "--dry-run=1"], "后面不写值"),
        (["sample", "--out", "x", "--households", "0"], "户数“0”应是 1 到"),
        (["sample", "--out", "x", "--seed", "a"], "“a”不是整数"),
        (["indicators", "--as-of", "昨天"], "日期“昨天”应写成"),
        (["indicators", "--line", "-1"], "“-1”应是大于 0 的金额"),
    ],
)
def test_arguments_are_refused_in_chinese(capfd, arguments, told):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    said = capfd.readouterr().err
    assert end.value.code == 2 and told in said and said.startswith("用法：")
    assert not re.search("usage|error|argument |invalid", said)


@pytest.mark.parametrize("name", ["visits", "走访台账", "走访", "入户走访"])
def test_a_ledger_goes_by_its_chinese_names_too(run, county_db, name):
    code, out, _ = run("rows", name, "--db", county_db)
    assert code == 0 and table(out)[0].keys() == {field.title for field in forms.get("visits").fields}


@pytest.mark.parametrize("kind", forms.kinds())
def test_rows_come_under_canonical_titles_and_load_back_unchanged(run, own_db, tmp_path, kind):
    code, out, _ = run("rows", kind, "--db", own_db)
    assert code == 0
    titles = [field.title for field in forms.get(kind).fields]
    given = list(csv.reader(io.StringIO(out)))
    assert set(given[0]) <= set(titles)
    assert {field.title for field in forms.get(kind).fields if field.required} <= set(given[0])
    assert len(given) > 1
    again = tmp_path / f"{kind}.csv"
    again.write_text(out, encoding="utf-8")
    report = tmp_path / "report.json"
    code, _, said = run("load", again, "--ledger", kind, "--db", own_db, "--report", report)
    assert code == 0, said
    assert run("rows", kind, "--db", own_db)[1] == out
    assert versions.current(own_db).id == "v0001", said


def test_rows_of_an_empty_ledger_still_have_their_header(run, tmp_path, county_ledgers):
    directory = next(county_ledgers.glob("*行政区划*"))
    assert run("load", directory, "--db", tmp_path / "db")[0] == 0
    code, out, _ = run("rows", "visits", "--db", tmp_path / "db")
    assert code == 0
    assert out.strip().replace('"', "").startswith("走访日期,乡镇,行政村,户编号")


def test_rows_as_parquet_keep_codes_as_text(run, county_db, capfdbinary):
    assert main(["rows", "regions", "--format", "parquet", "--db", str(county_db)]) == 0
    stored = pyarrow.parquet.read_table(io.BytesIO(capfdbinary.readouterr()[0]))
    assert str(stored.schema.field("行政村代码").type) in ("string", "large_string", "string_view")
    assert all(len(code) == 12 for code in stored["行政村代码"].to_pylist())


def test_indicators_as_csv_and_json_say_the_same(run, county_db):
    asked = ("indicators", "--level", "county", "--only", "collective_attained_pct", "--db", county_db)
    rows = table(run(*asked)[1])
    found = json.loads(run(*asked, "--format", "json")[1])
    names = ["indicator", "region_code", "region_level", "period", "grp", "numerator", "denominator", "value", "unit"]
    assert [list(row) for row in found] == [names] * len(rows)
    assert [float(row["value"]) for row in rows] == [row["value"] for row in found]
    assert {row["indicator"] for row in rows} == {"collective_attained_pct"}


def test_lines_given_on_the_command_line_are_the_groups(run, county_db):
    asked = ("indicators", "--only", "income_below_line_pct", "--level", "county", "--db", county_db)
    rows = table(run(*asked, "--line", "5000", "--line", "8000.5")[1])
    assert {row["grp"] for row in rows} == {"5000", "8000.5"}


def test_a_query_binds_its_parameters_and_masks_persons(run, county_db):
    code, out, _ = run("query", "export/households", "--param", "region_code=", "--db", county_db)
    assert code == 0
    households = table(out)
    assert all("*" in row["户主姓名"] and "*" in row["证件号码"] for row in households)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing/such"], "没有名为"),
        (["export/households"], "还需要参数"),
        (["export/households", "--param", "colour=1"], "没有参数"),
        (["load/merge"], "不能单独运行"),
    ],
)
def test_a_query_that_cannot_run_says_why(run, county_db, arguments, told):
    code, out, said = run("query", *arguments, "--db", county_db)
    assert (code, out) == (2, "")
    assert told in said
    assert "Traceback" not in said


def test_rollback_and_versions(run, own_db, county_ledgers, tmp_path):
    changed = tmp_path / "changed.csv"
    lines = run("rows", "collective_economy", "--db", own_db)[1].splitlines()
    first = next(csv.reader([lines[1]]))
    first[5] = "0.00"
    changed.write_text("\n".join([lines[0], ",".join(first)]), encoding="utf-8")
    code, _, said = run("load", changed, "--ledger", "collective_economy", "--db", own_db)
    assert code == 0, said
    listed = table(run("versions", "--db", own_db)[1])
    assert [(row["version"], row["current"]) for row in listed] == [("v0002", "是"), ("v0001", "否")]
    code, _, said = run("rollback", "v0001", "--db", own_db)
    assert code == 0
    assert "v0001" in said
    assert run("rows", "collective_economy", "--db", own_db)[1].splitlines() == lines
    assert run("rollback", "v0009", "--db", own_db)[0] == 2


def test_check_finds_the_county_whole(run, county_db):
    code, out, said = run("check", "--db", county_db)
    assert code == 0, said
    assert all(row["rows_found"] == "0" for row in table(out) if row["severity"] == "integrity")


def test_recompute_publishes_the_same_figures_again(run, own_db):
    before = run("indicators", "--db", own_db)[1]
    assert run("recompute", "--db", own_db)[0] == 0
    assert versions.current(own_db).id == "v0002"
    after = run("indicators", "--db", own_db)[1]
    figures = ("numerator", "denominator", "value")
    for old, new in zip(table(before), table(after), strict=True):
        # Sums of fractions depend in their last digits on the order in which threads met the rows.
        assert [pytest.approx(float(old.pop(name) or "nan"), rel=1e-12, nan_ok=True) for name in figures] == [
            float(new.pop(name) or "nan") for name in figures
        ]
        assert old == new


def test_a_dry_run_leaves_no_version(run, tmp_path, county_ledgers):
    code, _, said = run("load", county_ledgers, "--dry-run", "--db", tmp_path / "db")
    assert code == 0, said
    assert versions.current(tmp_path / "db") is None


@pytest.mark.parametrize("command", [*(["rows", kind] for kind in forms.kinds()), ["indicators"]])
def test_before_the_first_load_tables_have_their_header_and_no_row(run, county_db, tmp_path, command):
    code, out, said = run(*command, "--db", tmp_path / "db")
    assert (code, out) == (0, run(*command, "--db", county_db)[1].splitlines(keepends=True)[0])
    assert "请先用 load 命令导入台账" in said


@pytest.mark.parametrize("command", [["check"], ["query", "meta/version"]])
def test_before_the_first_load_every_reading_command_says_what_to_do(run, tmp_path, command):
    code, out, said = run(*command, "--db", tmp_path / "db")
    assert (code, out) == (2, "")
    assert "请先用 load 命令导入台账" in said


def test_a_damaged_version_is_told_without_a_stack_trace(run, own_db):
    versions.version_file(own_db, "v0001").write_bytes(b"\x00" * 4096)
    code, _, said = run("rows", "regions", "--db", own_db)
    assert code == 2
    assert "损坏" in said
    assert "Traceback" not in said


def test_versions_are_listed_though_the_pointer_is_damaged(run, own_db):
    (own_db / "CURRENT").write_bytes(b"\xff")
    code, out, said = run("versions", "--db", own_db)
    assert code == 1
    assert [(row["version"], row["current"]) for row in table(out)] == [("v0001", "否")]
    assert "CURRENT 已损坏" in said
    assert run("rollback", "v0001", "--db", own_db)[0] == 0
    assert run("rows", "regions", "--db", own_db)[0] == 0


def test_a_report_that_cannot_be_written_is_told_before_anything_is_published(run, county_ledgers, tmp_path):
    code, _, said = run("load", county_ledgers, "--db", tmp_path / "db", "--report", tmp_path / "没有" / "r.json")
    assert code == 2
    assert "文件或文件夹不存在" in said and "No such" not in said
    assert versions.current(tmp_path / "db") is None
