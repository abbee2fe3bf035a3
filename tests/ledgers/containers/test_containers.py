"""The same ledger gives the same rows through every container, encoding and suffix; positions and natures are kept."""

import io
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from books import zip_bytes, zipped
from container_writers import (
    CELLS,
    MARKED,
    MERGES,
    WORKBOOKS,
    WRITERS,
    as_html,
    as_spreadsheetml,
    as_text,
    as_xls,
    as_xlsx,
    edited,
    prefixed,
    xlsb,
)

from dashboard.ledgers import containers, limits
from dashboard.ledgers.checking import read_file
from dashboard.ledgers.containers import sheet_scan
from dashboard.ledgers.layout.instructions import Instructions


def read(path: Path) -> list[dict]:
    """The checked rows of a file that holds one ledger and nothing to complain about."""
    [found] = read_file.read(path, Instructions(), date.today(), 1)
    assert found.rows is not None, [issue.message for issue in found.report.issues]
    assert not found.report.refused, [issue.message for issue in found.report.issues]
    return found.rows.table.to_pylist()


@pytest.mark.parametrize("container", WRITERS)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ""])
def test_the_same_ledger_gives_the_same_rows(container, suffix, tmp_path):
    cells = CELLS if container in WORKBOOKS else [[""] * 8, *CELLS[1:]]
    if container == "biff5":
        cells = in_gbk(cells)
    (tmp_path / "原.xlsx").write_bytes(as_xlsx(cells))
    file = tmp_path / f"台账{suffix}"
    file.write_bytes(WRITERS[container](cells, MERGES if container in WORKBOOKS else ()))
    assert read(file) == read(tmp_path / "原.xlsx")
    assert [row["head_name"] for row in read(file)] == ["张三丰", "李一明" if container == "biff5" else "李𠀀明"]


def in_gbk(cells):
    return [[value.replace("𠀀", "一") if isinstance(value, str) else value for value in line] for line in cells]


@pytest.mark.parametrize("container", WORKBOOKS)
def test_cells_keep_place_nature_and_merges(container):
    cells = [
        [""] * 6,
        ["", "", "户编号", "数", "", "注"],
        ["", "", "007", 7.5, "", "甲\n乙"],
        ["", "", "", 629821198001010000, "", "x"],
    ]
    [sheet] = containers.sheets(WRITERS[container](cells, ((2, 2, 3, 2),)))
    assert [line[2:4] for line in sheet.rows[1:]] == [["户编号", "数"], ["007", 7.5], ["", 629821198001010000.0]]
    assert sheet.rows[2][5] == "甲\n乙"
    assert sheet.merges == ([] if container == "biff5" else [(2, 2, 3, 2)])
    assert type(sheet.rows[2][3]) is float
    assert sheet.name == (None if "html" in container else "户")


# Archives and folders ------------------------------------------------------------------------------------------------


def entries(path: Path) -> list[tuple[str, str, int]]:
    """(path below the archive, status, rows) of everything read from a file."""
    found = read_file.read(path, Instructions(), date.today(), 1)
    assert [one.report.file_no for one in found] == list(range(1, len(found) + 1))
    return [(one.report.path[len(str(path)) + 1 :], one.report.status, one.report.rows_read) for one in found]


def test_every_file_of_an_archive_is_an_entry_of_its_own(tmp_path):
    file = zipped(
        tmp_path / "外.zip",
        {
            "城关镇/户.csv": as_text(CELLS[1:]),
            "__MACOSX/城关镇/._户.csv": b"\x00\x05\x16\x07",
            "~$户.xlsx": b"x",
            ".隐藏.csv": b"x",
            "说明.docx": zip_bytes({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
            "旧/户.dat": as_xls(CELLS),
            "坏.xlsx": as_xlsx(CELLS)[:-200],
        },
    )
    assert entries(file) == [
        ("城关镇/户.csv", "loaded", 2),
        ("__MACOSX/城关镇/._户.csv", "skipped", 0),
        ("~$户.xlsx", "skipped", 0),
        (".隐藏.csv", "skipped", 0),
        ("说明.docx", "skipped", 0),
        ("旧/户.dat", "loaded", 2),
        ("坏.xlsx", "refused", 0),
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_in_an_archive_are_read_as_they_were_written(encoding, tmp_path):
    data = zip_bytes({"A" * len("城关镇.csv".encode(encoding)): as_text(CELLS[1:])})
    file = tmp_path / "外.zip"
    file.write_bytes(data.replace(b"A" * len("城关镇.csv".encode(encoding)), "城关镇.csv".encode(encoding)))
    assert entries(file) == [("城关镇.csv", "loaded", 2)]


def test_a_folder_is_searched_by_content(tmp_path, desk):
    folder = desk.folder / "来件"
    (folder / ".缓存").mkdir(parents=True)
    (folder / "户").write_bytes(as_xls(CELLS))
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (folder / "说明.docx").write_bytes(zip_bytes({"word/document.xml": b"<w/>"}))
    (folder / ".缓存" / "户.csv").write_bytes(as_text(CELLS[1:]))
    (folder / "环").symlink_to(folder / "环")
    assert [Path(entry.path).name for entry in desk.check(folder).files if entry.status != "skipped"] == ["户"]


# Markings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("container", MARKED)
def test_errors_dates_truth_values_and_hidden_parts_are_told(container):
    sheet, hidden = containers.sheets(MARKED[container]())
    assert sheet.rows[1][1:] == ["甲", "乙", "丙", "丁"]
    assert sheet.rows[2][1:] == [date(2024, 5, 1), True, "", 2]
    assert sheet.errors == {(2, 3): "#DIV/0!"}
    assert sheet.formulas == {}
    assert (sheet.hidden_rows, sheet.hidden_columns) == ([2], [4])
    assert (hidden.name, hidden.hidden, hidden.rows) == ("藏", True, [])


def unsaved_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([1, 2, "=A1+B1"])
    sheet.append([3, 4, "=SUM(A2:B2)"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zero_in_a_book_to_be_computed() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, formula in enumerate(("=A1+B1", "=SUM(A2:B2)")):
            sheet.write_row(row, 0, [1 + 2 * row, 2 + 2 * row])
            sheet.write_formula(row, 2, formula)
    return out.getvalue()


def shared_formulas() -> bytes:
    def change(xml: bytes) -> bytes:
        return (
            xml.replace(b"<f>A1+B1</f>", b'<f t="shared" ref="C1:C2" si="0">A1+B1</f>')
            .replace(b"<f>SUM(A2:B2)</f>", b'<f t="shared" si="0"/>')
            .replace(b"<v></v>", b"")
        )

    return edited(unsaved_xlsx(), {"xl/worksheets/sheet1.xml": change})


UNSAVED = {
    "xlsx": (unsaved_xlsx, "=SUM(A2:B2)"),
    "xlsx with prefixes": (
        lambda: edited(unsaved_xlsx(), {"xl/worksheets/sheet1.xml": prefixed}),
        "=SUM(A2:B2)",
    ),
    "xlsx without places": (
        lambda: edited(
            unsaved_xlsx(), {"xl/worksheets/sheet1.xml": lambda xml: re.sub(rb'(<c|<row) r="\w+"', rb"\1", xml)}
        ),
        "=SUM(A2:B2)",
    ),
    "xlsx with shared formulas": (shared_formulas, "=A2+B2"),
    "xlsx to be computed at opening": (zero_in_a_book_to_be_computed, "=SUM(A2:B2)"),
    "SpreadsheetML": (
        lambda: (
            as_spreadsheetml([[1, 2], [3, 4]])
            .replace(b"2</Data></Cell>", b'2</Data></Cell><Cell ss:Formula="=RC[-2]+RC[-1]"/>')
            .replace(b"4</Data></Cell>", b'4</Data></Cell><Cell ss:Formula="=SUM(RC[-2]:RC[-1])"/>')
        ),
        "=SUM(A2:B2)",
    ),
    "html": (
        lambda: (
            as_html([[1, 2], [3, 4]])
            .replace(b">2</td>", b'>2</td><td x:fmla="=A1+B1"></td>')
            .replace(b">4</td>", b'>4</td><td x:fmla="=SUM(A2:B2)"></td>')
        ),
        "=SUM(A2:B2)",
    ),
}


@pytest.mark.parametrize("container", UNSAVED)
def test_formulas_without_a_result_are_blank_and_told_with_their_text(container):
    made, second = UNSAVED[container]
    [sheet] = containers.sheets(made())
    assert [line[:2] for line in sheet.rows] == [[1, 2], [3, 4]]
    assert not any("".join(line[2:]) for line in sheet.rows)
    assert sheet.formulas == {(0, 2): "=A1+B1", (1, 2): second}


# A binary workbook, which no library writes -------------------------------------------------------------------------


def test_a_binary_workbook_gives_the_same_rows_and_its_markings(tmp_path):
    (tmp_path / "原.xlsx").write_bytes(as_xlsx(CELLS[1:]))
    (tmp_path / "台账.xlsx").write_bytes(xlsb(CELLS[1:]))
    assert read(tmp_path / "台账.xlsx") == read(tmp_path / "原.xlsx")
    [sheet] = containers.sheets(xlsb([["甲", "乙"], ["#N/A", 2]], ((0, 0, 1, 0),)))
    assert (sheet.name, sheet.rows[1][1], sheet.errors) == ("户", 2, {(1, 0): "#N/A"})
    assert (sheet.merges, sheet.hidden_rows, sheet.hidden_columns) == ([(0, 0, 1, 0)], [1], [1])


def test_few_texts_may_stand_in_many_cells():
    rows = [["甲", "乙", "丙"]] * 3_000
    [sheet] = containers.sheets(as_xlsx(rows))
    assert sheet.rows == rows


def test_a_far_cell_of_a_binary_workbook_is_refused():
    with pytest.raises(containers.FileRefused) as refusal:
        list(containers.sheets(xlsb([["甲"]], far=1_048_575)))
    assert refusal.value.code == "cells_far_apart"


def test_formulas_that_share_too_long_a_text_are_left_without_one(monkeypatch):
    def shared(_: bytes) -> bytes:
        rows = (
            b'<row r="1"><c r="C1"><f t="shared" si="0" ref="C1:C3">A1+B1</f></c></row>'
            b'<row r="2"><c r="C2"><f t="shared" si="0"/></c></row>'
            b'<row r="3"><c r="C3"><f t="shared" si="0"/></c></row>'
        )
        start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        return start + rows + b"</sheetData></worksheet>"

    data = edited(as_xlsx(CELLS), {"xl/worksheets/sheet1.xml": shared})
    [sheet] = containers.sheets(data)
    assert sheet.formulas == {(0, 2): "=A1+B1", (1, 2): "=A2+B2", (2, 2): "=A3+B3"}
    monkeypatch.setattr(sheet_scan, "_MOST_SHIFTED_CHARACTERS", len("A1+B1"))
    [sheet] = containers.sheets(data)
    assert sheet.formulas == {(0, 2): "=A1+B1", (1, 2): "=A2+B2", (2, 2): "="}


def test_merges_far_below_the_rows_are_read():
    merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in (2, *range(1000, 900_000)))
    made = b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
    data = edited(as_xlsx(CELLS), {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"</sheetData>", made)})
    [sheet] = containers.sheets(data)
    assert sheet.merges == [(1, 0, 1, 1)]


def test_tags_that_mean_nothing_for_a_table_change_no_cell():
    page = "<table><tr><td><a title=\"x>y\">甲<b>乙</a></b></td><td><span x='</td>'>1&amp;2</span></td></tr></table>"
    [sheet] = containers.sheets(page.encode())
    assert sheet.rows == [["甲乙", "1&2"]]


def test_the_files_of_a_long_archive_are_given_time_for_each(tmp_path):
    told = []
    path = zipped(tmp_path / "多.zip", {f"{number}.csv": as_text(CELLS) for number in range(3)})
    read_file.read(path, Instructions(), date(2026, 1, 31), 1, grown=lambda *counted: told.append(counted))
    size_bytes = len(as_text(CELLS))
    assert told == [(size_bytes, 1), (2 * size_bytes, 2), (3 * size_bytes, 3)]
    assert limits.of(1, parts=100).processor_s > limits.of(1).processor_s


def test_the_sheets_of_a_workbook_are_given_time_for_each(tmp_path):
    told = []
    path = tmp_path / "多.html"
    path.write_bytes(b"<table><tr><td>1<tr><td>2<tr><td>3<tr><td>4</table>" * 3)
    read_file.read(path, Instructions(), date(2026, 1, 31), 1, grown=lambda *counted: told.append(counted))
    size_bytes = path.stat().st_size
    assert told == [(size_bytes, 1), (size_bytes, 2)]
