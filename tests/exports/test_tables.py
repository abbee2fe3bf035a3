"""Exported bytes are the contract: what a spreadsheet shows is what the page showed."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dashboard.exports import tables

GOLDEN = Path(__file__).parent / "golden"

HARD = pd.DataFrame(
    {
        "证件号码": ["990101199003070018", "99010119900307002X", None],
        "行政村代码": ["990101001001", "000101001002", None],
        "说明": ["=1+1", "甲,乙\n丙", '带"引号"'],
        "备注": ["@SUM(A1)", "-5", None],
        "金额（元）": [Decimal("1234567.80"), Decimal("-0.05"), None],
        "占比（%）": [12.5, -3.25, None],
        "户数": pd.array([3, 0, None], dtype="Int64"),
        "日期": [date(2025, 12, 31), date(2024, 2, 29), None],
        "全角ＡＢ": ["ａ1", "\t=cmd|' /C calc'!A0", "　=2"],
    }
)


def test_csv_bytes_are_golden():
    assert tables.csv_bytes(HARD) == (GOLDEN / "hard.csv").read_bytes()


def test_csv_starts_with_a_byte_order_mark_so_that_excel_reads_chinese():
    assert tables.csv_bytes(HARD).startswith(b"\xef\xbb\xbf")


def test_csv_keeps_negative_numbers_as_numbers():
    back = pd.read_csv(io.BytesIO(tables.csv_bytes(HARD)))
    assert back["金额（元）"].tolist()[:2] == [1234567.80, -0.05]
    assert back["占比（%）"].tolist()[:2] == [12.5, -3.25]


HOSTILE = ["=1+1", "+1+1", "-1+1", "@A1", "|calc", "%x", " =1", "\t=1", "\r=1", "　=2", "\ufeff=1", "＝1+1"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_csv_leads_text_that_would_run_with_an_apostrophe(hostile):
    back = pd.read_csv(io.BytesIO(tables.csv_bytes(pd.DataFrame({"文本": [hostile]}))), keep_default_na=False)
    assert back["文本"][0].startswith("'")


def test_xlsx_reads_back_as_it_was():
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(HARD, "难写的表")))["数据"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(HARD.columns)
    assert rows[1][:4] == ("990101199003070018", "990101001001", "=1+1", "@SUM(A1)")
    assert rows[2][1] == "000101001002"
    assert rows[2][2] == "甲,乙\n丙"
    assert rows[1][4:7] == (1234567.8, 12.5, 3)
    assert rows[2][4:7] == (-0.05, -3.25, 0)
    assert rows[1][7].date() == date(2025, 12, 31)
    assert rows[3][0] is None and rows[3][4] is None and rows[3][7] is None


def test_xlsx_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(HARD, "难写的表")))
    assert {cell.data_type for row in book["数据"].iter_rows() for cell in row} <= {"s", "n", "d"}


def test_xlsx_says_where_its_numbers_come_from():
    notes = [("数据来源", "村集体经济收入台账"), ("截至日期", "2025-12-31")]
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(HARD, "难写的表", notes)))
    assert list(book["说明"].values) == [("表名", "难写的表"), *notes]


def test_xlsx_refuses_more_rows_than_a_spreadsheet_is_for():
    with pytest.raises(ValueError, match="请改用 CSV"):
        tables.xlsx_bytes(pd.DataFrame({"行": range(tables.MAX_XLSX_ROWS + 1)}), "太长")


def test_an_empty_table_exports_its_titles():
    empty = HARD.iloc[:0]
    assert tables.csv_bytes(empty).decode("utf-8-sig").strip() == ",".join(HARD.columns)
    assert list(openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(empty, "空表")))["数据"].values) == [
        tuple(HARD.columns)
    ]


def test_parquet_keeps_text_and_decimals():
    back = pd.read_parquet(io.BytesIO(tables.parquet_bytes(HARD)))
    assert back["行政村代码"].tolist()[:2] == ["990101001001", "000101001002"]
    assert back["金额（元）"].tolist()[:2] == [Decimal("1234567.80"), Decimal("-0.05")]
