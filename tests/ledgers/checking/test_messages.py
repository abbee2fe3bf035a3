"""Every refusal, warning and notice of the catalogue can be provoked, and says where, what and what to do."""

import contextlib
import csv
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from unittest import mock

import openpyxl
import psutil
import pytest
import xlsxwriter
from books import HEAD_ID, VILLAGES, far_apart, id_number, ledger, table, text, xlsx, zip_bytes, zipped

from dashboard.definitions import messages
from dashboard.ledgers.containers import detect
from dashboard.ledgers.layout.instructions import Instructions, Layout
from dashboard.ledgers.loading import corrections, saved_layouts
from dashboard.ledgers.loading.removal import remove
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.worker import client

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
IN_WAN = dict(zip(table("incomes")[0][3:], (2.35, 0.8, 0.05, 0.15, 0.2, 3.15, 1.575), strict=True))
SQUARE = [[105, 35], [105, 35.1], [105.1, 35.1], [105.1, 35], [105, 35]]
BOW_TIE = [[105, 35], [105.1, 35.1], [105.1, 35], [105, 35.1], [105, 35]]


def row(kind: str, *changes: dict, **options) -> Callable:
    """A workbook of one kind with changed rows."""
    return lambda desk: desk.check_rows(kind, *changes, **options)


def lines(kind: str, change: Callable[[list[list]], list[list]], **options) -> Callable:
    """A workbook of one kind whose lines of cells are changed."""
    return lambda desk: desk.check(xlsx(desk.folder / "台账.xlsx", change(table(kind))), **options)


def raw(name: str, data: bytes) -> Callable:
    """A file of any content."""

    def made(desk):
        (desk.folder / name).write_bytes(data)
        return desk.check(desk.folder / name)

    return made


def _holes(name: str, size_bytes: int) -> Callable:
    """A file of a size that takes no room on the disk."""

    def made(desk):
        with (desk.folder / name).open("wb") as stream:
            stream.truncate(size_bytes)
        return desk.check(desk.folder / name)

    return made


def rezipped(change: Callable[[dict[str, bytes]], None]) -> Callable:
    """A household workbook with changed parts."""

    def made(desk):
        path = ledger(desk.folder, "households")
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            for name, data in parts.items():
                book.writestr(name, data)
        return desk.check(path)

    return made


def outlines(*features: tuple[dict, list]) -> Callable:
    """A GeoJSON file of polygons."""

    def made(desk):
        path = desk.folder / "边界.geojson"
        shapes = [
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for properties, ring in features
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": shapes}), encoding="utf-8")
        return desk.check(path)

    return made


def _hostile(parts):
    sheet = parts["xl/worksheets/sheet1.xml"]
    declaration = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"<worksheet", declaration + b"<worksheet", 1)


def _bomb(parts):
    parts["xl/media/image1.bin"] = bytes(80_000_000)


def _truncated(desk):
    path = ledger(desk.folder, "households")
    path.write_bytes(path.read_bytes()[:-200])
    return desk.check(path)


def _unreadable(desk):
    """A file that is taken away when its turn comes."""
    path = ledger(desk.folder, "households")
    return desk.check(path, progress=lambda share, what: path.unlink(missing_ok=True) if path.name in what else None)


def _folder_with_a_picture(desk):
    folder = desk.folder / "报送"
    folder.mkdir()
    ledger(folder, "households")
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    return desk.check(folder)


def _two_sheets(desk, **sheets):
    return desk.check(xlsx(desk.folder / "台账.xlsx", {"户": table("households"), **sheets}))


def _hidden(desk):
    path = ledger(desk.folder, "households")
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["F"].hidden = True
    book.create_sheet("旧表")["A1"] = "旧"
    book["旧表"].sheet_state = "hidden"
    book.save(path)
    return desk.check(path)


def _formula(desk, text_of_cell):
    path = ledger(desk.folder, "incomes")
    book = openpyxl.load_workbook(path)
    book.active["I2"] = text_of_cell
    book.save(path)
    return desk.check(path)


def _error_cell(desk):
    path = desk.folder / "收入台账.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    header, values = table("incomes")
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, values)
    sheet.write_formula(1, 8, "=1/0", None, "#DIV/0!")
    book.close()
    return desk.check(path)


def _in_two_counties(desk):
    other = {"乡镇": "山前镇", "乡镇代码": "629822100000", "行政村": "山前村", "行政村代码": "629822100201"}
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *VILLAGES, other)))
    return desk.check_rows("rectification", {"涉及乡镇": "", "涉及村": ""})


def _of_another_county(desk):
    named = [village | {"县": "清源县"} for village in VILLAGES]
    desk.load(xlsx(desk.folder / "名录.xlsx", table("regions", *named)))
    return desk.check_rows("households", {"县": "白水县"})


def _as_said(layout: Layout, **words) -> Callable:
    """A workbook of visits, and what a person says of its sheet."""

    def made(desk):
        path = ledger(desk.folder, "visits")
        said = Instructions(sheets={("", "Sheet1"): Instructions(layout=layout, **words)})
        return desk.load(path, by_file={path: said})

    return made


def _left_out_as_said(desk):
    path = xlsx(desk.folder / "a.xlsx", {"走访": table("visits"), "旧": table("visits")})
    return desk.check(path, by_file={path: Instructions(sheets={("", "旧"): Instructions(is_skipped=True)})})


def _remembered(desk):
    _as_said(Layout((0, 0)))(desk)
    return desk.check_rows("visits")


def _no_longer_fitting(desk):
    _as_said(Layout((0, 0)))(desk)
    file = desk.root / "layouts.json"
    file.write_text(file.read_text(encoding="utf-8").replace("visited_on", "gone"), encoding="utf-8")
    return desk.check_rows("visits")


def _not_kept(desk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved_layouts, "_LOCK_S", 0)
        with saved_layouts._alone(desk.root):
            return _as_said(Layout((0, 0)))(desk)


def _corrected(desk, change):
    path = desk.folder / "corrections.toml"
    path.write_text(
        "[[correction]]\nledger = 'households'\nkey = { '户编号' = 'H001' }\n"
        "column = '家庭人口数'\nwas = 2\nbecomes = 3\n"
        "reason = '漏登一人'\nby = '王五'\non = 2025-06-30\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corrections, "FILE", path)
        return desk.check_rows("households", change)


WIFE = {"姓名": "李梅", "证件号码": id_number("19820202", "002"), "与户主关系": "配偶", "性别": "女", "出生日期": ""}


def _many_rows(desk):
    """A file that takes long enough to be interrupted."""
    lines = table("visits", *[{"走访情况": str(number)} for number in range(5_000)])
    path = desk.folder / "走访台账.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        for _ in range(20):
            csv.writer(stream).writerows(lines)
    return path


def _allowing(**less) -> Callable:
    """A file for which less may be used than it takes."""

    def made(desk):
        allowed = {"memory_bytes": 10**9, "processor_s": 100} | less
        with mock.patch.object(client, "limits_for", lambda path: client.Limits(**allowed)):
            return desk.check(_many_rows(desk))

    return made


def _killed_while_reading(desk):
    def kill(share, what):
        if "核对 " in what:
            for child in psutil.Process().children():
                # One that was killed already has no command line.
                with contextlib.suppress(psutil.ZombieProcess):
                    if "dashboard.ledgers" in "".join(child.cmdline()):
                        child.kill()

    return desk.check(_many_rows(desk), progress=kill)


CARD = [
    ["防返贫监测明白卡"],
    ["户主姓名", "张三丰", "户编号", "H001"],
    ["家庭人口数", 2, "联系电话", "19900000001"],
    ["乡镇", "城关镇", "行政村", "新民村"],
    ["户类型", "脱贫户", "监测对象类别", "脱贫不稳定户"],
]


def _two_years(cells: list[list]) -> list[list]:
    """The amounts of two years side by side, each year above its first column."""
    shared, amounts = cells[0][1:3], cells[0][3:]
    upper = ["", "", "2023年", *[""] * (len(amounts) - 1), "2024年", *[""] * (len(amounts) - 1)]
    return [upper, [*shared, *amounts, *amounts], [*cells[1][1:], *cells[1][3:]]]


def _exported(desk, *changes: dict, without: tuple[str, ...] = ()):
    """An export of the national system: a household's two persons, their rows changed."""
    marks = {"人编号": 1, "危房户": "否", "是否解决安全饮用水": "是", "人数": 2, "户类型": "脱贫户"}
    persons = [{"乡镇": "城关镇", "行政村": "新民村"} | marks, WIFE | {"乡镇": "城关镇", "行政村": "新民村"} | marks]
    rows = [person | change for person, change in zip(persons, changes, strict=True)]
    return desk.check(xlsx(desk.folder / "导出.xlsx", table("members", *rows, without=without)))


# What reading a file tells, whatever the database holds.
READ: dict[str, Callable] = {
    # files
    "file_empty": raw("空.xlsx", b""),
    "file_encrypted": raw("密.xlsx", detect.OLE + bytes(504) + detect.ole_entry("EncryptedPackage")),
    "file_damaged": _truncated,
    "file_hostile": rezipped(_hostile),
    "archive_bomb": rezipped(_bomb),
    "not_a_table": raw("图.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "encoding_unknown": raw("乱.csv", "户编号".encode("gb18030") + b",\xff\xff\x80\n"),
    "csv_unbalanced": raw("台账.csv", '户编号,户主姓名\n"H001,张三\n'.encode()),
    "encodings_mixed": raw("混.csv", "户编号,户主姓名\nH001,张三丰\n".encode() + "H002,李四光\n".encode("gb18030")),
    "text_with_nul": raw("空.csv", "户编号,户主姓名\nH001,张\x00三\n".encode()),
    "file_too_large": _holes("大.csv", 300_000_000),
    "sheets_too_many": raw("表.xls", b"<table><tr><td>1<tr><td>2<tr><td>3<tr><td>4</table>" * 1001),
    "archive_files_too_many": lambda desk: desk.check(
        zipped(desk.folder / "多.zip", {f"{number}.csv": b"1" for number in range(1_001)})
    ),
    "sheet_too_large": raw("宽.csv", b"," * 16_384),
    "cells_far_apart": lambda desk: desk.check(far_apart(desk.folder / "远.xlsx", "XFD1048576")),
    "archive_unsupported": raw("包.zip", b"Rar!\x1a\x07\x01\x00" + bytes(20)),
    "archive_nested": lambda desk: desk.check(zipped(desk.folder / "外.zip", {"内.zip": zip_bytes({"a.csv": b"1"})})),
    "archive_path_outside": lambda desk: desk.check(zipped(desk.folder / "外.zip", {"../户.csv": b"1"})),
    "archive_empty": lambda desk: desk.check(zipped(desk.folder / "外.zip", {"说明.md": b"1"})),
    "no_data": lines("households", lambda cells: cells[:1]),
    "not_a_ledger": lambda desk: desk.check(xlsx(desk.folder / "x.xlsx", [["商品", "单价"], ["盐", 2]])),
    "not_quite_a_ledger": row("households", without=("户编号", "户类型")),
    "other_ledger": lambda desk: desk.check_rows("visits", ledger="incomes"),
    "columns_missing": row("households", without=("户类型",)),
    "columns_repeated": lines("households", lambda cells: [[*line, line[4]] for line in cells]),
    "household_card": lambda desk: desk.check(xlsx(desk.folder / "卡.xlsx", CARD)),
    "sheet_transposed": lambda desk: desk.check(
        xlsx(desk.folder / "户.xlsx", [list(line) for line in zip(*table("households"), strict=True)])
    ),
    "second_header": lines("households", lambda cells: [*cells, [], *(line[::-1] for line in cells)]),
    "year_needed": row("incomes", without=("年度",)),
    "date_year_needed": row("checklist", {"完成时限": "6月底前"}),
    "unit_needed": row("incomes", IN_WAN),
    "sheet_goes_with_file": lambda desk: _two_sheets(desk, 收入=table("incomes", without=("年度",))),
    "boundaries_unreadable": raw("边界.geojson", b"{}"),
    # rows
    "csv_field_count": lambda desk: desk.check(text(desk.folder / "a.csv", [*table("households"), ["多", "少"]])),
    "value_missing": row("households", {"户主姓名": ""}),
    "formula_error": _error_cell,
    "formula_without_value": lambda desk: _formula(desk, "=D3+E3"),
    "digits_lost": row("households", {"证件号码": 629821198001010017}),
    "code_invalid": row("households", {"户编号": 12.5}),
    "region_code_invalid": row("households", {"行政村代码": "62982110020"}),
    "id_invalid": row("households", {"证件号码": "62982119800101"}),
    "id_tidied": row("households", {"证件号码": f"{HEAD_ID[:6]} {HEAD_ID[6:14]} {HEAD_ID[14:]}"}),
    "id_birth_date": row("households", {"证件号码": "629821198013010017"}),
    "id_check_digit": row("households", {"证件号码": HEAD_ID[:-1] + ("1" if HEAD_ID[-1] != "1" else "2")}),
    "count_invalid": row("households", {"家庭人口数": 31}),
    "year_invalid": row("incomes", {"年度": 1999}),
    "number_invalid": row("checklist", {"分值": "十分"}),
    "number_out_of_range": row("members", {"务工时间（月）": 13}),
    "share_invalid": row("checklist", {"完成率": "过半"}),
    "share_out_of_range": row("checklist", {"完成率": "120%"}),
    "share_ambiguous": lines(
        "checklist",
        lambda cells: (
            [[*cells[0][:6], "完成率（%）", *cells[0][7:]]]
            + [[number, *cells[1][1:6], share, *cells[1][7:]] for number, share in (("A-01", 1), ("A-02", 85))]
        ),
    ),
    "money_invalid": row("incomes", {"工资性收入": "两万"}),
    "money_negative": row("incomes", {"工资性收入": -1}),
    "choice_unknown": row("households", {"户类型": "贫困户"}),
    "date_invalid": row("visits", {"走访日期": "2025-02-30"}),
    "date_ambiguous": row("visits", {"走访日期": 2024.1}),
    "date_short_year": row("visits", {"走访日期": "25.3.5"}),
    "date_is_period": row("visits", {"走访日期": "2025年3月上旬"}),
    "date_without_year": row("visits", {"走访日期": "10月5日"}, {}),
    "date_too_old": row("visits", {"走访日期": "1899-12-31"}),
    "date_in_future": row("visits", {"走访日期": TOMORROW}),
    "household_rows_differ": lambda desk: _exported(desk, {}, {"户类型": "一般农户"}),
    # warnings
    "id_15_digits": row("households", {"证件号码": "629821800101001"}),
    "id_disability_card": row("households", {"证件号码": HEAD_ID + "42"}),
    "formula_computed": lambda desk: _formula(desk, "=SUM(D2:G2)-H2"),
    "id_ends_in_zeros": row("households", {"证件号码": id_number("19800715", "100")}),
    "text_from_date": row("households", {"自然村组": datetime(2025, 1, 2)}),
    "amount_unusual": row("incomes", IN_WAN, {"户编号": "H002"}, {}, {"年度": 2023}, {"年度": 2022}, {"年度": 2021}),
    "phone_unusual": row("households", {"联系电话": "1234"}),
    "money_rounded": row("incomes", {"工资性收入": 20000.125}),
    "cells_blank_below": row("members", {}, *[WIFE | {"户编号": ""}] * 2),
    # notices
    "region_code_padded": row("regions", {"乡镇代码": "629821100"}),
    "share_as_fraction": lines("checklist", lambda cells: [[*cells[0][:6], "完成率（%）", *cells[0][7:]], cells[1]]),
    "date_from_serial": row("visits", {"走访日期": 45721}),
    "year_inferred": lines("incomes", lambda cells: [["示例县2024年农户收入台账"], *(line[1:] for line in cells)]),
    "unit_converted": row("incomes", {"工资性收入（万元）": 2}, without=("工资性收入",)),
    "cells_filled_down": lambda desk: desk.check(
        xlsx(desk.folder / "a.xlsx", [*table("members", {}, WIFE | {"户编号": ""})], merges=("A2:A3",))
    ),
    "columns_left_out": row("households", {"备注": "无"}),
    "lines_total": lines("households", lambda cells: [*cells, ["合计", "", "", "", "", "", 2]]),
    "lines_note": lines("households", lambda cells: [*cells, ["填表人：王五"]]),
    "lines_repeated_header": lines("households", lambda cells: [*cells, cells[0]]),
    "lines_numbering": lines("households", lambda cells: [cells[0], list(range(1, 9)), cells[1]]),
    "lines_outside": lines("households", lambda cells: [cells[0], [*[""] * 9, "旁注"], cells[1]]),
    "lines_other_table": lines("households", lambda cells: [*cells, [], ["村名", "户数", "人数"], ["新民村", 12, 30]]),
    "lines_above_header": lines("households", lambda cells: [["村名", "户数", "人数"], ["新民村", 12, 30], [], *cells]),
    "month_inferred": lines("visits", lambda cells: [["2025年3月走访台账"], cells[0], ["5日", *cells[1][1:]]]),
    "columns_spread": lines("incomes", _two_years),
    "columns_alike": row("households", {"人数": 3}),
    "place_inferred": lambda desk: desk.check(
        xlsx(desk.folder / "a.xlsx", {"城关镇新民村": table("households", without=("乡镇", "行政村"))})
    ),
    "export_recognised": lambda desk: _exported(desk, {}, {}),
    "export_not_filled": lambda desk: _exported(desk, {}, {}, without=("人数",)),
    "rows_hidden": _hidden,
    "columns_hidden": _hidden,
    "sheet_hidden": _hidden,
    "archive_member_passed": lambda desk: desk.check(zipped(desk.folder / "外.zip", {"说明.md": b"1"})),
    "sheet_empty": lambda desk: _two_sheets(desk, 空=[]),
    "sheet_not_a_ledger": lambda desk: _two_sheets(desk, 说明=[["填表说明"], ["请如实填写"]]),
    "sheet_left_out_as_said": _left_out_as_said,
    "sheet_without_data": lambda desk: _two_sheets(desk, 收入=table("incomes")[:1]),
}
# What is told when rows meet the directory, other ledgers, what is current, or a person's settings.
LOADED: dict[str, Callable] = {
    # files
    "file_not_found": lambda desk: desk.check(desk.folder / "没有.xlsx"),
    "file_unreadable": _unreadable,
    "file_too_heavy": _allowing(memory_bytes=1),
    "file_took_too_long": _allowing(processor_s=0),
    "file_broke_reader": _killed_while_reading,
    "folder_empty": lambda desk: desk.check(desk.folder),
    "header_rows_impossible": _as_said(Layout((30, 30))),
    "columns_assigned_twice": _as_said(Layout(columns=((0, "findings"), (1, "findings")))),
    "columns_assigned_nowhere": _as_said(Layout(columns=((90, "findings"),))),
    # rows
    "codes_disagree": row("regions", {"乡镇代码": "629821999000"}),
    "household_unknown": row("visits", {"户编号": "H999"}),
    "no_directory": row("households"),
    "village_unknown": row("households", {"行政村": "新明村"}),
    "village_other_township": row("households", {"行政村": "柳林村"}),
    "village_ambiguous": row("rectification", {"涉及乡镇": ""}),
    "village_code_unknown": row("households", {"行政村代码": "629821100299"}),
    "code_contradicts": row("households", {"行政村代码": "629821200202"}),
    "township_unknown": row("households", {"乡镇": "城南镇"}),
    "county_other": _of_another_county,
    "county_code_other": row("households", {"行政村代码": "620102100201"}),
    "county_unclear": _in_two_counties,
    "row_conflicts": row("households", {}, {"家庭人口数": 3}),
    "id_of_two_people": row("members", {}, {"姓名": "别人"}),
    "boundary_without_code": outlines(({}, SQUARE)),
    "boundary_repeated": outlines(*[({"行政村代码": "629821100201"}, SQUARE)] * 2),
    "boundary_invalid": outlines(({"行政村代码": "629821100201"}, BOW_TIE)),
    # warnings
    "correction_no_longer_fits": lambda desk: _corrected(desk, {"家庭人口数": 5}),
    "row_conflict_stands": row("households", {}, {"家庭人口数": 3}),
    "head_differs": row("visits", {"户主姓名": "张三"}),
    "place_differs": row("visits", {"乡镇": "城关镇", "行政村": "东风村"}),
    "category_against_type": row("households", {"监测对象类别": "边缘易致贫户"}),
    "category_missing": row("households", {"识别时间": "2024-05-01"}),
    "eliminated_without_date": row("monitored", {"风险是否已消除": "是"}),
    "date_without_elimination": row("monitored", {"风险消除时间": "2024-12-01"}),
    "dates_out_of_order": row("monitored", {"风险是否已消除": "是", "风险消除时间": "2024-01-01"}),
    "started_in_future": row("measures", {"开始时间": TOMORROW}),
    "sex_against_id": row("members", {"性别": "女"}),
    "birth_against_id": row("members", {"出生日期": "1980-02"}),
    "members_differ_from_size": row("members"),
    "no_head": row("members", {"与户主关系": "其他"}),
    "head_member_differs": row("members", {"姓名": "张四"}),
    "head_number_differs": row("members", {"证件号码": id_number("19800101", "003")}),
    "id_of_two_households": row("households", {}, {"户编号": "H003", "户主姓名": "王五"}),
    "id_of_another_before": lambda desk: desk.load_rows("members") and desk.check_rows("members", {"姓名": "王五"}),
    "several_heads": row("members", {}, WIFE | {"与户主关系": "户主"}),
    "net_income_differs": row("incomes", {"家庭纯收入": 28000.02, "人均纯收入": ""}),
    "per_capita_differs": row("incomes", {"人均纯收入": 14000.02}),
    "income_not_positive": row("incomes", {"生产经营性支出": 40000, "家庭纯收入": -10000, "人均纯收入": -5000}),
    "measure_for_unmonitored": row("measures", {"户编号": "H002"}),
    "total_income_differs": row("collective_economy", {"总收入": 199999}),
    "parts_exceed_operating": row("collective_economy", {"其中：发包租赁收入": 150000}),
    "profit_differs": row("collective_economy", {"本年收益": 1}),
    "done_below_full": row("checklist", {"完成状态": "已完成"}),
    "full_but_not_done": row("checklist", {"完成率": "100%"}),
    "score_above_full": row("checklist", {"自评得分": 11}),
    "done_without_date": row("rectification", {"整改状态": "已完成", "整改进度": 1}),
    "date_but_not_done": row("rectification", {"完成时间": "2025-05-01"}),
    "closed_but_not_done": row("rectification", {"是否销号": "是"}),
    "places_several": row("rectification", {"涉及乡镇": "城关镇、河东乡", "涉及村": ""}),
    "county_second": row("regions", {"乡镇代码": "629822100000", "行政村代码": "629822100201"}),
    "township_two_names": row("regions", VILLAGES[0], VILLAGES[1] | {"乡镇": "城关乡"}),
    "village_name_twice": row("regions", VILLAGES[0], VILLAGES[1] | {"行政村": "新民村"}),
    # notices
    "row_copied": row("households", {}, {}),
    "rows_changed": row("households", {"家庭人口数": 3}),
    "rows_missing": row("households"),
    "row_removed": lambda desk: remove(desk.root, "households", ["H002"], base="v0001").report,
    "correction_applied": lambda desk: _corrected(desk, {}),
    "correction_not_needed": lambda desk: _corrected(desk, {"家庭人口数": 3}),
    "village_former_name": row("households", {"行政村": "红旗村"}),
    "columns_kept": row("households", without=("联系电话",)),
    "folder_files_passed": lambda desk: _folder_with_a_picture(desk),
    "layout_remembered": _remembered,
    "layout_no_longer_fits": _no_longer_fitting,
    "layout_not_kept": _not_kept,
}
PROVOKE = READ | LOADED
# Of each group of what reading tells, one goes the way of a load, too.
BOTH = ("file_damaged", "not_a_ledger", "value_missing", "phone_unusual", "unit_converted")

EMPTY_DATABASE = {"no_directory"}


def assert_provoked(code, report):
    found = [issue for entry in report.files for issue in entry.issues if issue.code == code]
    assert found, [issue.message for entry in report.files for issue in entry.issues]
    assert found[0].severity == messages.catalogue()[code].severity
    assert not re.search(r"[{}]|None|nan", found[0].message)
    refused = [entry for entry in report.files if entry.status == "refused"]
    held_back = any(entry.refused for entry in report.files)
    assert report.exit_code == (2 if refused else 1 if held_back else 0)


@pytest.mark.parametrize("code", READ)
def test_every_message_of_reading_can_be_provoked(code, reading):
    assert_provoked(code, READ[code](reading))


@pytest.mark.parametrize("code", [*LOADED, *BOTH])
def test_every_message_of_a_load_can_be_provoked(code, desk, empty_desk):
    assert_provoked(code, PROVOKE[code](empty_desk if code in EMPTY_DATABASE else desk))


def test_the_catalogue_has_nothing_that_is_never_said():
    assert PROVOKE.keys() == messages.catalogue().keys()


@pytest.mark.parametrize("entry", messages.catalogue().values(), ids=lambda entry: entry.code)
def test_an_entry_is_plain_chinese_and_says_what_to_do(entry):
    assert entry.severity in (issues.REFUSED, issues.WARNING, issues.NOTICE)
    assert entry.says.endswith("。")
    assert entry.severity == issues.NOTICE or entry.todo.endswith("。")


def test_a_sentence_says_sheet_row_and_column(desk):
    [entry] = desk.check_rows("households", {}, {"户编号": "H003", "证件号码": "", "户类型": "贫困户"}).files
    [issue] = [issue for issue in entry.issues if issue.severity == "refused"]
    assert (issue.row, issue.column, issue.value) == (3, "户类型", "贫困户")
    assert issue.message.startswith("工作表“Sheet1”第 3 行“户类型”：“贫困户”不是可选的内容")
