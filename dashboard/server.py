"""What the web server does besides drawing pages: warm-up, and map outlines by address."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import maps, store

# What pages, charts and exports import: loaded before the first visitor instead of during the first visit.
_HEAVY = ("plotly.graph_objects", "pyarrow", "xlsxwriter", "dashboard.figures", "dashboard.ui")

# The address names the version and versions never change, so a browser need not ask again.
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@asynccontextmanager
async def lifespan(_app) -> AsyncIterator[None]:
    """Import and read what every page needs, then take it all out of the garbage collector's sight.

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
        drawing = await to_thread.run_sync(maps.drawing, request.path_params["version"])
    except (store.StoreError, KeyError):
        return Response(status_code=404)
    return Response(drawing, media_type="application/json", headers=_FOREVER)


async def home(request: Request) -> Response:
    """The bare address leads to the overview, so that the navigation shows where one is."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/overview{query}")


ROUTES = [Route("/", home), Route(maps.SHAPES_ROUTE, shapes)]


def _warm_up() -> None:
    for name in _HEAVY:
        importlib.import_module(name)
    maps.warm_up()
