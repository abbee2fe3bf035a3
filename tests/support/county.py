"""A small invented county, made and loaded once for all tests that need one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import Browser, sync_playwright
from shared import built_once
from streamlit.testing.v1 import AppTest

from bench import server
from dashboard import paths, sample
from dashboard.ledgers.loading import load
from dashboard.serving import cached
from dashboard.warehouse import versions
from dashboard.web import blocks

HOUSEHOLDS = 900


@pytest.fixture(scope="session")
def county_ledgers(tmp_path_factory) -> Path:
    """The ledgers of the county, in a folder."""
    return built_once(tmp_path_factory, "county", lambda folder: sample.write(folder, households=HOUSEHOLDS))


@pytest.fixture(scope="session")
def county_db(county_ledgers, tmp_path_factory) -> Path:
    """The county, published as its first version."""

    def make(root: Path) -> None:
        report = load.load([county_ledgers], root)
        assert report.exit_code == 0, report.lines()

    return built_once(tmp_path_factory, "county_db", make)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; the tests that need one fail where there is none."""
    assert chromium.EXECUTABLE, "no Chromium found: install it from the system's packages (make browser)"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(**chromium.LAUNCH)
        yield running
        running.close()


@pytest.fixture(scope="session")
def site(county_db, tmp_path_factory) -> Iterator[str]:
    """The address of the dashboard, running on a copy of the county that no other test reads."""
    root = shutil.copytree(county_db, tmp_path_factory.mktemp("site") / "db")
    with server.running(paths.PROJECT / "app.py", root) as address:
        yield address


@pytest.fixture
def undrawn() -> Iterator[None]:
    """Nothing drawn before is sent again in the test, and nothing drawn in it afterwards."""
    blocks._drawn.clear()
    cached._made.clear()
    yield
    blocks._drawn.clear()
    cached._made.clear()


@pytest.fixture
def con(county_db):
    """A connection to the county's version."""
    return versions.connection(county_db, versions.current(county_db))


@pytest.fixture
def page(county_db, monkeypatch, request):
    """Draws the page a test module is about (its ``STEM``) for the address' parameters, on the county."""
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))

    def draw(**address) -> AppTest:
        app = AppTest.from_file(str(paths.PROJECT / "pages" / f"{request.module.STEM}.py"), default_timeout=60)
        for key, value in address.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return app

    return draw
