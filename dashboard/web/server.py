"""The web server besides pages: warm-up, map outlines by address, the bare address, compressed assets."""

import gc
import gzip
import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.serving import map_shapes
from dashboard.warehouse import versions
from dashboard.web import maps

# What pages, charts and exports import: loaded before the first visitor instead of during the first visit.
_HEAVY = (
    "plotly.graph_objects",
    "pyarrow",
    "xlsxwriter",
    "dashboard.display.charts",
    "dashboard.display.time_charts",
    "dashboard.web.widgets",
)

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}

# The address names the version and versions never change, so a browser need not ask again.
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@asynccontextmanager
async def lifespan(_app) -> AsyncIterator[None]:
    """Import and read what every page needs, then exclude it all from garbage collection.

    Streamlit collects after each rerun; walking the modules of pandas and Plotly would cost tens of
    milliseconds every time.
    """
    await to_thread.run_sync(_warm_up)
    gc.collect()
    gc.freeze()
    yield


async def shapes(request: Request) -> Response:
    """Outlines of a version as JSON; 404 where there is no such version."""
    try:
        drawing = await to_thread.run_sync(map_shapes.drawing, request.path_params["version"])
    except (versions.StoreError, KeyError):
        return Response(status_code=404)
    return Response(drawing, media_type="application/json", headers=_FOREVER)


async def home(request: Request) -> Response:
    """The bare address leads to the overview, so that the menu shows where one is.

    The answer is relative, so that it holds behind a proxy that cuts a sub-path off before it asks.
    """
    query = f"?{request.url.query}" if request.url.query else ""
    folder = request.url.path.rpartition("/")[2]
    return RedirectResponse(f"{folder or '.'}/overview{query}")


def routes(base_path: str = "") -> list[Route]:
    """What is answered beside Streamlit, below ``base_path`` (server.baseUrlPath), which moves Streamlit alone."""
    base = f"/{base_path.strip('/')}".rstrip("/")
    below = [Route(f"{base}/", home), Route(f"{base}{maps.SHAPES_ROUTE}", shapes)]
    return [Route(base, home), *below] if base else below


class CompressedAssets:
    """ASGI middleware: Streamlit's own scripts and styles, sent compressed (7 MB become 2.4 on a first visit).

    Streamlit sends them as they are. Each file is compressed once and kept; everything else passes untouched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for an asset where the browser takes gzip, else hand on."""
        file = _asset(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if file is None or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self._app(scope, receive, send)
            return
        content = await to_thread.run_sync(_compressed, file)
        headers = {**_FOREVER, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        await Response(content, media_type=_MEDIA_TYPES[file.suffix], headers=headers)(scope, receive, send)


MIDDLEWARE = [Middleware(CompressedAssets)]


def _asset(path: str) -> Path | None:
    """The file of a script or style sheet of Streamlit's; their names carry a hash, so they never change."""
    return _assets().get(path.rpartition("/static/")[2]) if "/static/" in path else None


@cache
def _assets() -> dict[str, Path]:
    folder = Path(importlib.util.find_spec("streamlit").origin).parent / "static" / "static"
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.suffix in _MEDIA_TYPES}


@cache
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6)


def _warm_up() -> None:
    for name in _HEAVY:
        importlib.import_module(name)
    map_shapes.warm_up()
