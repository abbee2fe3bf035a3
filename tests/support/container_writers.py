"""The same ledger written as every container: lines of cells and merges → bytes.

The writers know nothing of the readers they test; where no library writes a container, its records are made here.
"""

import csv
import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date

import xlsxwriter
import xlwt
from books import table, zip_bytes
from odf import opendocument
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

CELLS = [
    ["示例县2024年农户台账", "", "", "", "", "", "", ""],
    *table("households", {}, {"户编号": "H003", "户主姓名": "李𠀀明", "证件号码": "", "家庭人口数": 3}),
]
MERGES = ((0, 0, 0, 7),)


# Writers: lines of cells and merges → bytes ---------------------------------------------------------------------------


def as_xlsx(cells, merges=()):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("户")
        for row, line in enumerate(cells):
            for column, value in enumerate(line):
                if value != "":
                    sheet.write(row, column, value)
        for merge in merges:
            sheet.merge_range(*merge, cells[merge[0]][merge[1]])
    return out.getvalue()


def as_prefixed_xlsx(cells, merges=()):
    """Every tag of the sheet and the workbook with a prefix, as some libraries write them."""
    return edited(as_xlsx(cells, merges), {"xl/worksheets/sheet1.xml": prefixed, "xl/workbook.xml": prefixed})


def as_strict_xlsx(cells, merges=()):
    def strict(xml: bytes) -> bytes:
        xml = xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        return xml.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )

    names = [
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
    ]
    return edited(as_xlsx(cells, merges), dict.fromkeys(names, strict))


def prefixed(xml: bytes) -> bytes:
    head, _, body = xml.partition(b"?>")
    body = body.replace(b"</", b"\x00").replace(b"<", b"<x:").replace(b"\x00", b"</x:")
    return head + b"?>" + body.replace(b"xmlns=", b"xmlns:x=")


def edited(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """A zip file with changed members."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return zip_bytes({name: changes.get(name, bytes)(book.read(name)) for name in book.namelist()})


def as_xls(cells, merges=()):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("户")
    tops = {merge[:2]: merge for merge in merges}
    for row, line in enumerate(cells):
        for column, value in enumerate(line):
            if (row, column) in tops:
                top, left, bottom, right = tops[row, column]
                sheet.write_merge(top, bottom, left, right, value)
            elif value != "":
                sheet.write(row, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_biff5(cells, merges=()):
    """A stream of BIFF5 records in GBK, as programs of the nineties wrote it."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    name = "户".encode("gbk")
    head = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 1996)) + record(0x42, struct.pack("<H", 936))
    body = b""
    for row, line in enumerate(cells):
        for column, value in enumerate(line):
            if isinstance(value, str) and value:
                text = value.replace("𠀀", "一").encode("gbk")
                body += record(0x204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
            elif value != "":
                body += record(0x203, struct.pack("<HHHd", row, column, 0, value))
    bound_size = 4 + 4 + 2 + 1 + len(name)
    font = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05Arial")
    xf = record(0xE0, struct.pack("<HHHHHHHH", 0, 0, 0, 0, 0, 0, 0, 0))
    start = len(head) + len(font) + len(xf) + bound_size + 4
    bound = record(0x85, struct.pack("<IBBB", start, 0, 0, len(name)) + name)
    return (
        head
        + font
        + xf
        + bound
        + record(0xA, b"")
        + record(0x809, struct.pack("<HHHH", 0x500, 16, 0, 1996))
        + body
        + record(0xA, b"")
    )


def as_ods(cells, merges=()):
    book = opendocument.OpenDocumentSpreadsheet()
    sheet = Table(name="户")
    tops = {merge[:2]: merge for merge in merges}
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    for row, line in enumerate(cells):
        made = TableRow()
        for column, value in enumerate(line):
            if (row, column) in covered and (row, column) not in tops:
                made.addElement(CoveredTableCell())
                continue
            facts = {}
            if (row, column) in tops:
                top, left, bottom, right = tops[row, column]
                facts = {"numberrowsspanned": bottom - top + 1, "numbercolumnsspanned": right - left + 1}
            if isinstance(value, str):
                cell = TableCell(**({"valuetype": "string"} if value else {}), **facts)
                if value:
                    cell.addElement(P(text=value))
            else:
                cell = TableCell(valuetype="float", value=value, **facts)
                cell.addElement(P(text=str(value)))
            made.addElement(cell)
        sheet.addElement(made)
    book.spreadsheet.addElement(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def escaped(value) -> str:
    return str(value).replace("&", "&amp;").replace("<", "&lt;").replace("\n", "&#10;")


def as_spreadsheetml(cells, merges=(), encoding="utf-8"):
    tops = {merge[:2]: merge for merge in merges}
    lines = []
    for row, line in enumerate(cells):
        made = ""
        for column, value in enumerate(line):
            if value == "":
                continue
            kind = "String" if isinstance(value, str) else "Number"
            top = tops.get((row, column))
            span = f' ss:MergeAcross="{top[3] - top[1]}" ss:MergeDown="{top[2] - top[0]}"' if top else ""
            made += f'<Cell ss:Index="{column + 1}"{span}><Data ss:Type="{kind}">{escaped(value)}</Data></Cell>'
        lines.append(f'<Row ss:Index="{row + 1}">{made}</Row>')
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="户"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'
    ).encode("gb18030" if encoding == "GB2312" else encoding)


def as_html(cells, merges=(), charset="utf-8"):
    tops = {merge[:2]: merge for merge in merges}
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    lines = ""
    for row, line in enumerate(cells):
        lines += "<tr>"
        for column, value in enumerate(line):
            if (row, column) in tops:
                top, left, bottom, right = tops[row, column]
                lines += f"<td rowspan={bottom - top + 1} colspan={right - left + 1}>{escaped(value)}</td>"
            elif (row, column) not in covered:
                shown = escaped(value).replace("&#10;", "<br>")
                number = "" if isinstance(value, str) else f' x:num="{value}"'
                lines += f"<td{number} style='mso-number-format:\"\\@\"'>{shown}</td>"
        lines += "</tr>"
    page = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        f'<meta http-equiv=Content-Type content="text/html; charset={charset}"><style>td {{color: red}}</style></head>'
        f"<body><table border=1>{lines}</table></body></html>"
    )
    return page.encode("gb18030" if charset == "gb2312" else charset)


def as_text(cells, merges=(), encoding="utf-8", delimiter=",", first=""):
    out = io.StringIO(newline="")
    out.write(first)
    csv.writer(out, delimiter=delimiter).writerows(cells)
    return out.getvalue().encode(encoding)


WRITERS: dict[str, Callable[..., bytes]] = {
    "xlsx": as_xlsx,
    "xlsx with prefixes": as_prefixed_xlsx,
    "strict xlsx": as_strict_xlsx,
    "xls": as_xls,
    "biff5": as_biff5,
    "ods": as_ods,
    "SpreadsheetML": as_spreadsheetml,
    "SpreadsheetML in GBK": lambda *given: as_spreadsheetml(*given, encoding="GB2312"),
    "html": as_html,
    "html in GBK": lambda *given: as_html(*given, charset="gb2312"),
    "csv": as_text,
    "csv with BOM": lambda *given: as_text(*given, encoding="utf-8-sig"),
    "csv in GB18030": lambda *given: as_text(*given, encoding="gb18030"),
    "text in UTF-16": lambda *given: as_text(*given, encoding="utf-16", delimiter="\t"),
    "text in UTF-16 BE with BOM": lambda *given: b"\xfe\xff" + as_text(*given, encoding="utf-16-be", delimiter="\t"),
    "text in UTF-16 without BOM": lambda *given: as_text(*given, encoding="utf-16-le", delimiter="\t"),
    "text with tabs": lambda *given: as_text(*given, delimiter="\t"),
    "text with semicolons": lambda *given: as_text(*given, delimiter=";"),
    "text with bars": lambda *given: as_text(*given, delimiter="|"),
    "text with full-width commas": lambda *given: as_text(*given, delimiter="，"),
    "text that names its separator": lambda *given: as_text(*given, delimiter=";", first="sep=;\r\n"),
}
# Containers that have merges, numbers and sheet names.
WORKBOOKS = [name for name in WRITERS if not name.startswith(("csv", "text"))]


def marked_xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("表")
        sheet.write_row(1, 1, ["甲", "乙", "丙", "丁"])
        sheet.write_datetime(2, 1, date(2024, 5, 1), day)
        sheet.write_boolean(2, 2, True)
        sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 4, "=1+1", None, 2)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(4, 9, None, None, {"hidden": True})
        book.add_worksheet("藏").hide()
    return out.getvalue()


def marked_xls() -> bytes:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("表")
    for column, title in enumerate("甲乙丙丁", start=1):
        sheet.write(1, column, title)
    sheet.write(2, 1, (date(2024, 5, 1) - date(1904, 1, 1)).days, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(2, 2, True)
    sheet.row(2).set_cell_error(3, "#DIV/0!")
    sheet.write(2, 4, 2)
    sheet.row(2).hidden = True
    sheet.col(4).hidden = True
    book.add_sheet("藏").visibility = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def marked_spreadsheetml() -> bytes:
    return """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
    xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表"><Table>
    <Column ss:Index="5" ss:Hidden="1"/><Row ss:Index="2"><Cell ss:Index="2"><Data ss:Type="String">甲</Data></Cell>
    <Cell><Data ss:Type="String">乙</Data></Cell><Cell><Data ss:Type="String">丙</Data></Cell>
    <Cell><Data ss:Type="String">丁</Data><Comment><Data ss:Type="String">批注</Data></Comment></Cell></Row>
    <Row ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="DateTime">2024-05-01T00:00:00.000</Data></Cell>
    <Cell><Data ss:Type="Boolean">1</Data></Cell><Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>
    <Cell ss:Formula="=1+1"><Data ss:Type="Number">2</Data></Cell></Row></Table></Worksheet>
    <Worksheet ss:Name="藏"><Table/><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">
    <Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>""".encode()


def marked_ods() -> bytes:
    head = (
        '<office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x" xmlns:style="urn:s">'
        '<office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style></office:automatic-styles><office:body><office:spreadsheet>"
    )
    titles = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{title}</text:p></table:table-cell>'
        for title in "甲乙丙丁"
    )
    content = (
        f'{head}<table:table table:name="表"><table:table-column table:number-columns-repeated="4"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="16380"/>'
        f"<table:table-row/><table:table-row><table:table-cell/>{titles}</table:table-row>"
        '<table:table-row table:visibility="collapse"><table:table-cell/>'
        '<table:table-cell office:value-type="date" office:date-value="2024-05-01"><text:p>五月</text:p>'
        "</table:table-cell>"
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>真</text:p>'
        "</table:table-cell>"
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error" xmlns:calcext="urn:c"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p>'
        "</table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/>'
        '</table:table-row></table:table><table:table table:name="藏" table:style-name="ta2"/>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


MARKED = {
    "xlsx": marked_xlsx,
    "xlsx with prefixes": lambda: edited(marked_xlsx(), {"xl/worksheets/sheet1.xml": prefixed}),
    "xlsx with other attributes first": lambda: edited(
        marked_xlsx(), {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<c r=", b'<c cm="0" r=')}
    ),
    "xls": marked_xls,
    "SpreadsheetML": marked_spreadsheetml,
    "ods": marked_ods,
}


def xlsb(cells, merges=(), far: int = 0) -> bytes:
    """A minimal .xlsb: numbers and texts, an error for '#N/A', the second row and the last column hidden."""

    def record(kind: int, body: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size, length = len(body), b""
        while True:
            length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
            size >>= 7
            if not size:
                return number + length + body

    def text(value: str) -> bytes:
        written = value.encode("utf-16-le")
        return struct.pack("<I", len(written) // 2) + written

    def cell(column: int, value) -> bytes:
        head = struct.pack("<II", column, 0)
        if value == "#N/A":
            return record(3, head + bytes([42]))
        if isinstance(value, str):
            return record(6, head + text(value))
        return record(5, head + struct.pack("<d", value))

    width = max(map(len, cells))
    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(cells) - 1, 0, width - 1))
    sheet += record(390) + record(60, struct.pack("<IIIIH", width - 1, width - 1, 0, 0, 1)) + record(391) + record(145)
    for row, line in enumerate(cells):
        sheet += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0x10 if row == 1 else 0, 0, 0))
        sheet += b"".join(cell(column, value) for column, value in enumerate(line) if value != "")
    if far:
        sheet += record(0, struct.pack("<IIHBBBI", far, 0, 300, 0, 0, 0, 0)) + cell(16_383, 1)
    sheet += record(146) + record(177, struct.pack("<I", len(merges)))
    for top, left, bottom, right in merges:
        sheet += record(176, struct.pack("<IIII", top, bottom, left, right))
    sheet += record(178) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("户"))
    book += record(144) + record(132)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return zip_bytes(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )
