"""What is shown of a person."""

import pandas as pd

from dashboard.access import masking


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
    shown = masking.frame(table)
    assert shown["head_name"].tolist()[0] == "张*"
    assert pd.isna(shown["head_name"].tolist()[1])
    assert shown["户主姓名"].tolist() == ["李*", "王*"]
    assert shown["行政村"].tolist() == ["新民村", "新民村"]
    assert table["head_name"].tolist()[0] == "张三"


def test_a_count_under_a_name_that_elsewhere_holds_text_stays_a_count():
    assert masking.frame(pd.DataFrame({"measures": [3, 0]}))["measures"].tolist() == [3, 0]
