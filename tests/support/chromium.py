"""How the tests and measurements drive Chromium: the system's own, quiet on the network; when a page is ready."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

EXECUTABLE = next(
    (found for name in ("chromium", "google-chrome", "chromium-browser") if (found := shutil.which(name))), None
)

LAUNCH = {
    "executable_path": EXECUTABLE,
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}

# Waiting is for the machine's sake, never for the test's: a busy one may take this long.
PATIENCE_MS = 45_000

_SEARCH = re.compile(r"/\w+/_stcore/(health|host-config)")
_HERE = {"127.0.0.1", "localhost"}

# Texts a reader can see, those of SVG figures and the titles of tables (drawn on a canvas) included.
_VISIBLE_TEXTS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (element.closest('style, script, noscript, [data-testid="stIconMaterial"]')) continue;
        const inTable = element.closest('[role="columnheader"]');
        const forEyes = element.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && getComputedStyle(element).fontSize !== '0px' && element.getBoundingClientRect().width > 1;
        if (!inTable && !forEyes) continue;
        found.push(node.textContent.trim());
    }
    for (const input of document.querySelectorAll('[data-testid="stTextInput"] input')) found.push(input.placeholder);
    return found.filter(Boolean);
}"""


@dataclass
class Traffic:
    """What a page asked the network for: addresses outside this machine, and requests that failed."""

    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        """Listen to every request and websocket of the page."""
        page.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda socket: self._note(socket.url))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("response", lambda answer: self._failed(answer.url, answer.status) if answer.status >= 400 else None)

    def _note(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("data", "blob"):
            return
        self.hosts.add(address.hostname)
        if address.hostname not in _HERE:
            self.outside.append(url)

    def _failed(self, url: str, why: object) -> None:
        # Streamlit's own search for where it is served from: it asks below the page first, then at the root.
        if not _SEARCH.fullmatch(urlsplit(url).path):
            self.failed.append(f"{url}: {why}")


@contextmanager
def opened(browser: Browser, address: str, traffic: Traffic | None = None) -> Iterator[Page]:
    """A fresh visitor's page at an address, drawn to the end; ``traffic`` notes what it asks the network for."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if traffic is not None:
        traffic.watch(page)
    try:
        page.goto(address)
        ready(page)
        yield page
    finally:
        context.close()


def ready(page: Page) -> None:
    """Wait until the page says what it shows, its script has come to the end and every element is drawn."""
    page.locator(".db-finding, .db-empty").first.wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_function("""() => !document.querySelector('[data-testid="stSkeleton"]')""")


def finding(page: Page) -> str:
    """The page's sentence."""
    return page.locator(".db-finding h1").first.inner_text()


def card(page: Page, name: str) -> str:
    """The value on the card of that name."""
    found = page.locator(".db-card", has=page.locator(".db-name", has_text=name)).first
    return found.locator(".db-value strong").inner_text()


def look_around(page: Page) -> None:
    """Scroll to every figure and map and put the pointer on it, as a reader does."""
    for figure in page.get_by_test_id("stPlotlyChart").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".main-svg").first.wait_for()
        figure.hover()
    for outline in page.locator("svg path.region").all()[:3]:
        outline.hover(force=True)


def choose(page: Page, key: str, option: str) -> None:
    """Pick an option of the selectbox with that key."""
    box = page.locator(f".st-key-{key}").get_by_role("combobox")
    box.scroll_into_view_if_needed()
    # A list closes when the page scrolls beneath it, which it does for a moment yet.
    page.wait_for_timeout(500)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def assign(page: Page, row: int, field: str) -> None:
    """Choose the field of a sender's column, counted from 0, in the table of columns on the intake page.

    The table is drawn on a canvas: its cells are found by where they lie.
    """
    table = page.locator(".stDataFrame", has=page.locator("th", has_text="对应到"))
    table.scroll_into_view_if_needed()
    lines = int(table.locator("table[role=grid]").get_attribute("aria-rowcount"))
    box = table.locator("canvas").first.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] - 150, box["y"] + box["height"] / lines * (row + 1.5))
    page.locator("#portal input").wait_for()
    page.keyboard.type(field)
    page.get_by_role("option", name=field, exact=True).first.wait_for()
    page.keyboard.press("Enter")
    ready(page)


def expect_rows(page: Page, title: str, count: int) -> None:
    """Wait until the table with a column of that title has so many rows; fail if it never does.

    A table takes its new rows a moment after the script that sent them has come to its end.
    """
    grid = page.locator("table[role=grid]", has=page.locator("th", has_text=re.compile(f"^{title}$")))
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1), timeout=PATIENCE_MS)


def marks(figure: Locator) -> list[int]:
    """How many values each series of a figure draws."""
    figure.locator(".js-plotly-plot .main-svg").first.wait_for()
    return figure.locator(".js-plotly-plot").evaluate("plot => plot.data.map(series => series.x.length)")


def expect_marks(figure: Locator, least: int, most: int) -> None:
    """Wait until the figure draws so many values in all its series; fail if it never does."""
    figure.page.wait_for_function(
        """([plot, least, most]) => {
            const drawn = plot.data.reduce((sum, series) => sum + series.x.length, 0);
            return least <= drawn && drawn <= most;
        }""",
        arg=[figure.locator(".js-plotly-plot").element_handle(), least, most],
        timeout=PATIENCE_MS,
    )


def download(page: Page, button: Locator) -> tuple[str, bytes]:
    """Name and content of the file a button gives."""
    with page.expect_download() as waiting:
        button.click()
    file = waiting.value
    return file.suggested_filename, file.path().read_bytes()


def english(page: Page, allowed: re.Pattern) -> list[str]:
    """Texts on the page that hold English words other than those allowed."""
    texts = page.evaluate(_VISIBLE_TEXTS)
    return [text for text in texts if re.search(r"[A-Za-z]{2,}", allowed.sub("", text))]
