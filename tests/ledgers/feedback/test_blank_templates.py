"""Blank templates: what is filled in loads without a word, what is left blank is no data."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from books import ROWS, VILLAGES, id_number, only

from dashboard.definitions import forms
from dashboard.ledgers.cells.column_parsing import parse
from dashboard.ledgers.cells.values import Context
from dashboard.ledgers.feedback import blank_templates

TODAY = date(2025, 10, 31)
PLACES = [("城关镇", "新民村"), ("城关镇", "东风村"), ("河东乡", "柳林村")]
WIFE = {"姓名": "李梅", "证件号码": id_number("19820202", "002"), "与户主关系": "配偶", "性别": "女", "出生日期": ""}
# What belongs into a template so that nothing is to be said of it: the rows of the tests, whole.
FILLED = {kind: [row] for kind, row in ROWS.items()} | {
    "regions": VILLAGES,
    "members": [ROWS["members"], ROWS["members"] | WIFE],
}


def opened(kind: str, places=()) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(blank_templates.workbook(kind, places)))


def filled(folder: Path, kind: str, rows: list[dict]) -> Path:
    """A template with rows written under its header, as a person would."""
    book = opened(kind, PLACES)
    sheet = book[forms.get(kind).name]
    titles = [cell.value.lstrip("*") for cell in sheet[3]]
    for number, row in enumerate(rows, start=4):
        for title, value in row.items():
            if value != "":
                sheet.cell(number, titles.index(title) + 1).value = value
    path = folder / blank_templates.file_name(kind)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", forms.kinds())
def test_a_filled_template_loads_without_a_word(kind, desk):
    # What stands is loaded first, so that no row is missing and no column kept.
    desk.load(*(filled(desk.folder, other, FILLED[other]) for other in ("households", "members", "monitored")))
    stands = ("rows_missing", "rows_changed", "columns_kept")
    report = desk.check(filled(desk.folder, kind, FILLED[kind]))
    said = [issue.message for entry in report.files for issue in entry.issues if issue.code not in stands]
    assert report.exit_code == 0 and only(report).rows_loaded == len(FILLED[kind])
    assert said == []


@pytest.mark.parametrize("kind", forms.kinds())
def test_a_blank_template_is_no_data(kind, desk):
    path = desk.folder / blank_templates.file_name(kind)
    path.write_bytes(blank_templates.workbook(kind, PLACES))
    report = desk.check(path)
    assert [issue.code for issue in only(report).issues] == ["no_data"] and report.exit_code == 2


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_the_header_has_every_title_in_order_and_marks_what_is_required(form):
    sheet = opened(form.kind)[form.name]
    titles = [f"*{field.title}" if field.required else field.title for field in form.fields]
    assert [cell.value for cell in sheet[3]] == titles
    colours = {cell.fill.fgColor.rgb for cell in sheet[3] if cell.value.startswith("*")}
    assert len(colours) == 1 and colours.isdisjoint(
        cell.fill.fgColor.rgb for cell in sheet[3] if not cell.value.startswith("*")
    )
    assert sheet.max_row == 3 and sheet.freeze_panes == "A4"


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_every_column_has_help_and_a_check_that_fits_its_type(form):
    sheet = opened(form.kind)[form.name]
    checks = {str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation}
    for field, cell in zip(form.fields, sheet[3], strict=True):
        check = checks[f"{cell.column_letter}4"]
        assert check.promptTitle == field.title[:32] and 5 < len(check.prompt) <= 255
        assert ("必填" in check.prompt) == field.required
        if field.values or field.type == "yes_no":
            allowed = field.values or ("是", "否")
            assert check.type == "list" and check.formula1.strip('"').split(",") == list(allowed)
        if field.type == "count":
            assert (check.type, check.formula1, check.formula2) == ("whole", str(field.min), str(field.max))
        if field.type == "money":
            assert check.type == "decimal" and (check.formula1 == "0") != field.negative


def test_codes_are_text_so_that_long_numbers_stay_whole():
    sheet = opened("households")["农户基本信息台账"]
    formats = {cell.value.lstrip("*"): sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[3]}
    assert {formats[title] for title in ("行政村代码", "户编号", "证件号码", "联系电话")} == {"@"}
    assert formats["识别时间"] == "yyyy-mm-dd"


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_the_page_of_help_tells_every_field(form):
    lines = [[cell.value for cell in row] for row in opened(form.kind)[blank_templates.help_sheet()].iter_rows()]
    start = next(number for number, line in enumerate(lines) if line[0] == "列名") + 1
    assert [line[0] for line in lines[start:]] == [field.title for field in form.fields]
    assert [line[1] == "必填" for line in lines[start:]] == [field.required for field in form.fields]
    assert any("金额" in (line[0] or "") for line in lines[:start]) == any(f.type == "money" for f in form.fields)


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_every_example_is_right(form):
    lines = [[cell.value for cell in row] for row in opened(form.kind)[blank_templates.help_sheet()].iter_rows()]
    examples = {line[0]: line[5] for line in lines if line[0] in {field.title for field in form.fields}}
    for field in form.fields:
        if example := examples[field.title]:
            column = parse(field, [example], Context(TODAY))
            assert not column.problems and next(iter(column.arrays.values()))[0].is_valid, field.title


def test_villages_can_be_chosen_by_township():
    book = opened("visits", PLACES)
    sheet = book["走访台账"]
    sources = {check.promptTitle: check.formula1 for check in sheet.data_validations.dataValidation}
    assert sources["乡镇"] == "村名单!$D$2:$D$3"
    assert sources["行政村"].startswith("OFFSET(村名单!$B$1,MATCH($B4,村名单!$A$2:$A$4,0)")
    assert [cell.value for cell in book["村名单"]["B"]][1:] == ["东风村", "新民村", "柳林村"]
    assert "村名单" not in opened("regions", PLACES).sheetnames


def test_a_ledger_written_on_the_page_of_help_is_read_all_the_same(desk):
    book = opened("visits")
    page = book[blank_templates.help_sheet()]
    page.delete_rows(2, page.max_row)
    for line in (list(ROWS["visits"]), list(ROWS["visits"].values())):
        page.append(line)
    book.save(desk.folder / "a.xlsx")
    assert sum(entry.rows_loaded for entry in desk.check(desk.folder / "a.xlsx").files) == 1
