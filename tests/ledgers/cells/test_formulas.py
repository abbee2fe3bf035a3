"""Formulas saved without a result: computed where their parts are numbers of the row, left alone everywhere else."""

import pytest

from dashboard.ledgers.cells import formulas
from dashboard.ledgers.containers.sheet import Sheet

ROW = [1, 2.5, "", "x", True, 4]
G = (0, 6)


def computed(**texts: str) -> dict[str, float]:
    """Values by column letter of the formulas of one row, of which A to F are ROW."""
    places = {(0, ord(letter) - ord("A")): text for letter, text in texts.items()}
    sheet = Sheet("表", [[*ROW, "", "", ""]], formulas=places)
    found = {chr(column + ord("A")): value for (_, column), (_, value) in formulas.compute(sheet, [0]).items()}
    assert all(sheet.rows[0][ord(letter) - ord("A")] == value for letter, value in found.items())
    assert len(sheet.formulas) == len(texts) - len(found)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=A1+B1", 3.5),
        ("= $A$1 - F1 ", -3),
        ("=SUM(A1:C1)", 3.5),
        ("=SUM(A1,B1:C1,5)*2", 17),
        ("=SUM(A1:C1)-F1", -0.5),
        ("=(A1+B1)*2-F1/4", 6),
        ("=ROUND(F1/3,2)", 1.33),
        ("=-A1", -1),
        ("=C1", 0),
    ],
)
def test_sums_differences_products_and_quotients_of_the_row(text, value):
    assert computed(G=text) == {"G": value}


@pytest.mark.parametrize(
    "text",
    [
        "=SUM(A1:D1)",
        "=D1+1",
        "=E1+1",
        "=A2+1",
        "=A1/C1",
        "=VLOOKUP(A1,B1,2)",
        "=IF(A1>1,2,3)",
        "=[1]表!A1",
        "=A1&B1",
        "=1+",
        "=(A1",
        "=ROUND(A1)",
        "=ROUND(A1,99)",
        "=" + "(" * 480 + "A1",
        "=" + "A1+" * 500 + "A1",
        "=G1+1",
        "=",
    ],
)
def test_anything_else_has_no_value(text):
    assert computed(G=text) == {}


def test_a_formula_may_stand_on_others_of_its_row_but_not_on_itself():
    assert computed(G="=H1+H1", H="=I1*2", I="=A1+B1") == {"G": 14, "H": 7, "I": 3.5}
    assert computed(G="=H1+H1", H="=G1+G1") == {}
    assert computed(G="=A1+H1", H="=D1") == {}


def test_other_rows_are_left_alone():
    sheet = Sheet("表", [[1, ""], [2, ""]], formulas={(0, 1): "=A1", (1, 1): "=A2"})
    assert formulas.compute(sheet, [1]) == {(1, 1): ("=A2", 2.0)}
    assert sheet.formulas == {(0, 1): "=A1"}
