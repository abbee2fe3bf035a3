"""Data-quality rules: each with offenders and near misses; faulty entries told; what a version remembers."""

import tomllib
from datetime import date
from pathlib import Path

import duckdb
import pytest
import query_cases

from dashboard import paths
from dashboard.access import masking
from dashboard.definitions import forms, policy, quality_rules
from dashboard.warehouse import derive, quality, queries

AS_OF = date(2025, 12, 31)
CASES = {
    rule: case
    for file in sorted(Path(__file__).parent.glob("*.toml"))
    for rule, [case] in tomllib.loads(file.read_text(encoding="utf-8")).items()
}
RULES = {rule.id: rule for rule in quality_rules.rules()}
SUBJECTS = quality_rules.subjects()


@pytest.fixture(scope="module")
def empty():
    """A version with every table and subject, and no row."""
    with duckdb.connect() as con:
        for name in queries.names("schema"):
            queries.execute(con, name)
        derive.fill(con, AS_OF, policy.in_force(AS_OF))
        yield con


def test_every_rule_has_a_case_and_every_case_a_rule():
    assert CASES.keys() == RULES.keys()
    assert len(RULES) >= 60


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule(rule, empty):
    """The case's offenders break the rule, its other rows, near misses among them, do not."""
    assert not rule.fault
    subject, case = SUBJECTS[rule.subject], CASES[rule.id]
    rows = query_cases.drawn(case["rows"])
    assert len(rows) > len(case["offenders"]) > 0, "a case has an offender and a near miss"
    ready = quality.Ready(rule, rule.bound(policy.in_force(AS_OF).values(), AS_OF))
    empty.begin()
    try:
        query_cases.insert(empty, subject.table, rows)
        assert quality.judge(empty, subject, [ready]) == {}
        found = empty.table("out_quality_offenders").project("row_key").fetchall()
        [(counted, examined)] = empty.table("quality_found").aggregate("sum(offenders), sum(examined)").fetchall()
    finally:
        empty.rollback()
    assert sorted(key for (key,) in found) == sorted(case["offenders"])
    assert counted == len(found) <= examined <= len(rows)


# Subjects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=lambda subject: subject.id)
def test_every_column_of_a_subject_has_its_name_and_every_name_its_column(subject, empty):
    assert empty.table(subject.table).columns == [*quality_rules.PLACE_COLUMNS, *subject.columns]
    assert subject.ledger in forms.kinds()


def test_nothing_personal_is_among_the_columns_that_can_be_shown():
    assert not {column for subject in SUBJECTS.values() for column in subject.columns} & masking.by_column().keys()


def test_rules_name_ledgers_that_are_there():
    assert {rule.ledger for rule in RULES.values()} <= set(forms.kinds())


# Faulty entries ---------------------------------------------------------------------------------------------------


GOOD = """
[[rule]]
id = "old_person"
severity = "warning"
subject = "person"
condition = "age > $age_max"
shows = ["age", "is_ill", "months_worked"]
says = "年龄超过 {age_max} 岁"
todo = "核实。"
source = "试验"
values = { age_max = 100 }
"""


@pytest.fixture
def folder(tmp_path):
    """Rule files of a county's own; `write` says what the rules are."""
    (tmp_path / "quality_subjects.toml").write_bytes((paths.DATA / "quality_subjects.toml").read_bytes())

    def write(rules: str, encoding: str = "utf-8") -> Path:
        (tmp_path / "quality_rules.toml").write_text(rules, encoding=encoding)
        return tmp_path

    return write


@pytest.fixture
def county():
    """A version whose ledgers hold two persons of 2025, one of them 110 years old, and nothing derived but regions."""
    with duckdb.connect() as con:
        for name in queries.names("schema"):
            queries.execute(con, name)
        directory = query_cases.DEFAULTS["directory"]["standard"]
        query_cases.insert(con, "core_regions", query_cases.drawn(directory))
        members = """
            id_number | household_id | village_code | member_name | relation | born_on    | health | months_worked
            A         | 1            | 990101100201 | 张三丰      | 户主     | 1915-01-01 | 残疾   |
            B         | 2            | 990101101201 | 李四        | 户主     | 1980-01-01 |        | 3
        """
        query_cases.insert(con, "core_members", query_cases.drawn(members))
        derive.prepare(con)
        con.register("param_income_lines", derive.line_by_year(AS_OF))
        yield con


def fill(con, folder) -> dict[str, dict]:
    """Run the rules of a folder; gives rows of ``out_quality_rules`` by id."""
    quality.fill(con, AS_OF, policy.in_force(AS_OF), folder)
    return {row["rule_id"]: row for row in con.table("out_quality_rules").to_arrow_table().to_pylist()}


def test_every_number_of_a_rule_is_shown_under_a_chinese_name():
    names = quality_rules.limit_names()
    used = {name for rule in quality_rules.rules() for name in rule.values}
    assert used == set(names)
    assert not [name for name in names.values() if any(sign.isascii() and sign.isalpha() for sign in name)]


def test_numbers_of_a_rule_are_told_with_their_units(county, folder):
    rules = GOOD + '\n[limits]\nage_max = "年龄上限（岁）"\n'
    assert [rule["limits"] for rule in fill(county, folder(rules)).values()] == ["年龄上限 100 岁"]


def test_names_of_numbers_that_are_no_names_are_told(county, folder):
    [rule] = fill(county, folder("limits = 3\n" + GOOD)).values()
    assert "[limits]" in rule["fault"]


def test_a_rule_of_the_county_own_is_counted_by_region_and_lists_its_offenders(county, folder):
    [rule] = fill(county, folder(GOOD)).values()
    assert (rule["says"], rule["limits"], rule["fault"]) == ("年龄超过 100 岁", "age_max 100", None)
    counts = county.table("out_quality_counts").order("region_code").fetchall()
    assert [(region, offenders, examined) for _, region, _, offenders, examined in counts] == [
        ("990101000000", 1, 2),
        ("990101100000", 1, 1),
        ("990101100201", 1, 1),
        ("990101101000", 0, 1),
        ("990101101201", 0, 1),
    ]
    [offender] = county.table("out_quality_offenders").fetchall()
    assert offender == ("old_person", "990101100201", "1", "张三丰", "A", "户主", "年龄：110，患病：否，务工时间：空")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("age > > $age_max", "的条件无法运行"),
        ("no_such > $age_max", "的条件无法运行"),
        ("(age > $age_max", "的条件无法运行"),
        ("cast(health as integer) > $age_max", "的条件无法运行"),
        ("age > $nobody_knows", "用到的参数“nobody_knows”没有数值"),
        ("age > $age_max; drop table core_members", "不能含有分号、注释或查询语句"),
        ("age > $age_max -- or", "不能含有分号、注释或查询语句"),
        ("age in (select 1)", "不能含有分号、注释或查询语句"),
        ("list_contains([1], age) and age > $age_max", "不通用的函数“list_contains”"),
    ],
)
def test_a_condition_that_cannot_run_is_told_and_harms_no_other_rule(county, folder, wrong, told):
    broken = GOOD.replace("old_person", "broken").replace("age > $age_max", wrong)
    others = "".join(GOOD.replace("old_person", f"old_{number}") for number in range(5))
    found = fill(county, folder(others + broken + GOOD))
    assert told in found["broken"]["fault"] and "“broken”" in found["broken"]["fault"]
    assert [row["fault"] for rule, row in found.items() if rule != "broken"] == [None] * 6
    offenders = {rule for rule, *_ in county.table("out_quality_offenders").fetchall()}
    assert offenders == found.keys() - {"broken"}
    assert county.table("core_members").aggregate("count(*)").fetchall() == [(2,)]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('severity = "warning"', 'severity = "bad"', "severity 只能是"),
        ('subject = "person"', 'subject = "horse"', "subject“horse”不在"),
        ('todo = "核实。"', "", "缺少 todo"),
        ('shows = ["age",', 'shows = ["colour",', "shows 中“colour”不是“家庭成员”的字段"),
        ("age_max = 100", 'age_max = "100"', "每个参数都应是数字"),
        ('id = "old_person"', 'id = "Old person"', "id 只能用小写字母"),
        ('id = "old_person"', "id = 7", "第 1 条规则缺少 id"),
        ("condition =", "among = 3\ncondition =", "among 应是一句条件"),
    ],
)
def test_an_entry_that_is_no_rule_is_told(county, folder, wrong, right, told):
    found = fill(county, folder(GOOD.replace(wrong, right) + GOOD.replace("old_person", "good")))
    [broken] = [row for rule, row in found.items() if rule != "good"]
    assert told in broken["fault"]
    assert found["good"]["fault"] is None


def test_an_id_given_twice_keeps_the_first(county, folder):
    found = fill(county, folder(GOOD + GOOD))
    assert found["old_person"]["fault"] is None
    assert "重复" in found["old_person_2"]["fault"]


@pytest.mark.parametrize(
    ("rules", "encoding", "told"),
    [
        ("[[rule]\n", "utf-8", "格式有误（第 1 行附近）"),
        ("# 规则", "gb18030", "不是 UTF-8 编码"),
        ("rule = 3", "utf-8", "应以 [[rule]] 开头"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_the_version_is_filled(county, folder, rules, encoding, told):
    [row] = fill(county, folder(rules, encoding)).values()
    assert told in row["fault"]
    assert county.table("out_quality_counts").fetchall() == []


def test_a_missing_file_is_told(county, tmp_path):
    [row] = fill(county, tmp_path).values()
    assert row["fault"] == "缺少规则文件 quality_subjects.toml，请恢复该文件。"


def test_a_full_disk_is_no_fault_of_a_rule(county, folder, monkeypatch):
    def full(*_):
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(queries, "select", full)
    with pytest.raises(duckdb.IOException):
        fill(county, folder(GOOD))


def test_a_version_remembers_the_counts_of_the_one_before(county, folder):
    county.execute("attach ':memory:' as base; use base")
    for name in queries.names("schema"):
        queries.execute(county, name)
    before = """
        rule_id    | region_code  | region_level | offenders | examined
        old_person | 990101000000 | county       | 7         | 9
    """
    query_cases.insert(county, "meta_version", [{"version": "v0001", "as_of": "2025-01-31"}])
    query_cases.insert(county, "out_quality_counts", query_cases.drawn(before))
    county.execute("use memory")
    fill(county, folder(GOOD))
    assert county.table("out_quality_history").fetchall() == [
        ("v0001", date(2025, 1, 31), "old_person", "990101000000", "county", 7, 9)
    ]


def test_past_years_are_judged_by_the_line_of_their_time():
    lines = dict(zip(*derive.line_by_year(AS_OF).to_pydict().values(), strict=True))
    assert lines[2025] == lines[2021] == 6000
    assert 2019 not in lines, "no line was in force then"
