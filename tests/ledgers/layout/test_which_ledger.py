"""Which ledger a header is: the whole one, one that lacks a column, one with strangers or the register's columns."""

import pytest
from books import codes, only, table, xlsx

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.layout import header_search

STRANGERS = ["备注", "核查情况", "联络员"]
# What any ledger about households may repeat of the register.
OF_THE_REGISTER = ["省", "市", "县", "乡镇", "行政村", "自然村组", "户主姓名", "证件号码", "联系电话", "家庭人口数"]
KINDS = forms.kinds()
REQUIRED = [(kind, field.title) for kind in KINDS for field in forms.get(kind).fields if field.required]


def read(titles, sheet="Sheet1"):
    """(kind, titles of required columns that are missing) of a sheet with these titles; None for no ledger."""
    found = header_search.find(containers.Sheet(sheet, [list(titles), ["x"] * len(titles)]))
    return found and (found.form.kind, found.missing)


def titles_of(kind, only_required=False):
    return [field.title for field in forms.get(kind).fields if field.required or not only_required]


def lacking(kind, title):
    """What is missing in words where a title is not there; a year is asked for later."""
    is_year = next(field.type for field in forms.get(kind).fields if field.title == title) == "year"
    return (kind, [] if is_year else [title])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("only_required", [False, True])
def test_a_whole_ledger_is_known_with_strangers_and_without(kind, only_required):
    titles = titles_of(kind, only_required)
    assert read(titles) == read(titles + STRANGERS) == read(STRANGERS + titles[::-1]) == (kind, [])


@pytest.mark.parametrize(("kind", "title"), REQUIRED)
@pytest.mark.parametrize("only_required", [False, True])
def test_a_ledger_without_a_required_column_is_named_with_what_it_lacks(kind, title, only_required):
    titles = [one for one in titles_of(kind, only_required) if one != title]
    if len(titles) > 1:
        assert read(titles) == read(titles + STRANGERS) == lacking(kind, title)


@pytest.mark.parametrize("kind", KINDS)
def test_a_ledger_without_one_of_its_other_columns_is_whole(kind):
    for field in forms.get(kind).fields:
        if not field.required:
            assert read([title for title in titles_of(kind) if title != field.title]) == (kind, []), field.title


@pytest.mark.parametrize("kind", [kind for kind in KINDS if forms.get(kind).place == "household"])
def test_a_ledger_may_repeat_the_registers_columns(kind):
    for titles in (titles_of(kind), titles_of(kind, only_required=True)):
        assert read(dict.fromkeys(OF_THE_REGISTER + titles)) == (kind, [])
    whole = [*OF_THE_REGISTER, "户类型", "监测对象类别"]
    assert read(dict.fromkeys(whole + titles_of(kind))) == (kind, [])
    for field in forms.get(kind).fields:
        if field.required and field.title not in whole:
            titles = [title for title in titles_of(kind) if title != field.title]
            assert read(dict.fromkeys(whole + titles)) == lacking(kind, field.title)


def test_where_titles_fit_two_ledgers_the_name_of_the_sheet_decides():
    titles = dict.fromkeys([*OF_THE_REGISTER, "户类型", *titles_of("monitored", only_required=True)])
    assert read(titles, "农户基本信息台账") == ("households", [])
    assert read(titles, "监测对象台账") == ("monitored", [])


def test_the_refusal_names_the_register_and_not_the_ledger_within_it(reading):
    monitored = {"监测对象类别": "脱贫不稳定户", "识别时间": "2024-05", "风险是否已消除": "否"}
    cells = table("households", monitored | {"享受低保或特困": "低保", "住房是否安全": "是"}, without=("户类型",))
    report = reading.check(xlsx(reading.folder / "a.xlsx", cells))
    assert report.exit_code == 2 and only(report).ledger == "households"
    assert "户类型" in only(report).issues[-1].message and codes(report) == ["columns_missing"]
