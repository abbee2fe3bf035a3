"""What the server does besides pages: outlines by version, the bare address, compressed assets."""

import asyncio
import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette

from dashboard.warehouse import versions
from dashboard.web import server

APP = Starlette(routes=server.routes(), middleware=server.MIDDLEWARE)


def answer(path: str, query: str = "", encoding: str = "") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a GET request, without a socket."""
    sent = []

    async def ask() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), (b"accept-encoding", encoding.encode())],
            "scheme": "http",
            "server": ("localhost", 80),
            "root_path": "",
        }

        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        await APP(scope, receive, send)

    # On a thread of its own: the browser that other tests keep open has an event loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(ask())).result()
    start = next(message for message in sent if message["type"] == "http.response.start")
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(message.get("body", b"") for message in sent)


@pytest.fixture
def loaded_db(county_db, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    return county_db


def test_outlines_of_a_version_are_kept_by_the_browser(loaded_db):
    status, headers, body = answer(f"/shapes/{versions.current(loaded_db).id}.json")
    drawing = json.loads(body)
    assert status == 200 and "immutable" in headers["cache-control"]
    assert drawing["villages"] and drawing["townships"]
    assert all(village["d"].startswith("M") and village["d"].endswith("Z") for village in drawing["villages"])
    townships = {township["code"] for township in drawing["townships"]}
    assert {village["township"] for village in drawing["villages"]} == townships


@pytest.mark.parametrize("name", ["v9999", "..", "v0001%2f..", "CURRENT"])
def test_outlines_of_no_version_are_not_found(loaded_db, name):
    assert answer(f"/shapes/{name}.json")[0] == 404


def test_the_bare_address_leads_to_the_overview_with_its_filters():
    status, headers, _ = answer("/", query="township=%E6%9F%B3")
    assert status == 307 and headers["location"] == "./overview?township=%E6%9F%B3"


def test_scripts_are_sent_compressed_where_the_browser_takes_it():
    name, file = next((name, file) for name, file in server._assets().items() if file.suffix == ".js")
    status, headers, body = answer(f"/static/{name}", encoding="gzip, br")
    assert status == 200 and headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == file.read_bytes()
    assert answer(f"/static/{name}")[0] == 404, "without gzip the request is Streamlit's to answer"


@pytest.mark.parametrize("path", ["/static/../../../app.py", "/static/js/none.js", "/_stcore/stream"])
def test_nothing_but_known_assets_is_served_compressed(path):
    assert answer(path, encoding="gzip")[0] == 404
