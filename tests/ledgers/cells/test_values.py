"""Cells as people write them, and what becomes of them."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from books import HEAD_ID, id_number
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import ROUNDS

from dashboard.definitions import forms
from dashboard.ledgers.cells import column_parsing, id_numbers, numbers, units, values

TODAY = date(2026, 11, 21)


def parsed(kind: str, column: str, *cells, **context):
    """(values, codes) of a column's cells."""
    result = column_parsing.parse(forms.get(kind).field(column), cells, values.Context(today=TODAY, **context))
    array = next(iter(result.arrays.values()))
    codes = {problem.index: problem.code for problem in result.problems}
    return array.to_pylist(), [codes.get(index) for index in range(len(cells))]


def one(kind: str, column: str, cell, **context):
    [value], [code] = parsed(kind, column, cell, **context)
    return value, code


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        (20000, "20000.00"),
        (0.1 + 0.2, "0.30"),
        (19999.999999999996, "20000.00"),
        (1234567890.12, "1234567890.12"),
        ("1,234.50", "1234.50"),
        ("￥１２３４.５", "1234.50"),
        ("2.35万元", "23500.00"),
        ("3万", "30000.00"),
        ("100元", "100.00"),
        (" 5 ", "5.00"),
        ("12 345.00", "12345.00"),
        ("12'345", "12345.00"),
        ("１２，３４５．６", "12345.60"),
        ("¥ 3000", "3000.00"),
        ("RMB3,000.00", "3000.00"),
        ("3000 人民币", "3000.00"),
        ("3000元整", "3000.00"),
        ("3000圆", "3000.00"),
        ("3千", "3000.00"),
        ("1.2万", "12000.00"),
        ("0.5亿元", "50000000.00"),
        ("'3000", "3000.00"),
    ],
)
def test_money(cell, yuan):
    assert one("incomes", "wage_yuan", cell) == (Decimal(yuan), None)


def test_money_in_wan_is_exact_to_the_cent():
    assert one("incomes", "wage_yuan", 1.23456, factor=10_000) == (Decimal("12345.60"), None)
    assert one("incomes", "wage_yuan", "1.23456", factor=10_000) == (Decimal("12345.60"), None)


def test_a_unit_in_the_cell_goes_before_the_columns():
    assert one("incomes", "wage_yuan", "500元", factor=10_000) == (Decimal("500.00"), None)


@pytest.mark.parametrize(
    "cell",
    [
        *("两万", "三万二千", "十户", "12a", "1,23", "1.234,56", "1,2345", "1,234 567", "12 34", "3000 4000"),
        *("约3000", "3000左右", "3000-4000", "3000~4000", ">1000", "1/2", "½", "①", "5²", "△500", "3万5", "5."),
        *("3000元/年", "1.2E+05", "nan", "inf", "1 2-3", "0x10", "1e999", "--5", "+-5", "((5))", "元", "¥", "万"),
        *("3.5.1", "3000元元", "¥3000¥", "是", "true", True, date(2024, 1, 2), datetime(2024, 1, 2)),
    ],
)
def test_what_is_no_amount_does_not_become_one(cell):
    assert one("incomes", "wage_yuan", cell) == (None, "money_invalid")


def test_genuine_parts_of_a_cent_are_rounded_half_up_and_told():
    assert one("incomes", "wage_yuan", 0.125) == (Decimal("0.13"), "money_rounded")
    assert one("incomes", "wage_yuan", "10.004") == (Decimal("10.00"), "money_rounded")


def test_only_results_may_be_negative():
    assert one("incomes", "wage_yuan", -0.01) == (None, "money_negative")
    assert one("incomes", "net_income_yuan", -5000.5) == (Decimal("-5000.50"), None)
    for cell in ("(5,000.50)", "（5000.5）", "-5000.5", "－5000.50", "−5,000.50", "-0.500005万"):
        assert one("incomes", "net_income_yuan", cell)[0] in (Decimal("-5000.50"), Decimal("-5000.05"))
        assert one("incomes", "wage_yuan", cell) == (None, "money_negative")


SIGNS = st.sampled_from(["", "¥", "￥", "RMB ", "人民币"])
UNITS = st.sampled_from([("", 1), ("元", 1), (" 元整", 1), ("圆", 1), ("千元", 1000), ("万", 10_000), ("万元", 10_000)])
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


@given(st.decimals(0, 10**8, places=2), SIGNS, UNITS, st.sampled_from(["", ",", " ", "'"]), st.booleans())
def test_an_amount_in_any_spelling_is_read_back_equal(amount, sign, unit, separator, is_wide):
    word, factor = unit
    text = f"{amount:,.2f}".replace(",", separator)
    text = f"{sign}{text.translate(WIDE) if is_wide else text}{word}"
    assert one("incomes", "wage_yuan", text) == (amount * factor, None)


@given(st.text(alphabet="0123456789.,-+ '()约万元一二三十/~～至个eE%²①", max_size=10))
def test_a_text_that_is_no_number_never_becomes_one(text):
    found = numbers.of_text(text)
    if found is not None:
        plain = text.strip()
        is_negative = plain.startswith(("-", "("))
        digits = re.sub(r"[,' ()+-]", "", re.split("[eE]", plain)[0])
        assert re.fullmatch(r"[0-9]*(\.[0-9]+)?", digits)
        assert is_negative == (found < 0) or found == 0


@given(st.decimals(min_value=0, max_value=10**10, places=2))
def test_any_amount_comes_back_to_the_cent(amount):
    assert one("incomes", "wage_yuan", float(amount)) == (amount, None)
    assert one("incomes", "wage_yuan", str(amount)) == (amount, None)


@pytest.mark.slow
@settings(max_examples=30 * ROUNDS, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.dates(), st.none())))
def test_no_cell_breaks_any_field(cells):
    for form in forms.all_forms():
        for field in form.fields:
            result = column_parsing.parse(field, cells, values.Context(today=TODAY, year=2024))
            assert all(len(array) == len(cells) for array in result.arrays.values())


@pytest.mark.parametrize(
    ("cell", "day", "precision"),
    [
        (date(2025, 3, 5), date(2025, 3, 5), "day"),
        (datetime(2025, 3, 5, 14, 30), date(2025, 3, 5), "day"),
        ("2025-03-05", date(2025, 3, 5), "day"),
        ("2025/3/5", date(2025, 3, 5), "day"),
        ("2025.3.5", date(2025, 3, 5), "day"),
        ("2025年3月5日", date(2025, 3, 5), "day"),
        ("２０２５年３月５日", date(2025, 3, 5), "day"),
        ("20250305", date(2025, 3, 5), "day"),
        (20250305, date(2025, 3, 5), "day"),
        ("2025-03-05 14:30:00", date(2025, 3, 5), "day"),
        ("2025/12/05 9:30", date(2025, 12, 5), "day"),
        ("2025/3/8 10:00", date(2025, 3, 8), "day"),
        ("2025年3月8日 10时30分", date(2025, 3, 8), "day"),
        ("2025-03-05T14:30:00", date(2025, 3, 5), "day"),
        ("202503", date(2025, 3, 1), "month"),
        (202503.0, date(2025, 3, 1), "month"),
        ("2025年3月", date(2025, 3, 1), "month"),
        ("2025-03", date(2025, 3, 1), "month"),
        ("2025.10", date(2025, 10, 1), "month"),
        ("2025 年 3 月 5 日", date(2025, 3, 5), "day"),
        ("2025—3—5", date(2025, 3, 5), "day"),
        ("2025-03-05 上午 9:30", date(2025, 3, 5), "day"),
        ("2025年3月5日星期三", date(2025, 3, 5), "day"),
        ("2025年3月5日（周三）", date(2025, 3, 5), "day"),
        ("二〇二五年三月五日", date(2025, 3, 5), "day"),
        ("二零二五年十二月三十一日", date(2025, 12, 31), "day"),
        ("二○二五年十月", date(2025, 10, 1), "month"),
        ("2025年3月5日前", date(2025, 3, 5), "day"),
        ("2025.03", date(2025, 3, 1), "month"),
        ("2025/3", date(2025, 3, 1), "month"),
        (202503, date(2025, 3, 1), "month"),
        ("2025年3月份", date(2025, 3, 1), "month"),
        ("2025年6月底前", date(2025, 6, 30), "month"),
        ("2024年2月底", date(2024, 2, 29), "month"),
        ("2025年底前", date(2025, 12, 31), "month"),
        ("2025年12月31日前完成", date(2025, 12, 31), "day"),
        ("2025年12月底前完成整改", date(2025, 12, 31), "month"),
        ("2025年3月5日上午", date(2025, 3, 5), "day"),
        ("2025-03-05 下午", date(2025, 3, 5), "day"),
        ("2025。3。5", date(2025, 3, 5), "day"),
        ("2025年3月5日。", date(2025, 3, 5), "day"),
        ("'2025-03-05", date(2025, 3, 5), "day"),
    ],
)
def test_dates(cell, day, precision):
    result = column_parsing.parse(forms.get("checklist").field("due_on"), [cell], values.Context(today=TODAY))
    assert result.arrays["due_on"].to_pylist() == [day]
    assert result.arrays["due_on_precision"].to_pylist() == [precision]
    assert not result.problems


def test_a_date_without_its_year_takes_the_sheets():
    assert one("checklist", "due_on", "6月底前", year=2025) == (date(2025, 6, 30), None)
    assert one("checklist", "due_on", "12月31日", year=2025) == (date(2025, 12, 31), None)
    assert one("checklist", "due_on", "6月底前") == (None, "date_year_needed")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2025-02-30", "date_invalid"),
        ("2025-13", "date_invalid"),
        ("2025 1 1", "date_invalid"),
        ("2025-3/5", "date_invalid"),
        ("2025.3-5", "date_is_period"),
        ("2025年3月至5月", "date_is_period"),
        ("2025.1-2025.6", "date_is_period"),
        ("2025.3.5-3.8", "date_is_period"),
        ("2025年第一季度", "date_is_period"),
        ("2025年3月上旬", "date_is_period"),
        ("2025年上半年", "date_is_period"),
        ("2025年初", "date_is_period"),
        ("25.3.5", "date_short_year"),
        ("25年3月5日", "date_short_year"),
        ("'25-3-5", "date_short_year"),
        ("3/5/2025", "date_invalid"),
        ("2025-03-0⑤", "date_invalid"),
        ("十十月", "date_invalid"),
        ("2025~" * 10_000, "date_invalid"),
        ("2025年", "date_invalid"),
        (2024.11, "date_ambiguous"),
        ("昨天", "date_invalid"),
        (2025, "date_invalid"),
        (True, "date_invalid"),
        (2024.1, "date_ambiguous"),
        ("1899-12-31", "date_too_old"),
        ("2026-11-22", "date_in_future"),
    ],
)
def test_what_is_no_date_of_a_visit(cell, code):
    assert one("visits", "visited_on", cell) == (None, code)


def test_a_serial_number_is_a_date_and_told():
    assert one("visits", "visited_on", 45721) == (date(2025, 3, 5), "date_from_serial")


def test_a_serial_number_may_be_text():
    assert one("visits", "visited_on", "45721") == (date(2025, 3, 5), "date_from_serial")
    assert one("visits", "visited_on", "45721.5") == (date(2025, 3, 5), "date_from_serial")
    assert one("visits", "visited_on", "99999") == (None, "date_invalid")


def test_2024_1_of_a_text_file_may_have_been_2024_10():
    assert parsed("visits", "visited_on", "2024.1", "2024.2", is_text=True)[1] == ["date_ambiguous", None]
    assert parsed("visits", "visited_on", "2024.1", "2024.10", is_text=True)[1] == [None, None]
    assert parsed("visits", "visited_on", "2024.1", "2024.03", is_text=True)[1] == [None, None]
    assert one("visits", "visited_on", "2024.1") == (date(2024, 1, 1), None)


DAYS = st.dates(date(1950, 1, 1), TODAY)
DAY_SPELLINGS = st.sampled_from(
    [
        *("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{1}-{2}-{3}", "{1}/{2}/{3}", "{1}.{2}.{3}", "{1}－{2}－{3}"),
        *("{1}年{2}月{3}日", "{1}年{2}月{3}号", " {1} 年 {2} 月 {3} 日 "),
        *("{0:%Y-%m-%d} 10:30:00", "{0:%Y-%m-%d}T10:30", "{1}/{2}/{3} 9:05", "{1}/{2}/{3} 下午 3:05"),
    ]
)


@given(DAYS, DAY_SPELLINGS, st.booleans())
def test_a_day_in_any_spelling_is_read_back_equal(day, spelling, is_wide):
    text = spelling.format(day, day.year, day.month, day.day)
    assert one("visits", "visited_on", text.translate(WIDE) if is_wide else text) == (day, None)


@given(DAYS, st.sampled_from(["{0:%Y%m}", "{1}-{2}", "{1}/{2}", "{1}年{2}月", "{1}年{2}月份", "{0:%Y.%m}"]))
def test_a_month_in_any_spelling_is_its_first_day(day, spelling):
    text = spelling.format(day, day.year, day.month)
    result = column_parsing.parse(forms.get("visits").field("visited_on"), [text], values.Context(today=TODAY))
    assert result.arrays["visited_on"].to_pylist() == [day.replace(day=1)]
    assert result.arrays["visited_on_precision"].to_pylist() == ["month"]


def test_words_for_no_deadline_are_blank():
    assert one("rectification", "due_on", "长期坚持") == (None, None)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        *(("households", "identified_on"), ("households", "eliminated_on"), ("monitored", "eliminated_on")),
        *(("rectification", "found_on"), ("rectification", "completed_on"), ("rectification", "place_village")),
    ],
)
def test_none_where_there_need_be_none_is_blank(kind, column):
    assert one(kind, column, "无") == (None, None)


def test_a_dash_for_a_person_is_nobody():
    for kind, column in (("visits", "visitor"), ("monitored", "helper_name"), ("rectification", "responsible_person")):
        assert parsed(kind, column, "—", "/", "李四") == ([None, None, "李四"], [None] * 3)
    assert one("visits", "findings", "—") == ("—", None)


@pytest.mark.parametrize("cell", [HEAD_ID, f" {HEAD_ID} ", f"'{HEAD_ID}", f'="{HEAD_ID}"'])
def test_identity_numbers_lose_their_dress(cell):
    assert one("households", "head_id_number", cell) == (HEAD_ID, None)


def test_a_small_x_inner_blanks_and_full_width_digits_are_put_right_and_told():
    number = next(id_number(order=f"{n:03}") for n in range(1, 200) if id_number(order=f"{n:03}").endswith("X"))
    assert one("households", "head_id_number", number.lower()) == (number, "id_tidied")
    wide = HEAD_ID.translate({ord(str(n)): "０１２３４５６７８９"[n] for n in range(10)})
    assert one("households", "head_id_number", wide) == (HEAD_ID, "id_tidied")
    assert one("households", "head_id_number", f"{HEAD_ID[:6]} {HEAD_ID[6:]}") == (HEAD_ID, "id_tidied")


def test_old_and_disability_numbers_are_normalised_and_told():
    number, code = one("households", "head_id_number", HEAD_ID[:6] + HEAD_ID[8:17])
    assert (number, code) == (HEAD_ID, "id_15_digits")
    assert one("households", "head_id_number", HEAD_ID + "42") == (HEAD_ID, "id_disability_card")


@pytest.mark.parametrize("cell", [6.2982119800101e17, 629821198001010017, "6.29821E+17", "'6.29821E+17"])
def test_damaged_identity_numbers_are_refused(cell):
    assert one("households", "head_id_number", cell) == (None, "digits_lost")


def test_a_number_that_ends_as_a_damaged_one_does_is_told():
    number = id_number("19800715", "100")
    assert number.endswith("000")
    assert parsed("households", "head_id_number", number, HEAD_ID) == ([number, HEAD_ID], ["id_ends_in_zeros", None])
    assert one("households", "head_id_number", int(number)) == (None, "digits_lost")


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999), st.sampled_from(["{}", "'{}", "（{}）", "{} ", '="{}"']))
def test_an_identity_number_in_any_dress_is_read_back_equal(birth, order, dress):
    number = id_number(f"{birth:%Y%m%d}", f"{order:03}")
    for text in (number, number.lower(), f"{number[:6]}-{number[6:14]} {number[14:]}", number.translate(WIDE)):
        value, code = one("households", "head_id_number", dress.format(text))
        assert value == number
        assert code in (None, "id_tidied") or number.endswith("000")


@given(st.integers(0, 10**17 - 1), st.integers(0, 16))
def test_a_changed_digit_is_noticed(digits, place):
    first_17 = f"{digits:017}"
    number = first_17 + id_numbers.check_digit(first_17)
    changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    assert not id_numbers.is_valid(changed, TODAY)


def test_whole_numbers_of_at_most_15_digits_are_codes():
    assert one("households", "household_id", 621021001.0) == ("621021001", None)
    assert one("households", "phone", 19900000001.0) == ("19900000001", None)
    assert one("households", "household_id", 1234567890123456.0) == (None, "digits_lost")
    assert one("households", "household_id", "007") == ("007", None)


@pytest.mark.parametrize(
    ("cell", "context", "share"),
    [
        ("85%", {}, 0.85),
        ("85％", {}, 0.85),
        (0.85, {}, 0.85),
        ("0.85", {}, 0.85),
        (85, {"is_percent": True}, 0.85),
        ("85", {"is_percent": True}, 0.85),
        ("85%", {"is_percent": True}, 0.85),
        (100, {"is_percent": True}, 1.0),
        ("0%", {}, 0.0),
        (1, {}, 1.0),
    ],
)
def test_shares(cell, context, share):
    assert one("checklist", "completion_share", cell, **context)[0] == pytest.approx(share)


@pytest.mark.parametrize("cell", ["-0%", "-0", -0.0])
def test_nothing_is_less_than_nothing_in_name_only(cell):
    assert str(one("checklist", "completion_share", cell)[0]) == str(one("checklist", "self_score", 0)[0]) == "0.0"


def test_one_beside_percents_is_neither_the_hundredth_part_nor_the_whole():
    found, codes = parsed("checklist", "completion_share", 85, 1, "1%", 0.85, 0, is_percent=True)
    assert (found, codes) == ([0.85, None, 0.01, 0.85, 0], [None, "share_ambiguous", None, "share_as_fraction", None])
    assert parsed("checklist", "completion_share", 1, 0.5, is_percent=True) == ([1, 0.5], ["share_as_fraction"] * 2)
    assert parsed("checklist", "completion_share", 1, 0.5) == ([1, 0.5], [None, None])
    assert parsed("checklist", "completion_share", 1, 85)[1] == ["share_ambiguous", "share_out_of_range"]


def test_beside_fractions_one_is_the_whole_though_a_slip_stands_there_too():
    found, codes = parsed("checklist", "completion_share", 0.5, 1, 85)
    assert (found, codes) == ([0.5, 1, None], [None, None, "share_out_of_range"])


@given(st.integers(0, 100), st.sampled_from(["{}%", "{} %", "{}％", "百分之{}", "{}.0%"]))
def test_a_share_in_any_spelling_is_read_back_equal(percent, spelling):
    assert one("checklist", "completion_share", spelling.format(percent)) == (pytest.approx(percent / 100), None)


@pytest.mark.parametrize("cell", ["百分之八十五", "过半", "85%%", "约85%", "85-90%", "百分之85%", "%", True])
def test_what_is_no_share_does_not_become_one(cell):
    assert one("checklist", "completion_share", cell) == (None, "share_invalid")


@pytest.mark.parametrize(("cell", "context"), [(85, {}), ("101%", {}), (-0.1, {}), (101, {"is_percent": True})])
def test_shares_outside_the_range_are_refused(cell, context):
    assert one("checklist", "completion_share", cell, **context) == (None, "share_out_of_range")


def test_progress_is_a_share_or_words():
    field = forms.get("rectification").field("progress")
    result = column_parsing.parse(field, ["80%", "正在招标", ""], values.Context(today=TODAY))
    assert result.arrays["progress_share"].to_pylist() == [0.8, None, None]
    assert result.arrays["progress_note"].to_pylist() == [None, "正在招标", None]


def test_choices_know_their_synonyms():
    assert parsed("households", "household_type", "脱贫户", "普通农户", "贫困户")[1] == [None, None, "choice_unknown"]
    assert one("households", "household_type", " 一 般农户") == ("一般农户", None)
    assert one("households", "monitor_category", "边缘户") == ("边缘易致贫户", None)
    assert one("households", "monitor_category", "无") == (None, None)


def test_a_word_is_yes_or_no_only_where_it_can_be():
    assert one("households", "is_housing_safe", "安全") == (True, None)
    assert one("visits", "is_risk_found", "安全") == (None, "choice_unknown")
    assert one("visits", "is_risk_found", "有") == (True, None)
    assert one("visits", "is_risk_found", "未发现") == (False, None)
    assert one("monitored", "is_risk_eliminated", "无") == (None, "choice_unknown")
    assert one("monitored", "is_risk_eliminated", "未消除") == (False, None)
    assert one("rectification", "is_closed", "是（已完成）") == (None, "choice_unknown")


def test_truth_values_and_numbers_are_told_apart():
    assert parsed("households", "is_housing_safe", True, 1, False, "否", "√", "")[0] == [
        True,
        True,
        False,
        False,
        True,
        None,
    ]
    assert parsed("households", "household_size", 1, True)[1] == [None, "count_invalid"]


def test_phones_are_kept_as_written():
    for cell in ("199 0000 0001", "199-0000-0001", "19900000001、0931-1234567", "+8619900000001"):
        assert one("households", "phone", cell) == (cell, None)
    assert one("households", "phone", "1990000000") == ("1990000000", "phone_unusual")


def test_risks_are_joined_by_one_sign():
    assert one("households", "risks", "因病，因残/因病；缺劳动力") == ("因病、因残、缺劳动力", None)
    for cell in ("因病+因残", "因病\\因残", "因病·因残", "因病和因残", "因病—残疾", "因病。因残。", "因病 因残"):
        assert one("households", "risks", cell) == ("因病、因残", None)


@pytest.mark.parametrize(
    "cell", ["1.因病2.因残", "1、因病；2、因残", "（1）因病（2）因残", "①因病②因残", "1. 因病\n2. 因残"]
)
def test_numbers_before_risks_are_no_risks(cell):
    assert one("households", "risks", cell) == ("因病、因残", None)


@pytest.mark.parametrize("cell", ["因务工和就业", "因自然灾害（2020年）", "COVID-19", "2"])
def test_a_risk_that_only_looks_like_several_is_kept(cell):
    assert one("households", "risks", cell) == (cell, None)


@pytest.mark.parametrize("cell", [0, 31, 2.5, "三", -1])
def test_household_size_is_a_whole_number_up_to_30(cell):
    assert one("households", "household_size", cell) == (None, "count_invalid")


@pytest.mark.parametrize("cell", [1, 30, "3人", "２", 2.0])
def test_household_sizes(cell):
    assert one("households", "household_size", cell)[1] is None


def test_texts_are_kept_character_for_character():
    for cell in (
        "=1+1",
        "<script>alert(1)</script>",
        "𠮷野家",
        "买买提·艾力",
        "a,b\nc",
        "\ue000\U000f0000",
        "نۇر\u200cگۈل",
    ):
        assert one("visits", "findings", cell) == (cell, None)
    assert one("visits", "findings", " \ufeff好 \u200b") == ("好", None)


def test_a_text_that_became_a_date_is_told():
    assert one("households", "hamlet_name", datetime(2025, 1, 2)) == ("2025-01-02", "text_from_date")


def test_units_follow_numbers_of_their_field_only():
    assert one("members", "months_worked", "2.5个月") == (2.5, None)
    assert one("checklist", "full_score", "10分") == (10, None)
    assert one("checklist", "full_score", "5月") == (None, "number_invalid")
    assert one("incomes", "income_year", "2024年度") == (2024, None)
    assert one("incomes", "income_year", "二〇二四年") == (2024, None)
    assert one("households", "household_size", "3人（含1名新生儿）") == (None, "count_invalid")


def test_a_column_of_usual_cells_reads_like_its_single_cells():
    for column, cells in (
        ("visited_on", ["2025-03-05", "", "2024-02-29"]),
        ("visited_on", ["2025-02-30", "2025-03-05"]),
    ):
        found, codes = parsed("visits", column, *cells)
        assert list(zip(found, codes, strict=True)) == [one("visits", column, cell) for cell in cells]
    assert parsed("visits", "visited_on", "2025-03-05", "2099-01-01")[1] == [None, "date_in_future"]
    assert parsed("households", "phone", "19900000001", "", "12")[1] == [None, None, "phone_unusual"]
    assert parsed("visits", "findings", " 好 ", "", "#N/A") == (["好", None, None], [None, None, "formula_error"])


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("households", "phone"),
        ("households", "household_size"),
        ("households", "head_id_number"),
        ("incomes", "income_year"),
        ("checklist", "full_score"),
        ("checklist", "completion_share"),
        ("rectification", "progress"),
    ],
)
def test_a_formula_error_is_told_as_one_in_every_column(kind, column):
    field = forms.get(kind).field(column)
    result = column_parsing.parse(field, ["#DIV/0!"], values.Context(today=TODAY))
    assert [problem.code for problem in result.problems] == ["formula_error"]
    assert all(array.null_count == 1 for array in result.arrays.values())


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        *(("单位：元", "元"), ("单位：户、人、万元", "万元"), ("单位：人 万元", "万元")),
        *(
            ("收入表（单位：千元）", "千元"),
            ("填报单位：东河镇", None),
            ("单位：人", None),
            ("单位：万元、元", None),
            ("万元户台账", None),
        ),
    ],
)
def test_the_unit_a_line_declares(line, unit):
    assert units.of_line(line) == unit


@pytest.mark.parametrize("note", ["%", "％", "单位：%", "百分数"])
def test_notes_that_say_per_cent(note):
    assert units.is_percent([note]) and not units.is_percent(["分", "元"])
