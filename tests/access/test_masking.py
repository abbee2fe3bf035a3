"""What is shown of a person."""

from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.access import masked_tables, masking
from dashboard.definitions import forms
from dashboard.definitions.forms import FormError


def test_names_keep_their_first_character():
    assert masking.name("张三") == "张*"
    assert masking.name("阿卜杜拉·买买提") == "阿*******"
    assert masking.name("") == ""


def test_identity_numbers_keep_two_and_three_characters():
    assert masking.id_number("99010119900307002X") == "99*************02X"
    assert masking.id_number("1234") == "****"


def test_phones_keep_three_and_four_digits():
    assert masking.phone("19900001234") == "199****1234"


def test_free_text_loses_numbers_that_identify_but_keeps_money_and_codes():
    told = "张三（99010119900307002X，19900001234）已申请 12345.60 元，村代码 990101001001"
    assert masking.free_text(told) == "张三（99*************02X，199****1234）已申请 12345.60 元，村代码 990101001001"


def test_a_table_is_masked_by_column_under_either_name():
    table = pd.DataFrame({"head_name": ["张三", None], "户主姓名": ["李四", "王五"], "行政村": ["新民村", "新民村"]})
    shown = masked_tables.masked(table)
    assert shown["head_name"].tolist()[0] == "张*"
    assert pd.isna(shown["head_name"].tolist()[1])
    assert shown["户主姓名"].tolist() == ["李*", "王*"]
    assert shown["行政村"].tolist() == ["新民村", "新民村"]
    assert table["head_name"].tolist()[0] == "张三"


def test_a_count_under_a_name_that_elsewhere_holds_text_stays_a_count():
    assert masked_tables.masked(pd.DataFrame({"measures": [3, 0]}))["measures"].tolist() == [3, 0]


def test_every_kind_of_personal_data_has_its_mask():
    assert set(masking.MASKS) == set(forms.PERSONAL)


def test_the_personal_columns_of_the_forms_are_masked_and_no_others():
    assert masking.by_column() == {
        "head_name": masking.name,
        "member_name": masking.name,
        "helper_name": masking.name,
        "visitor": masking.name,
        "person_name": masking.name,
        "responsible_person": masking.name,
        "户主姓名": masking.name,
        "姓名": masking.name,
        "帮扶责任人": masking.name,
        "走访人": masking.name,
        "责任人": masking.name,
        "head_id_number": masking.id_number,
        "id_number": masking.id_number,
        "证件号码": masking.id_number,
        "phone": masking.phone,
        "helper_phone": masking.phone,
        "联系电话": masking.phone,
        "帮扶责任人电话": masking.phone,
        "findings": masking.free_text,
        "facts": masking.free_text,
        "description": masking.free_text,
        "measures": masking.free_text,
        "evidence": masking.free_text,
        "走访情况": masking.free_text,
        "问题描述": masking.free_text,
        "整改措施": masking.free_text,
        "佐证材料": masking.free_text,
    }


def test_a_column_that_two_ledgers_hide_in_two_ways_is_refused(monkeypatch):
    field = SimpleNamespace(column="head_name", title="户主姓名", personal="phone")
    another = SimpleNamespace(kind="aids", fields=(field,))
    ledgers = (*forms.all_forms(), another)
    monkeypatch.setattr(forms, "all_forms", lambda: ledgers)
    with pytest.raises(FormError, match=r"aids\.toml: head_name is phone, elsewhere name"):
        masking.by_column.__wrapped__()
