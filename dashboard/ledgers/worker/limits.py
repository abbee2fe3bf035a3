"""What reading one file may use, by how much it holds: `[reading]` of ``data/settings.toml``."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from dashboard.definitions import settings

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """What reading one file may use."""

    memory_bytes: int
    processor_s: float


def of(size_mb: float, times: int = 1, parts: int = 0) -> Limits:
    """The limits for so many megabytes, of the file or of what it unpacks to, and so many parts of it.

    ``parts`` are the files of an archive and the sheets; ``times`` says how many times what reading takes.
    """
    limits = _settings()
    memory_mb = times * (limits["memory_mb"] + limits["memory_mb_per_mb"] * size_mb)
    seconds = times * (limits["seconds"] + limits["seconds_per_mb"] * size_mb + limits["seconds_per_part"] * parts)
    return Limits(int(min(memory_mb, limits["memory_mb_at_most"]) * MEGABYTE), seconds)


def most(what: str) -> int:
    """What no ledger has more of: ``file_mb``, ``sheets`` or ``archive_files``."""
    return _settings()[f"{what}_at_most"]


def wider(one: Limits, other: Limits) -> Limits:
    """What either allows."""
    return Limits(max(one.memory_bytes, other.memory_bytes), max(one.processor_s, other.processor_s))


@cache
def _settings() -> Mapping[str, float]:
    return settings.read().reading
