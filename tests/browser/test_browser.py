"""Journeys in a real Chromium: cold links, a filter and what follows it, a load and its way back, no way out."""

import io
import re

import chromium
import ledger_files
import pandas as pd
import pytest
from playwright.sync_api import expect

from bench import server
from dashboard import paths
from dashboard.web import navigation

pytestmark = pytest.mark.browser

expect.set_options(timeout=chromium.PATIENCE_MS)

# Words that are the same in Chinese offices: file kinds, units, the names of measures, ids of versions.
FOREIGN = re.compile(
    r"\.?(xlsx|xls|csv|geojson|parquet|Excel|MB|KB|FGT[012]?|Foster|Greer|Thorbecke|Hyndman|Fan|WPS|toml)\b|\bv\d{4}\b",
    re.IGNORECASE,
)
COLLECTIVE = "村集体经济收入台账"
TITLES = {page.stem: page.title for page in navigation.PAGES}
# The first page and one with filters are opened on a server that has answered nobody yet.
COLD = ("overview", "collective_economy")


# A link sent by a colleague -------------------------------------------------------------------------------------


def assert_opens_in_its_frame(site: str, stem: str, browser) -> None:
    """A link opens its page in the frame, in Chinese, and asks nothing outside."""
    traffic = chromium.Traffic()
    with chromium.opened(browser, f"{site}/{stem}", traffic) as page:
        assert page.get_by_test_id("stTopNavLink").all_inner_texts() == list(TITLES.values())
        expect(page.locator('[data-testid="stTopNavLink"][aria-current="page"]')).to_have_text(TITLES[stem])
        assert page.title() == f"{TITLES[stem]} · {navigation.TITLE}"
        expect(page.locator(".db-facts")).to_contain_text("截至日期")
        assert chromium.finding(page)
        chromium.look_around(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert chromium.english(page, FOREIGN) == []
    assert traffic.outside == []
    assert traffic.failed == []
    assert traffic.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("stem", COLD)
def test_a_cold_link_opens_the_page_in_its_frame_in_chinese_and_asks_nothing_outside(stem, county_db, browser):
    """A link that is the first request after a start makes Streamlit run the page file alone; it is framed too."""
    with server.running(paths.PROJECT / "app.py", county_db) as site:
        assert_opens_in_its_frame(site, stem, browser)


@pytest.mark.parametrize("stem", [stem for stem in TITLES if stem not in COLD])
def test_a_link_opens_the_page_in_its_frame_in_chinese_and_asks_nothing_outside(stem, site, browser):
    """The file of every page alone, as a cold server runs it, is drawn in tests/pages."""
    assert_opens_in_its_frame(site, stem, browser)


# A filter and what follows it -----------------------------------------------------------------------------------


def test_a_filter_moves_table_figure_address_and_file_alike(site, browser, county_ledgers):
    directory = ledger_files.frame(county_ledgers, "行政区划名录")
    township = directory["乡镇"].iat[0]
    villages = directory[directory["乡镇"] == township]
    with chromium.opened(browser, f"{site}/collective_economy?collective_kept=全部") as page:
        skyline = page.locator(".st-key-figure_collective_skyline")
        chromium.expect_rows(page, "行政村代码", len(directory))
        before = sum(chromium.marks(skyline))
        chromium.choose(page, "township", township)
        expect(page.locator(".db-finding h1").first).to_contain_text(township)
        chromium.ready(page)
        page.wait_for_url(re.compile("township="))
        chromium.expect_rows(page, "行政村代码", len(villages))
        assert len(villages) < before
        chromium.expect_marks(skyline, 1, len(villages))
        expect(skyline.locator(".js-plotly-plot .point")).to_have_count(sum(chromium.marks(skyline)))
        name, content = chromium.download(page, page.get_by_role("button", name="导出 CSV"))
        assert township in name
        assert set(pd.read_csv(io.BytesIO(content), dtype=str)["行政村代码"]) == set(villages["行政村代码"])
        linked = page.url
    with chromium.opened(browser, linked) as page:
        chromium.expect_rows(page, "行政村代码", len(villages))


def test_a_stranger_finds_and_takes_the_villages_that_miss_the_target(site, browser, county_ledgers):
    accounts = ledger_files.frame(county_ledgers, COLLECTIVE)
    latest = accounts[accounts["年度"] == accounts["年度"].max()]
    short = set(latest[latest["经营性收入"].astype(float) < 150_000]["行政村代码"])
    silent = set(ledger_files.frame(county_ledgers, "行政区划名录")["行政村代码"]) - set(latest["行政村代码"])
    assert short and silent
    with chromium.opened(browser, site) as page:
        page.get_by_test_id("stTopNavLink").filter(has_text="村集体经济").click()
        expect(page.locator(".db-finding h1").first).to_contain_text(f"{len(short)} 个村")
        chromium.ready(page)
        name, content = chromium.download(page, page.get_by_role("button", name="导出 Excel"))
    assert name.endswith(".xlsx")
    book = pd.read_excel(io.BytesIO(content), sheet_name=None, dtype=str, engine="calamine")
    told = book["数据"].set_index("行政村代码")["状态"]
    assert set(told[told != "未填报"].index) == short
    assert set(told[told == "未填报"].index) == silent
    assert "数据来源" in set(book["说明"].iloc[:, 0])


# A load and its way back ----------------------------------------------------------------------------------------


def test_a_changed_ledger_moves_a_figure_and_rolling_back_moves_it_back(site, browser, county_ledgers):
    accounts = ledger_files.rows(county_ledgers, COLLECTIVE)
    year, operating = accounts[0].index("年度"), accounts[0].index("经营性收入")
    latest = max(row[year] for row in accounts[1:])
    short = next(n for n, row in enumerate(accounts) if row[year] == latest and 0 < row[operating] < 100_000)
    lifted = ledger_files.with_values(accounts, short, 经营性收入="512345.67", 总收入="612345.67")
    file = {"name": "村集体经济.csv", "mimeType": "text/csv", "buffer": ledger_files.csv_bytes(lifted)}

    with chromium.opened(browser, f"{site}/collective_economy") as figures:
        before = chromium.card(figures, "村集体经营性收入达标率")
        with chromium.opened(browser, f"{site}/ledger_intake") as page:
            page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
            expect(page.locator(".db-finding h1").first).to_contain_text("尚未发布")
            chromium.ready(page)
            chromium.expect_rows(page, "核对结果", 1)
            chromium.expect_rows(page, "原值", 2)
            assert chromium.english(page, FOREIGN) == []
            page.get_by_role("button", name="确认发布").click()
            expect(page.locator(".db-finding h1").first).to_contain_text("已发布版本 v0002")
            figures.reload()
            chromium.ready(figures)
            after = chromium.card(figures, "村集体经营性收入达标率")
            assert float(after.rstrip("%")) > float(before.rstrip("%"))
            expect(figures.locator(".db-facts")).to_contain_text("v0002")

            page.get_by_role("button", name="回退到此版本").click()
            page.get_by_role("button", name="确认回退").click()
            expect(page.get_by_test_id("stAlert")).to_contain_text("当前版本已切换为 v0001")
            figures.reload()
            chromium.ready(figures)
            assert chromium.card(figures, "村集体经营性收入达标率") == before


def test_an_unknown_unit_is_asked_for_on_the_page(site, browser, county_ledgers):
    accounts = ledger_files.rows(county_ledgers, COLLECTIVE)
    money = range(accounts[0].index("总收入"), len(accounts[0]))
    in_wan = [accounts[0]] + [
        [f"{float(cell or 0) / 10_000:.6f}" if place in money else cell for place, cell in enumerate(row)]
        for row in accounts[1:]
    ]
    file = {"name": "万元.csv", "mimeType": "text/csv", "buffer": ledger_files.csv_bytes(in_wan)}
    with chromium.opened(browser, f"{site}/ledger_intake") as page:
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        expect(page.locator(".db-empty")).to_contain_text("没有可以导入的行")
        chromium.expect_rows(page, "对应到", len(accounts[0]))
        chromium.ready(page)
        chromium.choose(page, "intake_unit_1_0", "万元")
        page.get_by_role("button", name="按更正重新核对").click()
        expect(page.locator(".db-empty")).to_contain_text("完全相同")


def test_a_layout_put_right_once_is_understood_the_next_time(site, browser, county_ledgers):
    header, *rows = ledger_files.rows(county_ledgers, "走访台账")[:12]
    rows[0][header.index("走访情况")] = "新装了自来水"
    strange = [["到户那天" if title == "走访日期" else title for title in header], *rows]
    strange[0][header.index("户编号")] = "哪一户"

    def handed_in(page, name: str, table: list[list]) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": ledger_files.csv_bytes(table)}
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        expect(page.locator(".db-finding h1").first).to_contain_text("尚未发布")
        chromium.ready(page)

    with chromium.opened(browser, f"{site}/ledger_intake") as page:
        handed_in(page, "三月.csv", strange)
        expect(page.get_by_test_id("stAlert")).to_contain_text("走访日期、户编号")
        assert chromium.english(page, FOREIGN) == []
        chromium.assign(page, header.index("走访日期"), "走访日期")
        expect(page.get_by_test_id("stAlert")).to_contain_text("必填项还没有对应的列：户编号")
        chromium.assign(page, header.index("户编号"), "户编号")
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        page.get_by_role("button", name="按更正重新核对").click()
        page.get_by_role("button", name="确认发布").click()
        expect(page.locator(".db-finding h1").first).to_contain_text("已发布版本")
        chromium.ready(page)
        strange[2][header.index("走访情况")] = "又一次新装了自来水"
        handed_in(page, "四月.csv", strange)
        expect(page.get_by_role("button", name="确认发布 1 行")).to_be_visible()
        page.get_by_text("识别结果和更正").first.click()
        expect(page.get_by_text("确认的使用").first).to_be_visible()
        page.get_by_role("button", name="放弃").click()
        page.get_by_text("记住的对应关系（1 种表头）").click()
        chromium.expect_rows(page, "确认日期", 1)


def test_an_analyst_takes_a_filtered_table(site, browser, county_ledgers):
    incomes = ledger_files.frame(county_ledgers, "收入台账")
    with chromium.opened(browser, f"{site}/export_tables?export_table=收入台账") as page:
        chromium.choose(page, "export_incomes_period", "2024")
        expect(page.locator(".db-finding h1").first).to_contain_text("符合条件 900 行")
        page.get_by_role("button", name="户主姓名", exact=True).click()
        expect(page.locator(".db-finding h1").first).to_contain_text("选取 12 列")
        chromium.ready(page)
        _, content = chromium.download(page, page.get_by_role("button", name="导出 Parquet"))
    taken = pd.read_parquet(io.BytesIO(content))
    assert set(taken["户编号"]) == set(incomes[incomes["年度"].astype(float) == 2024]["户编号"].astype(str))
    assert "户主姓名" not in taken
