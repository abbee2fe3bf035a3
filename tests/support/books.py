"""Small invented ledgers as files: one valid row of every kind, to be changed where a test needs it."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from dashboard.definitions import forms
from dashboard.ledgers.cells import id_numbers
from dashboard.ledgers.reporting.report import Report, SheetReport


def id_number(birth: str = "19800101", order: str = "001") -> str:
    """An identity number from an unassigned prefecture with the right check digit; an odd order is a man's."""
    first_17 = f"629821{birth}{order}"
    return first_17 + id_numbers.check_digit(first_17)


HEAD_ID = id_number()

VILLAGES = [
    {
        "乡镇": "城关镇",
        "乡镇代码": "629821100000",
        "行政村": "新民村",
        "行政村代码": "629821100201",
        "曾用名": "红旗村",
    },
    {"乡镇": "城关镇", "乡镇代码": "629821100000", "行政村": "东风村", "行政村代码": "629821100202", "曾用名": ""},
    {"乡镇": "河东乡", "乡镇代码": "629821200000", "行政村": "新民村", "行政村代码": "629821200201", "曾用名": ""},
    {"乡镇": "河东乡", "乡镇代码": "629821200000", "行政村": "柳林村", "行政村代码": "629821200202", "曾用名": ""},
]

# A valid row of every kind that is no contradiction to the others.
ROWS: dict[str, dict[str, Any]] = {
    "regions": VILLAGES[0],
    "households": {
        "乡镇": "城关镇",
        "行政村": "新民村",
        "户编号": "H001",
        "户主姓名": "张三丰",
        "证件号码": HEAD_ID,
        "联系电话": "19900000001",
        "家庭人口数": 2,
        "户类型": "脱贫户",
    },
    "members": {
        "户编号": "H001",
        "户主姓名": "张三丰",
        "姓名": "张三丰",
        "证件号码": HEAD_ID,
        "与户主关系": "户主",
        "性别": "男",
        "出生日期": "1980-01-01",
    },
    "incomes": {
        "年度": 2024,
        "户编号": "H001",
        "家庭人口数": 2,
        "工资性收入": 20000,
        "生产经营性收入": 8000,
        "财产性收入": 500,
        "转移性收入": 1500,
        "生产经营性支出": 2000,
        "家庭纯收入": 28000,
        "人均纯收入": 14000,
    },
    "visits": {
        "走访日期": "2025-03-05",
        "户编号": "H001",
        "户主姓名": "张三丰",
        "走访人": "李四",
        "走访方式": "入户",
        "是否发现风险": "否",
        "走访情况": "情况正常",
    },
    "monitored": {
        "户编号": "H001",
        "户主姓名": "张三丰",
        "家庭人口数": 2,
        "监测对象类别": "脱贫不稳定户",
        "识别时间": "2024-05-01",
        "致贫返贫风险": "因病",
        "风险是否已消除": "否",
        "风险消除时间": "",
        "帮扶责任人": "王五",
        "帮扶责任人电话": "19900000002",
    },
    "measures": {
        "措施编号": "C001",
        "户编号": "H001",
        "措施类型": "产业帮扶",
        "措施名称": "养羊",
        "开始时间": "2024-06-01",
        "结束时间": "",
        "投入金额": 5000,
        "落实状态": "已落实",
    },
    "collective_economy": {
        "年度": 2024,
        "乡镇": "城关镇",
        "行政村": "新民村",
        "总收入": 200000,
        "经营性收入": 160000,
        "其中：发包租赁收入": 60000,
        "其中：投资收益": 20000,
        "补助收入": 30000,
        "其他收入": 10000,
        "总支出": 50000,
        "本年收益": 150000,
    },
    "checklist": {
        "指标编号": "A-01",
        "考核板块": "政策落实",
        "考核内容": "落实帮扶政策",
        "分值": 10,
        "完成时限": "2025-12-31",
        "完成状态": "进行中",
        "完成率": 0.5,
        "自评得分": 5,
    },
    "rectification": {
        "问题编号": "W-01",
        "问题来源": "巡视",
        "发现时间": "2025-01-10",
        "涉及乡镇": "城关镇",
        "涉及村": "新民村",
        "问题描述": "走访记录不全",
        "责任单位": "县农业农村局",
        "整改时限": "2025-06-30",
        "整改状态": "整改中",
        "整改进度": 0.5,
        "完成时间": "",
        "是否销号": "否",
    },
}


def table(kind: str, *changes: dict[str, Any], without: tuple[str, ...] = ()) -> list[list[Any]]:
    """Header and one row for each change of the kind's valid row; titles new to the row become columns."""
    rows = [ROWS[kind] | change for change in changes or ({},)]
    titles = [title for title in dict.fromkeys(title for row in rows for title in row) if title not in without]
    return [titles, *([row.get(title, "") for title in titles] for row in rows)]


def xlsx(path: Path, sheets: list[list[Any]] | dict[str, list[list[Any]]], merges: tuple[str, ...] = ()) -> Path:
    """Write lines of cells as a workbook (one sheet, or several by name); '' is left blank."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in (sheets if isinstance(sheets, dict) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row, line in enumerate(lines, start=1):
            for column, value in enumerate(line, start=1):
                if value != "":
                    sheet.cell(row, column, value)
        for merge in merges:
            sheet.merge_cells(merge)
    book.save(path)
    return path


def text(path: Path, lines: list[list[Any]], encoding: str = "utf-8") -> Path:
    """Write lines of cells as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def far_apart(path: Path, cell: str) -> Path:
    """Write a household ledger with one cell far from all others."""
    xlsx(path, table("households"))
    book = openpyxl.load_workbook(path)
    book.active[cell] = 1
    book.save(path)
    return path


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """An archive of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive of files by name."""
    path.write_bytes(zip_bytes(members))
    return path


def ledger(folder: Path, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = ()) -> Path:
    """Write a workbook of one kind, named by it."""
    return xlsx(folder / f"{forms.get(kind).name}.xlsx", table(kind, *changes, without=without))


def directory(path: Path) -> Path:
    """Write the directory of all four villages."""
    return xlsx(path / "01_行政区划名录.xlsx", table("regions", *VILLAGES))


def codes(report: Report) -> list[str]:
    """The codes of everything a report says."""
    return [issue.code for entry in report.files for issue in entry.issues]


def only(report: Report) -> SheetReport:
    """The one sheet of a report."""
    [entry] = report.files
    return entry
