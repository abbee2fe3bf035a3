"""Broken, hostile and foreign files: each gets one sentence of the catalogue, within 10 seconds and 500 MB."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pytest
from books import table, zip_bytes
from container_writers import (
    as_html,
    as_ods,
    as_spreadsheetml,
    as_text,
    as_xls,
    as_xlsx,
    edited,
)
from forks import ForkServer, forking

from dashboard.ledgers import containers
from dashboard.ledgers.containers import detect
from dashboard.ledgers.reporting import issues

CELLS = table("households", {}, {"户编号": "H003", "证件号码": ""})
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def in_sheet(change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    """A workbook with one changed part."""
    return edited(as_xlsx(CELLS), {part: change})


def cells(xml: str) -> bytes:
    """A workbook whose sheet holds just these rows."""
    made = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{xml}</sheetData></worksheet>'
    return in_sheet(lambda _: made.encode())


def in_content(change: Callable[[bytes], bytes]) -> bytes:
    """An OpenDocument spreadsheet with a changed content."""
    return edited(as_ods(CELLS), {"content.xml": change})


def ods_table(xml: str) -> bytes:
    def replaced(content: bytes) -> bytes:
        start, end = content.index(b"<table:table "), content.index(b"</office:spreadsheet>")
        return content[:start] + f'<table:table table:name="表">{xml}</table:table>'.encode() + content[end:]

    return in_content(replaced)


def declared(data: bytes, name: str, size: int) -> bytes:
    """A zip file whose directory gives a false size for a member."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        member = book.getinfo(name)
    place = data.index(b"PK\x01\x02")
    while struct.unpack_from("<I", data, place + 42)[0] != member.header_offset:
        place = data.index(b"PK\x01\x02", place + 4)
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def ole(name: str) -> bytes:
    return detect.OLE + bytes(504) + detect.ole_entry(name) + bytes(2000)


def overlapping() -> bytes:
    """Many directory entries for one body, as in quoted-overlap bombs."""
    data = zip_bytes({f"{number:04}.csv": bytes(1000) for number in range(50)})
    first = data.index(b"PK\x01\x02")
    entries = bytearray(data)
    place = first
    while entries[place : place + 4] == b"PK\x01\x02":
        struct.pack_into("<I", entries, place + 42, 0)
        place += 46 + sum(struct.unpack_from("<HHH", entries, place + 28))
    return bytes(entries)


def with_password() -> bytes:
    """A zip file whose members are marked as encrypted."""
    data = bytearray(zip_bytes({"户.csv": as_text(CELLS)}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def flipped(data: bytes, name: str) -> bytes:
    """A zip file in which a byte of a member is another, so that its checksum is wrong."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        start = book.getinfo(name).header_offset + 30 + len(name)
    middle = start + 60
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]


def encrypted_xls() -> bytes:
    """A workbook with a FILEPASS record behind its first one."""
    data = as_xls(CELLS)
    stream = data.index(struct.pack("<HHHH", 0x809, 16, 0x600, 5))
    end = stream + 20
    return data[:end] + struct.pack("<HHHHH", 0x2F, 6, 0, 1, 2) + data[end + 10 :]


def encrypted_ods() -> bytes:
    def marked(manifest: bytes) -> bytes:
        at = manifest.rindex(b"</manifest:manifest>")
        return manifest[:at] + b"<manifest:encryption-data/>" + manifest[at:]

    return edited(as_ods(CELLS), {"META-INF/manifest.xml": marked})


def package(name: str) -> bytes:
    return zip_bytes({"[Content_Types].xml": b"<Types/>", name: b"<x/>"})


def png() -> bytes:
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))


ENCRYPTED = {
    "an encrypted xlsx": lambda: ole("EncryptedPackage"),
    "an encrypted xls": encrypted_xls,
    "an encrypted ods": encrypted_ods,
}
BROKEN = {
    "a truncated xlsx": lambda: as_xlsx(CELLS)[:-300],
    "half an xlsx": lambda: as_xlsx(CELLS)[: len(as_xlsx(CELLS)) // 2],
    "a truncated xls": lambda: as_xls(CELLS)[:1500],
    "a truncated ods": lambda: as_ods(CELLS)[:-400],
    "a truncated SpreadsheetML": lambda: as_spreadsheetml(CELLS)[:-60],
    "a truncated page": lambda: as_html(CELLS)[:-80],
    "a wrong checksum": lambda: flipped(as_xlsx(CELLS), TEXTS),
    "a missing sheet": lambda: zip_bytes(without(as_xlsx(CELLS), SHEET)),
    "missing shared texts": lambda: zip_bytes(without(as_xlsx(CELLS), TEXTS)),
    "missing relations": lambda: zip_bytes(without(as_xlsx(CELLS), "xl/_rels/workbook.xml.rels")),
    "unclosed XML": lambda: in_sheet(lambda xml: xml[:-50]),
    "tags that never end in a page": lambda: b"<table><tr><td>" + b"<!--" * 2_000_000,
    "no tags in a page": lambda: b"<table><tr><td>" + b"<" * 5_000_000,
    "a declaration that is none in a page": lambda: b"<table><tr><td>" + b"<![x]>" * 3,
    "elements within elements": lambda: cells("<row>" + "<c><is>" * 2_000_000),
    "elements within elements in SpreadsheetML": lambda: spreadsheetml(b"<a>" * 5_000_000),
    "a tag without end": lambda: in_sheet(
        lambda xml: xml.replace(b"<sheetData>", b'<sheetData><row r="1"><c r="A1"' + b' t="e"' * 300_000)
    ),
    "a smaller size declared": lambda: declared(as_xlsx(CELLS), SHEET, 100),
    "a large sheet that declares little": lambda: declared(
        in_sheet(lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 90_000_000)), SHEET, 5000
    ),
    "two members of one name": lambda: twins(),
}
HOSTILE = {
    "external entities in a sheet": lambda: in_sheet(
        lambda xml: xml.replace(b"<worksheet", EXTERNAL + b"<worksheet", 1)
    ),
    "entities in the shared texts": lambda: in_sheet(lambda xml: xml.replace(b"<sst", ENTITIES + b"<sst", 1), TEXTS),
    "entities in the workbook": lambda: in_sheet(
        lambda xml: xml.replace(b"<workbook", ENTITIES + b"<workbook", 1), BOOK
    ),
    "entities in an ods": lambda: in_content(
        lambda xml: xml.replace(b"<office:document-content", ENTITIES + b"<office:document-content", 1)
    ),
    "entities in SpreadsheetML": lambda: as_spreadsheetml(CELLS).replace(b"<Workbook", EXTERNAL + b"<Workbook", 1),
}
BOMBS = {
    "a large member": lambda: zip_bytes({**members(as_xlsx(CELLS)), "xl/media/image1.bin": bytes(80_000_000)}),
    "a large sheet": lambda: in_sheet(lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 90_000_000)),
    "a large text": lambda: in_sheet(lambda xml: xml.replace(b"<si><t>", b"<si><t>" + b"x" * 45_000_000, 1), TEXTS),
    "a long text shown a million times": lambda: edited(
        as_xlsx([["x" * 30_000]]),
        {SHEET: lambda xml: repeated_cells(1_000_000)},
    ),
    "many cells in few bytes": lambda: in_sheet(lambda xml: repeated_cells(5_000_000)),
    "overlapping members": overlapping,
    "a large csv in an archive": lambda: zip_bytes({"户.csv": b"1,2\n" * 15_000_000}),
    "rows repeated in an ods": lambda: ods_table(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    ),
}
TOO_LARGE = {
    "a cell spanning everything in a page": lambda: (
        b"<table>" + b"<tr><td rowspan=65534 colspan=16384>x</td></tr>" * 99 + b"</table>"
    ),
    "more rows than a sheet has in a page": lambda: b"<table>" + b"<tr><td>" * 3_000_000 + b"</table>",
    "more columns than a sheet has": lambda: cells('<row r="1"><c r="XFE1"><v>1</v></c></row>'),
    "more rows than a sheet has": lambda: cells('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'),
    "a line of fifty million delimiters": lambda: b"," * 50_000_000,
    "lines of a million columns": lambda: (b"a," * 1_000_000 + b"\n") * 10,
    "a quoted line of a million columns": lambda: b'"a",' * 1_000_000,
    "thirty million blank lines": lambda: as_text(CELLS) + b"\n" * 30_000_000,
    "more quoted rows than a sheet has": lambda: b'"1",2\n' * 1_048_577,
    "a row a billion below in SpreadsheetML": lambda: spreadsheetml(b'<Row ss:Index="1000000000"><Cell/></Row>'),
    "a column a billion beside in SpreadsheetML": lambda: spreadsheetml(b'<Row><Cell ss:Index="1000000000"/></Row>'),
    "rows hidden again and again in SpreadsheetML": lambda: spreadsheetml(
        b'<Row ss:Hidden="1" ss:Span="1000000" ss:Index="9"/>' * 300
    ),
    "columns hidden again and again": lambda: in_sheet(
        lambda xml: xml.replace(b"<sheetData>", b'<col min="1" max="16384" hidden="1"/>' * 200_000 + b"<sheetData>")
    ),
}
TOO_MANY = {
    "many members": ("archive_files_too_many", lambda: zip_bytes({f"{n}.csv": b"" for n in range(10_001)}), "10000 个"),
    "many files": ("archive_files_too_many", lambda: zip_bytes({f"{n}.csv": b"1" for n in range(1_001)}), "1000 个"),
    "many tables in a page": ("sheets_too_many", lambda: many_tables(100_000), "1000 张"),
    "many sheets of one part": ("sheets_too_many", lambda: many_sheets(5_000), "1000 张"),
    "many tables in an ods": (
        "sheets_too_many",
        lambda: in_content(
            lambda xml: xml.replace(b"</office:spreadsheet>", b"<table:table/>" * 100_000 + b"</office:spreadsheet>")
        ),
        "1000 张",
    ),
}
FAR = {
    "a cell at XFD1048576": lambda: cells(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a far cell in a near row": lambda: cells('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'),
    "a far cell with a prefix": lambda: cells(
        '<row r="1"><c r="A1"><v>1</v></c><c s="0" r="XFD1048576"><v>1</v></c></row>'
    ),
    "a far cell in SpreadsheetML": lambda: as_spreadsheetml(CELLS).replace(
        b"</Table>",
        b'<Row ss:Index="1048576"><Cell ss:Index="16384"><Data ss:Type="Number">1</Data></Cell></Row></Table>',
    ),
    "a far cell in an ods": lambda: ods_table(
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value-type="float" '
        'office:value="1"/></table:table-row>'
    ),
}
FOREIGN = {
    "a picture": (png, "图片"),
    "a photograph": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), "图片"),
    "a drawing": (lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "图片"),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(300), "PDF 文档"),
    "a Word document": (lambda: package("word/document.xml"), "Word 文档"),
    "an old Word document": (lambda: ole("WordDocument"), "Word 文档"),
    "a presentation": (lambda: package("ppt/presentation.xml"), "演示文稿"),
    "an old presentation": (lambda: ole("PowerPoint Document"), "演示文稿"),
    "an OFD document": (lambda: package("OFD.xml"), "OFD 文档"),
    "a login page": (
        lambda: (
            "<!DOCTYPE html><html><body><form><table><tr><td>账号<td><input name=u><tr><td>密码"
            "<td><input type=password></table></form></body></html>".encode()
        ),
        "网页登录页",
    ),
    "a page without a table": (lambda: "<html><body><p>系统维护中</p></body></html>".encode(), "网页"),
    "a shortcut": (lambda: b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(200), "快捷方式"),
    "random bytes": (lambda: bytes((index * 7919 + index // 251) % 256 for index in range(5000)), "无法识别的数据"),
}
TEXT = {
    "bytes that are no text": ("encoding_unknown", lambda: "户编号".encode("gb18030") + b",\xff\xff\x80\n", "第 1 行"),
    "a GBK line in UTF-8": ("encodings_mixed", lambda: as_text(CELLS) + "合计，共三户".encode("gb18030"), "第 4 行"),
    "a UTF-8 line in GBK": (
        "encodings_mixed",
        lambda: as_text(CELLS * 20, encoding="gb18030") + "H009,张三丰\n".encode(),
        "第 61 行",
    ),
    "a broken byte in UTF-8": (
        "encodings_mixed",
        lambda: as_text(CELLS).replace("丰".encode(), b"\xe4\xb8", 1),
        "第 2 行",
    ),
    "UTF-8 cut within a character": ("encodings_mixed", lambda: as_text(CELLS) + "户".encode()[:2], "第 4 行"),
    "a zero byte": ("text_with_nul", lambda: as_text(CELLS).replace(b"H001", b"H0\x001"), "第 2 行"),
    "a quote that is not closed": ("csv_unbalanced", lambda: as_text(CELLS).replace(b"H003", b'"H003'), "第 3 行"),
    "a quote in the middle": ("csv_unbalanced", lambda: as_text(CELLS).replace(b",H003,", b',"H0"03,'), "第 3 行"),
    "nothing": ("file_empty", lambda: b"", "空"),
    "blanks": ("file_empty", lambda: b"\xef\xbb\xbf \r\n\t\r\n", "空"),
}
PACKED = {
    "an archive in the archive": ("archive_nested", lambda: zip_bytes({"内.zip": zip_bytes({"户.csv": b"1"})})),
    "a path out of the archive": ("archive_path_outside", lambda: zip_bytes({"../../户.csv": b"1"})),
    "an absolute path": ("archive_path_outside", lambda: zip_bytes({"/etc/户.csv": b"1"})),
    "a password": ("file_encrypted", with_password),
    "another kind of archive": ("archive_unsupported", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100)),
    "a compressed file": ("archive_unsupported", lambda: b"\x1f\x8b\x08\x00" + bytes(100)),
}


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def without(data: bytes, name: str) -> dict[str, bytes]:
    return {other: body for other, body in members(data).items() if other != name}


def twins() -> bytes:
    out = io.BytesIO(as_xlsx(CELLS))
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as book:
        book.writestr(SHEET, b"<worksheet/>")
    return out.getvalue()


def repeated_cells(count: int) -> bytes:
    rows = b'<row><c t="s"><v>0</v></c></row>' * count
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


def spreadsheetml(rows: bytes) -> bytes:
    """An XML spreadsheet with more rows."""
    return as_spreadsheetml(CELLS).replace(b"</Table>", rows + b"</Table>")


def many_sheets(count: int) -> bytes:
    """A workbook that shows one part as many sheets."""
    sheets = b"".join(b'<sheet name="%d" sheetId="%d" r:id="rId1"/>' % (n, n + 5) for n in range(count))
    return in_sheet(lambda xml: xml.replace(b"</sheets>", sheets + b"</sheets>"), BOOK)


def many_tables(count: int) -> bytes:
    return b"<table><tr><td>1<tr><td>2<tr><td>3<tr><td>4</table>" * count


CASES = {
    **{name: ("file_encrypted", made, "") for name, made in ENCRYPTED.items()},
    **{name: ("file_damaged", made, "") for name, made in BROKEN.items()},
    **{name: ("file_hostile", made, "") for name, made in HOSTILE.items()},
    **{name: ("archive_bomb", made, "") for name, made in BOMBS.items()},
    **{name: ("sheet_too_large", made, "1,048,576 行或 16,384 列") for name, made in TOO_LARGE.items()},
    **TOO_MANY,
    **{name: ("cells_far_apart", made, "") for name, made in FAR.items()},
    **{name: ("not_a_table", made, f"文件内容是{what}，") for name, (made, what) in FOREIGN.items()},
    **TEXT,
    **{name: (code, made, "") for name, (code, made) in PACKED.items()},
}


@pytest.fixture(scope="module")
def reading_apart() -> Iterator[ForkServer]:
    """Reads every file in a process of its own, which has what a process that reads ledgers has imported."""
    with forking("hostile_reading") as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_gets_its_sentence_in_little_time_and_memory(name, tmp_path, reading_apart):
    code, made, said = CASES[name]
    file = tmp_path / "台账.xlsx"
    file.write_bytes(made())
    ran = reading_apart.run("read", file)
    assert ran.returncode == 0, ran.stderr
    found, details, seconds, used_mb = json.loads(ran.stdout)
    assert found == code
    assert said in issues.issue(found, **details).message
    assert seconds < 10
    assert used_mb < 500


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_known_whatever_its_suffix(name, reading):
    made, what = FOREIGN[name]
    for suffix in (".xlsx", ".csv"):
        file = reading.folder / f"台账{suffix}"
        file.write_bytes(made())
        [entry] = reading.check(file).files
        assert what in entry.issues[0].message


def test_nothing_leaves_an_archive(tmp_path):
    file = tmp_path / "外.zip"
    file.write_bytes(zip_bytes({"../出.csv": b"1", "目录/内.csv": as_text(CELLS), "/tmp/绝对.csv": b"1"}))
    before = set(tmp_path.parent.rglob("*"))
    handed = list(containers.files(file))
    assert set(tmp_path.parent.rglob("*")) == before
    assert [one.refused.code if one.refused else None for one in handed] == [
        "archive_path_outside",
        None,
        "archive_path_outside",
    ]
