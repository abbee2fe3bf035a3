"""Thresholds: which value holds where and when, and what is said of a file that cannot be used."""

import shutil
from datetime import date

import pytest

from dashboard import paths
from dashboard.definitions import policy

ON = date(2025, 12, 31)


@pytest.fixture
def folder(tmp_path):
    """The project's policy files, to be changed by a test."""
    for name in ("policy.toml", "settings.toml", "documents.toml"):
        shutil.copy(paths.DATA / name, tmp_path / name)
    return tmp_path


def change(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def choose(folder, jurisdiction):
    change(folder, "settings.toml", 'jurisdiction = "demo"', f'jurisdiction = "{jurisdiction}"')


@pytest.mark.parametrize(
    ("name", "value", "operator", "document"),
    [
        ("income_line_yuan", 6000, "<", "关于实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接的工作方案（某镇）"),
        ("collective_target_yuan", 150000, ">=", "关于实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接的工作方案（某镇）"),
        ("collective_million_yuan", 1000000, ">", "关于实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接的工作方案（某镇）"),
        ("assessment_weight_pct", 10, ">=", "关于实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接的工作方案（某镇）"),
        ("income_falling_target", 0, "<=", "实现巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作方案（某县）"),
        ("collective_weak_yuan", 50000, "<", "本系统默认"),
    ],
)
def test_each_value_comes_with_its_border_and_document(name, value, operator, document):
    found = policy.in_force(ON).parameter(name)
    assert (found.value, found.operator, found.document) == (value, operator, document)


def test_another_jurisdiction_has_its_own_line(folder):
    choose(folder, "HS")
    found = policy.in_force(ON, folder)
    assert found.value("income_line_yuan") == 5000
    assert found.parameter("income_line_yuan").concept == "人均纯收入"
    assert found.lines == (5000, 6000)
    # What Hohhot's plan leaves open is the system's default, and says so.
    assert found.parameter("collective_target_yuan").is_system_default


def test_a_setting_holds_from_its_first_to_its_last_day(folder):
    line = 'value = 6000\noperator = "<"\nconcept = "家庭年人均收入"\nvalid_from = 2021-01-01'
    change(folder, "policy.toml", line, f"{line}\nvalid_to = 2024-12-31")
    assert policy.in_force(date(2024, 12, 31), folder).value("income_line_yuan") == 6000
    with pytest.raises(policy.PolicyError, match="income_line_yuan"):
        policy.in_force(date(2025, 1, 1), folder).value("income_line_yuan")
    # The line that has run out still judges the years it held for.
    assert 6000 in policy.in_force(date(2025, 1, 1), folder).lines


def test_a_category_may_have_a_visit_interval_of_its_own(folder):
    with (folder / "policy.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[parameter]]\nid = "visit_interval_months"\nlabel = "走访间隔"\nunit = "自然月"\ntheme = "监测帮扶"\n'
            '[[parameter.setting]]\njurisdiction = "demo"\ncategory = "边缘易致贫户"\nvalue = 3\n'
            'valid_from = 2020-01-01\ndocument = "system"\nclause = "本地规定"\n'
        )
    found = policy.in_force(ON, folder)
    assert found.visit_interval_months == {"": 1, "边缘易致贫户": 3}
    assert found.value("visit_interval_months") == 1


def test_a_parameter_without_a_number_says_so():
    in_force = policy.in_force(ON)
    assert in_force.parameter("national_standard_yuan").value is None
    assert "national_standard_yuan" not in in_force.values()
    with pytest.raises(policy.PolicyError, match="还没有数值"):
        in_force.value("national_standard_yuan")


def test_every_parameter_can_be_shown():
    for parameter in policy.in_force(ON).parameters.values():
        assert parameter.label and parameter.theme and parameter.clause
        assert parameter.is_system_default or parameter.quote, f"{parameter.id}: a document is quoted"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("settings.toml", '"demo"', '"nowhere"', "nowhere"),
        ("policy.toml", "value = 6000", 'value = "六千"', "必须是数字"),
        ("policy.toml", "value = 6000", "value = ", "行附近"),
        ("policy.toml", 'inherits = ["TA", "CC", "XA"]', 'inherits = ["ZZ"]', "ZZ"),
        ("policy.toml", 'document = "TA"', 'document = "ZZ"', "ZZ"),
        ("policy.toml", 'operator = "<"', 'operator = "低于"', "operator"),
        ("policy.toml", "valid_from = 2021-01-01", 'valid_from = "2021年"', "日期"),
        ("policy.toml", 'clause = "二.1', 'klause = "二.1', "clause"),
        (
            "policy.toml",
            'jurisdiction = "HS"\nvalue = 5000\noperator = "<"',
            'jurisdiction = "TA"\nvalue = 5000',
            "重叠",
        ),
        ("policy.toml", "value = 1\n", "value = 1.5\n", "整数月"),
        ("documents.toml", 'id = "TA"', 'idd = "TA"', "缺少 id"),
    ],
)
def test_a_bad_file_is_refused_with_one_chinese_sentence(folder, name, old, new, said):
    change(folder, name, old, new)
    with pytest.raises(policy.PolicyError) as refusal:
        policy.in_force(ON, folder)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["policy.toml", "settings.toml", "documents.toml"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(policy.PolicyError, match=name):
        policy.in_force(ON, folder)


def test_what_computing_needs_is_there_on_any_day():
    for on in (date(2000, 1, 1), ON, date(2099, 12, 31)):
        found = policy.in_force(on)
        assert {"collective_target_yuan", "collective_weak_yuan", "due_soon_days"} <= found.values().keys()
        assert found.visit_interval_months[""] >= 1
        assert found.lines
