"""Sixty viewers at once, each changing a filter once a second for a minute, on the real server."""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import county, server

VIEWERS = 60
SECONDS = 60
PAGES = ("overview", "monitoring_coverage", "income_trends", "collective_economy")


@dataclass
class Tally:
    """What the viewers met: seconds per change, changes that failed, changes still unanswered at the end."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    asked: int = 0


def main() -> None:
    """Print p50, p95 and the share served, for each page alone and for all pages mixed."""
    with server.running(county.PROJECT / "app.py", county.published(12_000)) as address:
        for pages in [*((page,) for page in PAGES), PAGES]:
            tally = asyncio.run(_crowd(address.replace("http", "ws") + "/_stcore/stream", pages))
            taken = sorted(tally.seconds)
            p50, p95 = statistics.median(taken) * 1000, taken[int(len(taken) * 0.95)] * 1000
            print(
                f"{VIEWERS} viewers, {SECONDS} s, {'mixed' if len(pages) > 1 else pages[0]}: "
                f"{len(taken)} of {tally.asked} changes served, {len(tally.errors)} errors, "
                f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
            )
            for error in tally.errors[:3]:
                print("  ", error)


async def _crowd(address: str, pages: tuple[str, ...]) -> Tally:
    tally = Tally()
    ready = asyncio.Barrier(VIEWERS)
    viewers = [
        _viewer(address, pages[number % len(pages)], random.Random(number), tally, ready) for number in range(VIEWERS)
    ]
    await asyncio.gather(*viewers)
    return tally


async def _viewer(address: str, page: str, chance: random.Random, tally: Tally, ready: asyncio.Barrier) -> None:
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None) as wire:
        widget, options = await _opened(wire, page)
        await ready.wait()
        await asyncio.sleep(chance.random())
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            started = time.monotonic()
            tally.asked += 1
            try:
                await asyncio.wait_for(_change(wire, page, widget, chance.choice(options)), timeout=30)
                tally.seconds.append(time.monotonic() - started)
            except Exception as error:
                tally.errors.append(f"{page}: {type(error).__name__} {error}")
            await asyncio.sleep(max(0.0, 1 - (time.monotonic() - started)))


async def _opened(wire, page: str) -> tuple[str, list[str]]:
    """Open a page; the widget id and options of its township (乡镇) filter."""
    request = BackMsg()
    request.rerun_script.page_name = page
    await wire.send(request.SerializeToString())
    widget, options = "", []
    async for message in _messages(wire):
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "selectbox":
            box = message.delta.new_element.selectbox
            if box.id.endswith("-township"):
                widget, options = box.id, list(box.options)
    if not options:
        raise LookupError(f"no township filter on {page}")
    return widget, options


async def _change(wire, page: str, widget: str, option: str) -> None:
    request = BackMsg()
    request.rerun_script.page_name = page
    state = request.rerun_script.widget_states.widgets.add()
    state.id, state.string_value = widget, option
    await wire.send(request.SerializeToString())
    async for message in _messages(wire):
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(message.delta.new_element.exception.message)


async def _messages(wire):
    """Messages of one run of the page, up to its end."""
    while True:
        message = ForwardMsg()
        message.ParseFromString(await wire.recv())
        if message.WhichOneof("type") == "script_finished":
            return
        yield message
