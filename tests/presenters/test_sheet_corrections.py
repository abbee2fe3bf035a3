"""What a clerk says about sheets that were not understood: at the desk, on the page, and at the next load."""

import io
import shutil
import zipfile

import ledger_files
import openpyxl
import pytest
from intake_steps import checked, settled
from page_apps import alone, words
from streamlit.testing.v1 import AppTest

from dashboard.ledgers.layout.instructions import Instructions, Layout
from dashboard.ledgers.loading import saved_layouts
from dashboard.presenters.ledger_intake import report_tables as tables
from dashboard.presenters.ledger_intake import sheet_corrections
from dashboard.presenters.ledger_intake import version_list as shelf
from dashboard.presenters.ledger_intake.session import IntakeSession
from dashboard.presenters.ledger_intake.sheet_corrections import FIELD, NOT_READ
from dashboard.presenters.ledger_intake.uploads import SheetAt, Upload, sheets_alike
from dashboard.warehouse import versions

VISITS = "走访台账"
STRANGE = {"走访日期": "到户那天", "户编号": "哪一户", "走访情况": "看到什么"}


@pytest.fixture
def root(county_db, tmp_path):
    """A copy of the published county that a test may change."""
    return shutil.copytree(county_db, tmp_path / "db")


@pytest.fixture
def page(root, monkeypatch) -> AppTest:
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    return alone("ledger_intake")


@pytest.fixture
def accounts(county_ledgers) -> list[list]:
    """Rows of the collective-economy ledger, header first, one of them with more income."""
    rows = ledger_files.rows(county_ledgers, "村集体经济收入台账")
    return ledger_files.with_values(rows, 1, 总收入="712345.67")


def book(sheets: dict[str, list[list]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def visits(county_ledgers):
    """Thirty visits of the county under titles of a village's own; one finding is new."""
    header, *rows = ledger_files.rows(county_ledgers, VISITS)[:31]
    rows[0][header.index("走访情况")] = "新装了自来水"
    return [[STRANGE.get(title, title) for title in header], *rows]


def strange(visits, name="四月.xlsx", *, sheets=("四月",)) -> Upload:
    rows = [["走访情况汇总"], *visits]
    return Upload.of(name, book(dict.fromkeys(sheets, rows)))


def first(desk: IntakeSession) -> tuple[SheetAt, "sheet_corrections.SheetReport"]:
    return next(iter(sheet_corrections.sheets(desk.report).items()))


def chosen(entry) -> list[str]:
    """The fields that the clerk gives the strange columns."""
    meant = {own: title for title, own in STRANGE.items()}
    return [meant.get(use.title, use.field or NOT_READ) for use in entry.recognition.columns]


def corrected(desk: IntakeSession, **more) -> IntakeSession:
    """The desk after the clerk said what the columns of its first sheet hold."""
    at, entry = first(desk)
    known = entry.recognition
    choices = {"kind": known.kind, "rows": known.header_rows, "chosen": chosen(entry), "year": 0, "unit": ""}
    said = sheet_corrections.instructions(known, desk.instructions_for(at), **(choices | more))
    same = sheets_alike(desk.report, at, known.header_rows)
    desk.correct(sheet_corrections.for_alike({one: desk.instructions_for(one) for one in same}, same, said))
    return settled(desk)


def published(desk: IntakeSession) -> IntakeSession:
    desk.publish()
    return settled(desk)


# At the desk ------------------------------------------------------------------------------------------------------


def test_a_sheet_is_found_again_by_upload_path_in_the_archive_and_name():
    entry = sheet_corrections.SheetReport("/tmp/dashboard-intake-x1/002/外.zip/镇/内.xlsx", "三月")
    assert SheetAt.of(entry) == SheetAt(2, "镇/内.xlsx", "三月")
    assert SheetAt.of(sheet_corrections.SheetReport("/tmp/dashboard-intake-x1/000/a.csv")) == SheetAt(0, "", "")


def test_columns_that_were_not_understood_are_corrected_published_and_remembered(root, visits):
    desk = checked(root, strange(visits))
    _, entry = first(desk)
    assert not desk.publishable
    assert (
        "必填项还没有对应的列：走访日期、户编号"
        in sheet_corrections.objections(
            "visits", sheet_corrections.mapping(entry.recognition)[FIELD].tolist(), entry.recognition
        )[0]
    )
    corrected(desk)
    assert desk.report.changes == 1
    assert published(desk).done.published
    again = checked(root, strange(visits, "五月.xlsx"))
    [sheet] = tables.sheets(again.report).to_dict("records")
    assert (sheet["result"], sheet["unchanged"]) == ("可以导入", 30)
    assert "按 " in tables.issue_rows(again.report)["says"].str.cat()
    assert first(again)[1].recognition.saved_on


def test_a_layout_put_right_in_a_file_that_changes_nothing_is_remembered_when_asked(root, visits, county_ledgers):
    header, *rows = visits
    standing = {tuple(row[:-1]): row[-1] for row in ledger_files.rows(county_ledgers, VISITS)[1:]}
    same = [header, *([*row[:-1], standing[tuple(row[:-1])]] for row in rows)]
    desk = corrected(checked(root, strange(same)))
    assert desk.report.changes == 0 and desk.teaches and not desk.publishable
    desk.remember()
    assert "已记住" in desk.notice and desk.state == "empty"
    again = checked(root, strange(same))
    assert again.report.files[0].recognition.saved_on and not again.teaches
    assert versions.current(root).id == "v0001"


def test_what_is_said_of_one_sheet_holds_for_those_with_the_same_header(root, visits):
    desk = corrected(checked(root, strange(visits, sheets=("四月", "五月"))))
    assert tables.sheets(desk.report)["ledger"].tolist() == [VISITS, VISITS]
    assert {words.layout for at in sheet_corrections.sheets(desk.report) if (words := desk.instructions_for(at))} == {
        desk.instructions_for(first(desk)[0]).layout
    }


def test_what_was_said_is_taken_back(root, visits):
    desk = corrected(checked(root, strange(visits)))
    at, entry = first(desk)
    desk.correct({at: sheet_corrections.automatic(entry)})
    settled(desk)
    assert not desk.publishable and desk.instructions_for(at) is None


def test_a_remembered_layout_can_be_set_aside_and_forgotten(root, visits):
    published(corrected(checked(root, strange(visits))))
    desk = checked(root, strange(visits, "五月.xlsx"))
    at, entry = first(desk)
    desk.correct({at: sheet_corrections.automatic(entry)})
    assert tables.sheets(settled(desk).report)["result"].tolist() == ["不能导入"]
    desk.correct({at: None})
    assert tables.sheets(settled(desk).report)["result"].tolist() == ["可以导入"]
    desk.forget(tables.saved_layout_rows(saved_layouts.read(root))["fingerprint"].tolist())
    assert tables.sheets(settled(desk).report)["result"].tolist() == ["不能导入"]
    assert saved_layouts.read(root) == {} and "已清除" in desk.notice


def test_a_sheet_is_left_out_where_the_clerk_says_so(root, accounts):
    undated = ledger_files.without(accounts, "年度")
    desk = checked(root, Upload.of("两张表.xlsx", book({"无年度": undated, "集体": accounts})))
    assert tables.sheets(desk.report)["result"].tolist() == ["不能导入", "不能导入"]
    at, entry = first(desk)
    known = entry.recognition
    said = sheet_corrections.instructions(
        known, None, kind=sheet_corrections.LEFT_OUT, rows=known.header_rows, chosen=[], year=0, unit=""
    )
    desk.correct(sheet_corrections.for_alike({at: None}, [at], said))
    assert tables.sheets(settled(desk).report)["result"].tolist() == ["不读", "可以导入"]
    desk.correct({at: None})
    assert at in sheet_corrections.sheets(desk.report), "what is left out can be taken in again"
    assert tables.sheets(settled(desk).report)["result"].tolist() == ["不能导入", "不能导入"]


def test_a_field_given_twice_is_objected_to(root, visits):
    desk = checked(root, strange(visits))
    _, entry = first(desk)
    fields = chosen(entry)
    fields[0] = fields[3]
    sentences = sheet_corrections.objections("visits", fields, entry.recognition)
    assert sentences[0] == "“户编号”对应了 A、D 列，请只留一列。"
    assert "走访日期" in sentences[1]


def test_choices_that_say_nothing_new_are_nothing_said(root, accounts):
    _, entry = first(checked(root, Upload.of("集体.csv", ledger_files.csv_bytes(accounts))))
    known = entry.recognition
    same = {"kind": known.kind, "rows": known.header_rows, "chosen": sheet_corrections.mapping(known)[FIELD].tolist()}
    assert sheet_corrections.instructions(known, None, **same, year=0, unit="") is None
    assert sheet_corrections.instructions(known, None, **same, year=2024, unit="") == Instructions(year=2024)
    assert sheet_corrections.instructions(known, None, **same, year=0, unit="万元") == Instructions(unit="万元")


def test_another_header_row_leaves_the_columns_to_be_found_anew(root, visits):
    _, entry = first(checked(root, strange(visits)))
    known = entry.recognition
    said = sheet_corrections.instructions(
        known, None, kind="visits", rows=(1, 2), chosen=chosen(entry), year=0, unit=""
    )
    assert said == Instructions(layout=Layout((0, 1)))
    other_kind = sheet_corrections.instructions(
        known, said, kind="incomes", rows=(2, 2), chosen=chosen(entry), year=0, unit=""
    )
    assert other_kind == Instructions("incomes", layout=Layout((0, 1)))


def test_what_was_understood_is_told_in_one_line(root, accounts):
    rows = [["2025年村集体经济"], ["单位：元"], *ledger_files.without(accounts, "年度")[:4], ["合计"]]
    desk = checked(root, Upload.of("集体.xlsx", book({"表一": rows})))
    at, entry = first(desk)
    assert sheet_corrections.facts(entry) == (
        "表头第 3 行；数据第 4–6 行，共 3 行，跳过合计行 1 行；"
        "金额单位元（表头上方的说明）；年度 2025（表头上方的标题）"
    )
    assert sheet_corrections.named(at, entry, "集体.xlsx") == "集体.xlsx › 表一（村集体经济收入台账）"
    assert sheet_corrections.top(entry.recognition)["A"].tolist()[:2] == ["2025年村集体经济", "单位：元"]


def test_a_sheet_within_an_archive_is_named_and_corrected(root, visits):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("城关镇/四月.xlsx", strange(visits).data)
    desk = checked(root, Upload.of("各镇.zip", packed.getvalue()))
    assert tables.sheets(desk.report)["file"].tolist() == ["各镇.zip/城关镇/四月.xlsx"]
    at, entry = first(desk)
    assert sheet_corrections.named(at, entry, "各镇.zip") == "各镇.zip › 城关镇/四月.xlsx › 四月（走访台账）"
    assert corrected(desk).report.changes == 1


def test_a_returned_workbook_is_understood_as_the_one_it_came_from(root, visits):
    day = visits[0].index("到户那天")
    visits[5][day] = "2025-13-45"
    desk = published(corrected(checked(root, strange(visits))))
    book_returned = openpyxl.load_workbook(io.BytesIO(desk.returns()[1]()))
    cells = [cell for row in book_returned.worksheets[0] for cell in row if cell.value == "2025-13-45"]
    cells[0].value = "2024-03-08"
    corrected_book = io.BytesIO()
    book_returned.save(corrected_book)
    again = checked(root, Upload.of("四月_退回.xlsx", corrected_book.getvalue()))
    [sheet] = [one for one in tables.sheets(again.report).to_dict("records") if one["ledger"] == VISITS]
    assert (sheet["result"], sheet["read"], sheet["refused"]) == ("可以导入", 1, 0)


def test_a_sheet_that_fills_several_years_is_shown_but_not_taken_apart_by_hand(root, accounts):
    header = accounts[0]
    row = next(row for row in accounts[1:] if row[header.index("年度")] == 2025)
    place = [row[header.index(title)] for title in ("乡镇", "行政村", "行政村代码")]
    titles = ["乡镇", "行政村", "行政村代码", "2024年总收入", "2024年经营性收入", "2025年总收入", "2025年经营性收入"]
    desk = checked(root, Upload.of("两年.xlsx", book({"表": [titles, [*place, 300000, 200000, 400000, 300000]]})))
    _, entry = first(desk)
    assert entry.recognition.is_one_of_several
    assert "由程序拆分" in sheet_corrections.facts(entry)


# Rows that come back, rows to remove ------------------------------------------------------------------------------


def test_refused_rows_come_back_as_the_senders_workbook_also_after_publishing(root, visits):
    visits[5][visits[0].index("到户那天")] = "2025-13-45"
    desk = corrected(checked(root, strange(visits)))
    name, make = desk.returns()
    assert name == "四月_退回.xlsx"
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(make())).worksheets[0] for cell in row]
    assert "2025-13-45" in cells and "到户那天" in cells
    published(desk)
    assert desk.has_returns and desk.returns()[1]()


def test_refused_rows_of_several_files_come_back_in_an_archive(root, visits, county_ledgers):
    header, *rows = ledger_files.rows(county_ledgers, VISITS)[:4]
    rows[0][header.index("走访日期")] = "昨天"
    file = ledger_files.csv_bytes([header, *rows])
    desk = checked(root, Upload.of("甲.csv", file), Upload.of("乙.csv", file))
    name, make = desk.returns()
    assert name == "退回表.zip"
    assert sorted(zipfile.ZipFile(io.BytesIO(make())).namelist()) == ["01_甲_退回.xlsx", "02_乙_退回.xlsx"]


def test_refused_rows_of_a_file_in_an_archive_come_back_as_that_file(root, county_ledgers):
    header, *rows = ledger_files.rows(county_ledgers, VISITS)[:4]
    rows[0][header.index("走访日期")] = "昨天"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("城关镇/走访.csv", ledger_files.csv_bytes([header, *rows]))
        archive.writestr("好.csv", ledger_files.csv_bytes([header, *rows[1:]]))
    name, make = checked(root, Upload.of("全部.zip", packed.getvalue())).returns()
    assert name == "走访_退回.xlsx"
    assert "昨天" in [cell.value for row in openpyxl.load_workbook(io.BytesIO(make())).worksheets[0] for cell in row]


@pytest.fixture
def shorter(county_ledgers) -> Upload:
    """The households without three of them."""
    rows = ledger_files.rows(county_ledgers, "农户基本信息台账")
    return Upload.of("农户.csv", ledger_files.csv_bytes([*rows[:5], *rows[8:]]))


def test_rows_left_out_are_offered_examined_and_removed_only_when_said_so(root, shorter):
    desk = checked(root, shorter)
    [offer] = desk.candidates
    assert len(offer.keys) == 3
    desk.examine(offer.kind, offer.keys[:2], "v0001")
    settled(desk)
    assert desk.removal.removed == 2 and desk.removal.referring
    assert versions.current(root).id == "v0001"
    desk.remove(False)
    assert "家庭成员台账" in settled(desk).error
    desk.examine(offer.kind, offer.keys[:2], "v0001")
    settled(desk)
    desk.remove(True)
    settled(desk)
    assert versions.current(root).id == "v0002" and "v0002" in desk.notice
    standing = shelf.current_ledgers(root).set_index("ledger")["version"]
    assert (standing["农户基本信息台账"], standing["行政区划名录"]) == ("v0002", "v0001")
    assert desk.report is not None
    settled(desk)
    [left] = desk.candidates
    assert left.keys == offer.keys[2:]


# On the page ------------------------------------------------------------------------------------------------------


def test_the_page_offers_a_template_of_each_ledger(page):
    assert sum(button.key.startswith("intake_template_") for button in page.get("download_button")) == 10


def test_the_page_shows_what_was_not_understood_and_takes_the_kind(page, visits):
    visits[0] = ["甲", "乙", *visits[0][2:]]
    page.file_uploader[0].upload("怪表.xlsx", book({"表": [["看看"], ["商品", "单价"], ["盐", 2]]})).run()
    assert not page.exception
    [sheet] = [box for box in page.selectbox if box.key.startswith("intake_kind_")]
    sheet.select("visits").run()
    [start] = [box for box in page.selectbox if box.key.startswith("intake_first_")]
    start.select(2).run()
    page.button(key="intake_again").click().run()
    assert not page.exception
    assert "缺少必要的列" in words(page) or any("走访日期" in warning.value for warning in page.warning)


def test_the_page_shows_the_columns_and_corrects_the_kind(page, accounts):
    page.file_uploader[0].upload("集体.csv", ledger_files.csv_bytes(accounts)).run()
    assert FIELD in page.data_editor[0].value.columns
    [kind] = [box for box in page.selectbox if box.key.startswith("intake_kind_")]
    assert page.button(key="intake_again").disabled
    kind.select("incomes").run()
    page.button(key="intake_again").click().run()
    assert "没有可以发布的内容" in words(page)
    page.button(key="intake_automatic").click().run()
    assert "尚未发布" in words(page) and not page.exception


def test_the_page_lists_what_is_remembered(root, page, visits):
    published(corrected(checked(root, strange(visits))))
    page.run()
    assert any("记住的对应关系（1 种表头）" in box.label for box in page.expander)


def test_the_page_clears_a_damaged_memory(root, page):
    (root / "layouts.json").write_text("{", encoding="utf-8")
    page.run()
    assert "layouts.json 已损坏" in page.error[0].value
    page.button(key="intake_forget").click().run()
    assert not page.error and saved_layouts.read(root) == {}
