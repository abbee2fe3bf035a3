"""Handing in ledgers: the desk of one clerk, and the page around it."""

import os
import shutil
import tempfile
from html import escape

import ledger_files
import pytest
from intake_steps import checked, settled
from page_apps import alone, opened, words
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.ledgers.feedback import clerk_guide
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load
from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.presenters.ledger_intake import job, uploads, version_list
from dashboard.presenters.ledger_intake import report_tables as tables
from dashboard.presenters.ledger_intake.session import IntakeSession
from dashboard.presenters.ledger_intake.uploads import Upload
from dashboard.warehouse import versions
from dashboard.web import intake_panels, intake_sessions

COLLECTIVE = "村集体经济收入台账"


@pytest.fixture
def root(county_db, tmp_path):
    """A copy of the published county that a test may change."""
    return shutil.copytree(county_db, tmp_path / "db")


@pytest.fixture
def accounts(county_ledgers):
    """Rows of the collective-economy ledger, header first."""
    return ledger_files.rows(county_ledgers, COLLECTIVE)


def first_short_of_target(accounts) -> int:
    year, operating = accounts[0].index("年度"), accounts[0].index("经营性收入")
    return next(n for n, row in enumerate(accounts) if row[year] == 2025 and 0 < row[operating] < 100_000)


@pytest.fixture
def richer(accounts) -> Upload:
    """The ledger with one village lifted over the target."""
    row = first_short_of_target(accounts)
    lifted = ledger_files.with_values(accounts, row, 经营性收入="512345.67", 总收入="612345.67")
    return Upload.of("村集体经济.csv", ledger_files.csv_bytes(lifted))


# The desk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("收入台账.xlsx", "收入台账.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\报表\\收入.csv", "收入.csv"),
        ("收入\u202excod.exe", "收入_xcod.exe"),
        ("..", "未命名"),
        ("a<b>|?*.csv", "a_b____.csv"),
        (f"{'长' * 300}.xlsx", f"{'长' * 80}.xlsx"),
    ],
)
def test_a_file_name_is_made_safe(sent, kept):
    assert uploads.clean_name(sent) == kept


def test_what_stands_of_each_ledger_names_the_version_that_last_changed_it(root, richer):
    before = version_list.current_ledgers(root).set_index("ledger")
    assert set(before["version"]) == {"v0001"}
    desk = checked(root, richer)
    desk.publish()
    settled(desk)
    after = version_list.current_ledgers(root).set_index("ledger")
    assert after.loc[COLLECTIVE, "version"] == "v0002"
    assert set(after.drop(COLLECTIVE)["version"]) == {"v0001"}
    assert after["rows"].equals(before["rows"]), "changed rows take the place of others"
    versions.rollback(root, "v0001")
    assert set(version_list.current_ledgers(root)["version"]) == {"v0001"}


def test_a_ledger_never_loaded_says_so(county_ledgers, tmp_path):
    load.load([file for file in county_ledgers.iterdir() if file.name[:2] in ("01", "02")], tmp_path / "db")
    standing = version_list.current_ledgers(tmp_path / "db").set_index("ledger")
    assert (standing.loc["收入台账", "rows"], standing.loc["收入台账", "changed_at"]) == (0, "尚未导入")


def test_the_note_of_a_large_load_stays_short(root):
    assert len(versions.current(root).note) < 60 and "等 11 种" in versions.current(root).note


def test_a_check_counts_and_publishes_nothing(root, richer):
    desk = checked(root, richer)
    [sheet] = tables.sheets(desk.report).to_dict("records")
    assert (sheet["ledger"], sheet["new"], sheet["changed"]) == (COLLECTIVE, 0, 1)
    assert desk.publishable
    assert len(versions.published(root)) == 1


def test_old_and_new_values_of_a_change_are_shown(root, richer):
    changed = tables.changes(checked(root, richer).report).set_index("title")
    assert set(changed.index) == {"总收入", "经营性收入"}
    assert changed.loc["经营性收入", "new"] == "512345.67"


def test_a_second_click_does_not_load_a_second_time(root, richer):
    desk = checked(root, richer)
    desk.publish()
    desk.publish()
    settled(desk)
    desk.publish()
    assert desk.job is None
    assert desk.done.published
    assert [version.id for version in versions.published(root)] == ["v0002", "v0001"]


def test_the_same_file_again_needs_no_new_version(root, accounts):
    desk = checked(root, Upload.of("同样.csv", ledger_files.csv_bytes(accounts)))
    assert not desk.publishable
    assert "完全相同" in tables.why_not(desk.report)


def test_a_file_that_is_no_ledger_leaves_nothing_to_publish(root):
    desk = checked(root, Upload.of("通知.txt", "关于开会的通知\n请准时参加\n".encode()))
    assert not desk.publishable
    assert "没有可以导入的行" in tables.why_not(desk.report)
    assert tables.asks(desk.report)


def test_a_missing_year_is_asked_for_and_taken_for_that_file_only(root, accounts):
    year = accounts[0].index("年度")
    of_2024 = [accounts[0], *(row for row in accounts[1:] if row[year] == 2024)]
    undated = Upload.of("收入表.csv", ledger_files.csv_bytes(ledger_files.without(of_2024, "年度")))
    dated = Upload.of("全部.csv", ledger_files.csv_bytes(accounts))
    desk = checked(root, undated, dated)
    assert tables.asks(desk.report)
    assert tables.sheets(desk.report)["result"].tolist() == ["不能导入", "可以导入"]
    todo = tables.issue_rows(desk.report).query("file == '收入表.csv'")["todo"].iat[0]
    assert "选择年度" in todo and "--year" not in todo
    desk.check({0: Instructions(year=2024)})
    settled(desk)
    assert tables.sheets(desk.report)["result"].tolist() == ["可以导入", "可以导入"]


def test_what_is_asked_of_a_sheet_is_said_beside_the_choices_and_its_rows_are_not_judged(root, accounts):
    undated = Upload.of("村集体经济.csv", ledger_files.csv_bytes([row[1:] for row in accounts]))
    desk = checked(root, undated, Upload.of("图.xlsx", b"\x89PNG\r\n\x1a\n"))
    [question] = tables.questions(desk.report, desk.report.files[0])
    assert "年度" in question and question.endswith("请选择年度后重新核对。")
    sheet = tables.sheets(desk.report).iloc[0]
    assert sheet["read"] == len(accounts) - 1 and sheet["loaded"] == 0 and sheet[["new", "refused"]].isna().all()
    assert desk.report.headline.startswith("可以导入 0 行，2 个文件不能导入")
    [card] = [card for card in tables.counted(desk.report) if card.name == "不能导入"]
    assert card.light == "red" and "2 个文件" in card.target


def test_counts_have_thousands_separators_and_a_few_missing_rows_are_named():
    entry = SheetReport("走访.csv", rows_read=12_345, rows_loaded=12_345)
    entry.add_issue("rows_missing", count=1_234, ledger="走访台账", keys="H1 等")
    told = Report([entry], dry_run=True)
    assert told.headline.startswith("可以导入 12,345 行") and "可导入 12,345 行" in told.lines()[0]
    assert "1,234 行" in told.lines()[1]


def test_the_kind_a_clerk_names_is_checked_against_the_file(root, accounts):
    desk = checked(root, Upload.of("集体.csv", ledger_files.csv_bytes(accounts)))
    desk.check({0: Instructions(ledger="incomes")})
    settled(desk)
    assert "村集体经济收入台账" in tables.issue_rows(desk.report)["says"].iat[0]
    assert not desk.publishable


def test_a_unit_is_asked_for_and_taken(root, accounts):
    money = range(accounts[0].index("总收入"), len(accounts[0]))
    in_wan = [accounts[0]] + [
        [f"{float(cell or 0) / 10_000:.6f}" if place in money else cell for place, cell in enumerate(row)]
        for row in accounts[1:]
    ]
    desk = checked(root, Upload.of("收入.csv", ledger_files.csv_bytes(in_wan)))
    assert "选择金额单位" in tables.issue_rows(desk.report)["todo"].iat[0]
    desk.check({0: Instructions(unit="万元")})
    settled(desk)
    assert tables.sheets(desk.report)["unchanged"].iat[0] == len(accounts) - 1


def test_two_files_of_one_name_are_both_read(root, accounts):
    upload = Upload.of("台账.csv", ledger_files.csv_bytes(accounts))
    desk = checked(root, upload, upload)
    assert tables.sheets(desk.report)["file"].tolist() == ["台账.csv", "台账.csv"]


def test_village_outlines_are_taken_too(root, county_ledgers):
    [file] = county_ledgers.glob("*.geojson")
    desk = checked(root, Upload.of(file.name, file.read_bytes()))
    assert tables.sheets(desk.report)["unchanged"].iat[0] == 60


def test_the_second_clerk_may_check_meanwhile_and_is_told_to_wait_with_publishing(root, richer):
    with versions.building(root):
        desk = checked(root, richer)
        assert desk.publishable
        desk.publish()
        settled(desk)
        assert desk.error == "另一个导入正在进行，请等它结束后再试。"
        assert desk.done is None
    desk.publish()
    assert settled(desk).done.published


def test_files_received_during_a_check_wait_for_it(root, richer, accounts):
    desk = IntakeSession(root)
    desk.receive([Upload.of("先.csv", ledger_files.csv_bytes(accounts))])
    desk.receive([richer])
    settled(desk)
    assert desk.error == ""
    assert tables.sheets(desk.report)["file"].tolist() == ["村集体经济.csv"]


def test_no_copy_of_a_file_stays_behind(root, richer, tmp_path, monkeypatch):
    workshop = tmp_path / "tmp"
    workshop.mkdir()
    (workshop / "dashboard-intake-killed").mkdir()
    os.utime(workshop / "dashboard-intake-killed", (0, 0))
    monkeypatch.setattr(tempfile, "tempdir", str(workshop))
    desk = checked(root, richer)
    desk.publish()
    settled(desk)
    assert desk.done.published
    assert list(workshop.iterdir()) == []
    assert desk.uploads == ()


def test_personal_data_are_masked_in_the_report(root, county_ledgers):
    members = ledger_files.rows(county_ledgers, "家庭成员台账")
    number = members[1][members[0].index("证件号码")]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    table = ledger_files.with_values(members[:3], 1, 证件号码=wrong)
    said = tables.issue_rows(checked(root, Upload.of("成员.csv", ledger_files.csv_bytes(table))).report)
    refused = said[said["severity"] == "不能导入"]
    assert refused["row"].tolist() == [2]
    assert "校验码" in refused["says"].iat[0] and refused["todo"].iat[0].startswith("请")
    assert wrong not in said.to_csv() and number not in said.to_csv()


def test_a_failure_nobody_foresaw_is_one_sentence_and_quotes_nobody(root, richer, monkeypatch, caplog):
    person = "张三 629821199003070018"

    def broken(*_args, **_more):
        raise RuntimeError(person)

    monkeypatch.setattr(job.load, "load", broken)
    desk = checked(root, richer)
    assert "已发布的数据没有改动" in desk.error
    assert "RuntimeError" in caplog.text and "张三" not in caplog.text and "629821" not in caplog.text


def test_rolling_back_to_nowhere_says_so(root):
    desk = IntakeSession(root)
    desk.rollback("v0099")
    assert "没有版本“v0099”" in desk.error
    assert versions.current(root).id == "v0001"


# The page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(root, monkeypatch) -> AppTest:
    """The intake page in its frame: a test may go to another page and back."""
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    return opened("ledger_intake")


@pytest.fixture
def drawn(root, monkeypatch) -> AppTest:
    """The intake page by itself."""
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    return alone("ledger_intake")


def grids(app: AppTest) -> dict[str, list]:
    return {frame.value.columns[0]: frame.value.to_dict("records") for frame in app.dataframe}


def test_from_file_to_published_version_and_back(page, root, richer):
    page.file_uploader[0].upload(richer.name, richer.data).run()
    assert not page.exception
    assert "尚未发布" in words(page)
    assert len(versions.published(root)) == 1
    page.button(key="intake_publish").click().run()
    assert "已发布版本 v0002" in words(page)
    moved = {row["指标"]: (row["发布前"], row["发布后"]) for row in grids(page)["指标"]}
    before, after = (float(text.rstrip("%")) for text in moved["村集体经营性收入达标率"])
    assert after > before
    assert "家庭人口数" not in moved
    page.button(key="intake_confirm").click().run()
    assert "v0001" in page.success[0].value
    assert versions.current(root).id == "v0001"
    assert [row["状态"] for row in grids(page)["版本"]] == ["", "当前"]


def test_a_report_survives_a_look_at_another_page(page, richer):
    page.file_uploader[0].upload(richer.name, richer.data).run()
    page.switch_page("pages/collective_economy.py").run()
    page.switch_page("pages/ledger_intake.py").run()
    assert "尚未发布" in words(page)
    page.button(key="intake_discard").click().run()
    assert "尚未发布" not in words(page)


def visited(word: str) -> AppTest:
    """The page as a visitor sees it who opens an address that names a desk."""
    app = AppTest.from_file(str(paths.PROJECT / "app.py"), default_timeout=60).run()
    app.query_params["desk"] = word
    return app.switch_page("pages/ledger_intake.py").run()


def test_a_report_survives_a_reload_and_the_desk_is_empty_once_it_is_put_away(page, richer, monkeypatch):
    monkeypatch.setattr(intake_panels, "_is_open", lambda session: False)
    page.file_uploader[0].upload(richer.name, richer.data).run()
    word = page.query_params["desk"]
    reloaded = visited(word)
    assert "尚未发布" in words(reloaded)
    assert richer.name in words(reloaded)
    reloaded.button(key="intake_publish").click().run()
    assert "已发布版本 v0002" in words(reloaded) and reloaded.query_params["desk"] == word
    reloaded.button(key="intake_confirm").click().run()
    assert "desk" not in reloaded.query_params


def test_an_address_whose_desk_is_in_use_or_gone_says_so(page, richer, monkeypatch):
    page.file_uploader[0].upload(richer.name, richer.data).run()
    word = page.query_params["desk"]
    monkeypatch.setattr(intake_panels, "_is_open", lambda session: True)
    copied = visited(word)
    assert "请重新放入文件" in copied.info[0].value and "尚未发布" not in words(copied)
    assert "请重新放入文件" in visited("nothing").info[0].value


def test_desks_are_forgotten_after_a_while_and_when_there_are_very_many(root):
    now = [0.0]
    kept = intake_sessions.SessionStore(lambda: now[0])
    first = IntakeSession(root)
    word = kept.keep(first, "a")
    assert kept.keep(first, "b") == word and kept.take(word, lambda session: session == "a") is first
    assert kept.take(word, lambda session: session == "b") is None
    now[0] = 1_801
    assert kept.take(word, lambda session: False) is None
    words_of_many = [kept.keep(IntakeSession(root), "c") for _ in range(60)]
    assert kept.take(words_of_many[0], lambda session: False) is None
    assert kept.take(words_of_many[-1], lambda session: False) is not None


def test_what_was_checked_elsewhere_meanwhile_is_not_published(root, richer):
    desk = checked(root, richer)
    desk.publish(desk.checks - 1)
    assert desk.job is None and versions.current(root).id == "v0001"
    desk.publish(desk.checks)
    assert settled(desk).done.published


def test_a_check_made_on_another_version_is_said_and_made_anew(drawn, root, richer, accounts):
    drawn.file_uploader[0].upload(richer.name, richer.data).run()
    assert "intake_check_anew" not in [button.key for button in drawn.button]
    colleague = checked(root, richer)
    colleague.publish()
    assert settled(colleague).done.version == "v0002"
    drawn.run()
    assert "v0002" in drawn.warning[0].value
    drawn.button(key="intake_check_anew").click().run()
    assert not drawn.warning and "没有可以发布的内容" in words(drawn)


def test_without_anything_usable_there_is_no_button_to_publish(drawn):
    drawn.file_uploader[0].upload("通知.txt", "关于开会的通知\n".encode()).run()
    assert "没有可以发布的内容" in words(drawn)
    assert "intake_publish" not in [button.key for button in drawn.button]


def test_going_back_offers_the_version_before_the_last_publication(root, richer, accounts, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(root))

    def publish(upload: Upload) -> None:
        desk = checked(root, upload)
        desk.publish()
        settled(desk)

    publish(richer)
    app = alone("ledger_intake")
    assert app.selectbox(key="intake_target_v0002").value == "v0001"
    publish(Upload.of("村集体经济.csv", ledger_files.csv_bytes(accounts)))
    app.run()
    assert app.selectbox(key="intake_target_v0003").value == "v0002"


def test_sentences_are_shown_whole_and_escaped(drawn, accounts):
    broken = ledger_files.with_values(accounts, 1, 总收入="<b>约三万</b>")
    data = ledger_files.csv_bytes(broken)
    drawn.file_uploader[0].upload("集体.csv", data).run()
    said = tables.issue_rows(drawn.session_state["intake_desk"].report)
    assert "<b>约三万</b>" in said["says"].iat[0]
    for sentence in [*said["says"], *said["todo"].dropna()]:
        assert escape(sentence) in words(drawn)
    assert "<b>约" not in words(drawn)


def test_the_guide_of_the_clerk_is_read_on_the_page(drawn):
    drawn.button(key="intake_guide").click().run()
    shown = "\n".join(element.value for element in drawn.markdown)
    assert clerk_guide.written_part() in shown and clerk_guide.message_tables().strip() in shown
    assert "三步" in shown and clerk_guide.marker() not in shown


@pytest.mark.parametrize("harm", ["file", "card", "pointer"])
def test_where_the_version_in_force_is_damaged_the_page_offers_the_way_back(root, richer, monkeypatch, harm):
    desk = checked(root, richer)
    desk.publish()
    assert settled(desk).done.version == "v0002"
    if harm == "file":
        versions.version_file(root, "v0002").write_bytes(b"damaged" * 5000)
    elif harm == "card":
        (root / "versions" / "v0002.json").write_text("{", encoding="utf-8")
    else:
        (root / "CURRENT").unlink()
    versions._open.clear()
    versions._card_of_file.cache_clear()
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    page = AppTest.from_file(str(paths.PROJECT / "app.py"), default_timeout=60).run()
    assert "台账导入" in words(page) and not page.dataframe, "the other pages name the page that helps"
    page.switch_page("pages/ledger_intake.py").run()
    assert not page.exception and not page.file_uploader
    assert "数据无法读取" in words(page)
    page.selectbox[0].select("v0001").run()
    page.button(key="intake_confirm").click().run()
    assert not page.exception and versions.current(root).id == "v0001"
    assert page.file_uploader and "v0001" in page.success[0].value


def test_rows_that_are_not_offered_for_removal_are_told_with_the_reason(root, county_ledgers):
    header, *rows = ledger_files.rows(county_ledgers, "收入台账")
    one_year = [row for row in rows if row[0] == 2025]

    def after(table: list) -> IntakeSession:
        return checked(root, Upload.of("收入.csv", ledger_files.csv_bytes([header, *table])))

    assert said_why(after(rows)) == ""
    other = after([row for row in one_year if row[2] != one_year[0][2]])
    assert not other.candidates and "《收入台账》原有的行，所在的村、年度或月份不在本次文件中" in said_why(other)
    shorter = after(one_year[1:])
    assert shorter.candidates and "还有一些行，所在的村、年度或月份不在本次文件中" in said_why(shorter)
    unclear = after(ledger_files.with_values([header, *one_year[1:]], 1, 年度="去年")[1:])
    assert not unclear.candidates and "改好后才能看出" in said_why(unclear)
    name, make = unclear.returns()
    returned = checked(root, Upload.of(name, make()))
    assert not returned.candidates and "本次是退回表" in said_why(returned)


def said_why(desk: IntakeSession) -> str:
    return tables.why_not_offered(desk.report, desk.candidates)
