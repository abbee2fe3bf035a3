"""Links between pages: they keep county, township and village, and hold below a proxy's sub-path."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import chromium
import ledger_files
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from bench import server
from dashboard import paths
from dashboard.ledgers.loading import load
from dashboard.serving import addresses, cached
from dashboard.web import navigation

OTHER = "邻水县"


@pytest.fixture(scope="module")
def two_counties(county_ledgers, tmp_path_factory):
    """A database whose directory names the invented county and a copy of it under another name and code."""
    folder = tmp_path_factory.mktemp("two")
    header, *body = ledger_files.rows(county_ledgers, "行政区划名录")
    copy = [
        [
            OTHER if title == "县" else str(cell).replace("629821", "629822", 1) if "代码" in title else cell
            for title, cell in zip(header, row, strict=True)
        ]
        for row in body
    ]
    file = folder / "行政区划名录.csv"
    file.write_bytes(ledger_files.csv_bytes([header, *body, *copy]))
    report = load.load([file], folder / "db")
    assert report.exit_code == 0, report.lines()
    return folder / "db"


@pytest.fixture
def second(two_counties, monkeypatch):
    """The second county, one of its townships and a village of that, all with a sister of the same name next door."""
    monkeypatch.setenv("DASHBOARD_DB", str(two_counties))
    tree = cached.regions()
    county = next(region for region in tree.counties if region.name == OTHER)
    township = tree.region(tree.children(county.code)[0])
    return county, township, tree.region(tree.children(township.code)[0])


def opened(address: str) -> AppTest:
    """The page of an address as a browser would open it."""
    stem, _, query = address.partition("?")
    app = AppTest.from_file(str(paths.PROJECT / "pages" / f"{stem}.py"), default_timeout=60)
    for key, values in parse_qs(query).items():
        app.query_params[key] = values[0]
    app.run()
    assert not app.exception
    return app


def links(app: AppTest) -> list[str]:
    return [unescape(href) for element in app.get("html") for href in re.findall(r'href="([^"]*)"', element.proto.body)]


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("stem", [page.stem for page in navigation.PAGES])
def test_links_of_every_page_are_relative_and_keep_the_county(stem, depth, second):
    page = navigation.page_of(stem)
    trail = second[:depth] if page.has_place_filter else second[:1]
    kept = {key: region.name for key, region in zip(("county", "township", "village"), trail, strict=False)}
    app = opened(addresses.address(stem, trail))
    for link in links(app):
        assert not link.startswith("/") and not urlsplit(link).netloc
        query = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
        is_narrower = not urlsplit(link).path
        assert query["county"] == OTHER
        if not is_narrower:
            assert query == kept
    assert links(app) or stem != "overview"


def test_a_card_and_a_region_of_the_second_county_lead_to_it(second):
    county, township, _ = second
    overview = opened(addresses.address("overview", (county,)))
    card = next(link for link in links(overview) if link.startswith("rectification"))
    region = next(
        link for link in links(overview) if township.name in parse_qs(urlsplit(link).query).get("township", [])
    )
    app = opened(card)
    assert app.session_state["county"] == county.code
    app = opened(f"overview{region}")
    assert (app.session_state["county"], app.session_state["township"]) == (county.code, township.code)


def test_a_card_leads_to_the_checklist_of_the_second_county_too(second):
    card = next(link for link in links(opened(addresses.address("overview", second))) if "checklist" in link)
    assert opened(card).session_state["county"] == second[0].code


def test_with_one_county_addresses_name_only_what_is_narrower(county_db, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    county = cached.regions().counties[0]
    assert addresses.address("overview", (county,)) == "overview"
    assert addresses.address("", (county,)) == "?"


@pytest.mark.browser
def test_below_a_sub_path_links_and_outlines_of_the_map_are_still_reached(county_db, browser):
    traffic = chromium.Traffic()
    with (
        server.running(paths.PROJECT / "app.py", county_db, base_path="kanban") as site,
        chromium.opened(browser, site, traffic) as page,
    ):
        assert urlsplit(page.url).path == "/kanban/overview"
        page.locator("svg path.region").first.wait_for(timeout=chromium.PATIENCE_MS)
        page.locator(".db-board a").first.click()
        page.wait_for_url(re.compile(r"/kanban/overview\?township="))
        chromium.ready(page)
        township = parse_qs(urlsplit(page.url).query)["township"][0]
        expect(page.locator(".db-finding h1").first).to_contain_text(township)
        page.locator("a.db-card").first.click()
        page.wait_for_url(re.compile(r"/kanban/monitoring_coverage\?township="))
        chromium.ready(page)
        expect(page.locator('[data-testid="stTopNavLink"][aria-current="page"]')).to_have_text("监测覆盖")
        page.locator("svg path.region").first.wait_for(timeout=chromium.PATIENCE_MS)
    # Streamlit itself tries several paths until it knows where it is served from.
    assert [failure for failure in traffic.failed if "/_stcore/" not in failure] == []
