"""How much memory and time reading one file may use, by its size: `[reading]` of ``data/settings.toml``."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from dashboard.definitions import settings

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """How much memory and processor time reading one file may use."""

    memory_bytes: int
    processor_s: float


def of(size_mb: float, times: int = 1, parts: int = 0) -> Limits:
    """The limits for one file.

    size_mb: size of the file, or of what it unpacks to.
    times: multiple of what reading takes.
    parts: number of files of an archive and of sheets.
    """
    limits = _settings()
    memory_mb = times * (limits["memory_mb"] + limits["memory_mb_per_mb"] * size_mb)
    seconds = times * (limits["seconds"] + limits["seconds_per_mb"] * size_mb + limits["seconds_per_part"] * parts)
    return Limits(int(min(memory_mb, limits["memory_mb_at_most"]) * MEGABYTE), seconds)


def most(what: str) -> int:
    """The largest allowed ``file_mb``, number of ``sheets`` or of ``archive_files``."""
    return _settings()[f"{what}_at_most"]


def wider(first: Limits, second: Limits) -> Limits:
    """The larger of two limits, for memory and for time."""
    return Limits(max(first.memory_bytes, second.memory_bytes), max(first.processor_s, second.processor_s))


@cache
def _settings() -> Mapping[str, float]:
    return settings.read().reading
