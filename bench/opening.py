"""Opening the overview in Chromium, warm, against an empty Streamlit page, in turn."""

import statistics
import time

from playwright.sync_api import BrowserContext, sync_playwright

from bench import county, server
from tests.support import chromium

PAIRS = 9
PAGES = (
    "overview",
    "monitoring_coverage",
    "income_trends",
    "collective_economy",
    "assessment_checklist",
    "rectification",
    "data_quality",
)


def main() -> None:
    """Print the median of the paired ratios for each page and size of county."""
    for households in (100_000, 12_000):
        root = county.published(households)
        with (
            server.running(county.PROJECT / "bench" / "empty_app.py") as empty,
            server.running(county.PROJECT / "app.py", root) as dashboard,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(**chromium.LAUNCH)
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            for page in PAGES if households == 12_000 else PAGES[:1]:
                _measure(context, empty, f"{dashboard}/{page}", f"{page}, {households:,} households")
            browser.close()


def _measure(context: BrowserContext, empty: str, address: str, label: str) -> None:
    for _ in range(2):
        _open(context, empty)
        _open(context, address)
    pairs = [(_open(context, empty), _open(context, address)) for _ in range(PAIRS)]
    ratio = statistics.median(opened / bare for bare, opened in pairs)
    bare, opened = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"warm open of {label}: empty {bare:.2f} s, page {opened:.2f} s, median ratio {ratio:.2f}")


def _open(context: BrowserContext, address: str) -> float:
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function('!document.querySelector(\'[data-stale="true"], [data-testid="stSkeleton"]\')')
    taken = time.perf_counter() - started
    page.close()
    return taken
