"""What reading one file may use, by how much it holds: `[reading]` of ``data/settings.toml``."""

import tomllib
from functools import cache
from typing import NamedTuple

from dashboard import paths

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """What reading one file may use."""

    memory_bytes: int
    processor_s: float


def of(size_mb: float) -> Limits:
    """The limits for so many megabytes: of the file, or of what it unpacks to."""
    settings = _settings()
    memory_mb = min(settings["memory_mb"] + settings["memory_mb_per_mb"] * size_mb, settings["memory_mb_at_most"])
    return Limits(int(memory_mb * MEGABYTE), settings["seconds"] + settings["seconds_per_mb"] * size_mb)


def wider(one: Limits, other: Limits) -> Limits:
    """What either allows."""
    return Limits(max(one.memory_bytes, other.memory_bytes), max(one.processor_s, other.processor_s))


@cache
def _settings() -> dict[str, float]:
    return tomllib.loads((paths.DATA / "settings.toml").read_text(encoding="utf-8"))["reading"]
