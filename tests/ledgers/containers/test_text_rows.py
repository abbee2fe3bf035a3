"""Text files read by Arrow hold the same cells as those that Python's own reader reads."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.ledgers.containers import delimited, text_rows

DELIMITERS = (",", "\t", ";", "|")
CELLS = st.text(alphabet=st.sampled_from("a1 汉𠀀\u3000\ufeff\x0b\x1c\u2028=.-'#\\"), max_size=4)
ANYTHING = st.text(alphabet=st.sampled_from(',\t;|\r\n"a1 汉𠀀\ufeff\x0b\x1c\u2028'), max_size=40)


def by_python(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@st.composite
def tables(draw) -> tuple[str, str]:
    """A text of records of one width, and its delimiter."""
    width, delimiter = draw(st.integers(2, 4)), draw(st.sampled_from(DELIMITERS))
    records = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))
    end = draw(st.sampled_from(("\n", "\r\n")))
    return end.join(map(delimiter.join, records)) + draw(st.sampled_from(("", end))), delimiter


@given(tables())
@example(("a,b\n,\n", ","))
@example(("NA,null\n1,NaN\n", ","))
def test_records_of_one_width_are_read_alike(made):
    text, delimiter = made
    rows = text_rows.read(text, delimiter)
    if rows is not None:
        assert list(rows) == by_python(text, delimiter)


@given(ANYTHING, st.sampled_from(DELIMITERS))
@example("a,b\n\n1,2\n", ",")
@example("a,b\r1,2\r", ",")
@example("a,b\r\r\n1,2\n", ",")
@example("\n\n", ",")
@example("\ufeffa,b", ",")
def test_whatever_a_text_holds_it_is_read_alike_or_not_at_all(text, delimiter):
    rows = text_rows.read(text, delimiter)
    if rows is not None:
        assert list(rows) == by_python(text, delimiter)


def test_clean_files_are_read_by_column():
    assert text_rows.read("户编号,姓名\nH1,张三\n", ",") is not None
    assert isinstance(delimited.sheet("户编号,姓名\r\nH1,张三\r\n").rows, text_rows.TextRows)


@pytest.mark.parametrize("text", ['a,"b"\n', "a,b\n1\n", "a，b\n", "ab\n", "a,b\n1," + "x" * 140_000 + "\n"])
def test_whatever_needs_a_closer_look_is_left_to_it(text):
    assert text_rows.read(text, "，" if "，" in text else ",") is None


def test_rows_are_as_lists_are():
    listed = [[f"{row}", f"x{row}"] for row in range(250)]
    text = "".join(f"{','.join(row)}\n" for row in listed)
    places = [0, 5, 99, 100, 249, -1, slice(0, 3), slice(98, 120), slice(240, None), slice(None, 5), slice(-3, None)]
    for place in places:
        assert text_rows.read(text, ",")[place] == listed[place]
    assert len(text_rows.read(text, ",")) == 250
    assert text_rows.read(text, ",").filled(3) == list(range(3, 250))


def test_rows_that_are_changed_have_no_columns_any_more():
    text = "".join(f"{row},x\n" for row in range(250))
    rows = text_rows.read(text, ",")
    assert [list(column)[:2] for column in rows.columns()] == [["0", "1"], ["x", "x"]]
    rows[1][0] = "另"
    assert rows.columns() is None and rows.filled(0) is None
    rows = text_rows.read(text, ",")
    rows[200][1] = "另"
    assert rows.columns() is None
    assert list(rows)[200] == ["200", "另"]


def test_columns_count_and_tell_apart_as_lists_do():
    column = text_rows.read("a,b\na,\nc,\n", ",").columns()
    assert [column[1].count(""), column[1].count(None), column[1].count("x")] == [2, 0, 0]
    assert text_rows.distinct(column[0]) == {"a", "c"} == text_rows.distinct(["a", "c", "a"])
