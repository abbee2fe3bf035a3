"""Invented counties of a given size, as ledgers and as a published version; kept between runs."""

import hashlib
import tempfile
from pathlib import Path

from dashboard import paths, sample
from dashboard.ledgers.loading import load
from dashboard.warehouse import versions

_SHELF = Path(tempfile.gettempdir()) / "dashboard-bench"


def ledgers(households: int) -> Path:
    """The folder of ledgers of a county of that size."""
    folder = _SHELF / f"ledgers-{households}"
    if not (folder / "complete").exists():
        print(f"inventing a county of {households:,} households …")
        sample.write(folder, households=households)
        (folder / "complete").touch()
    return folder


def published(households: int) -> Path:
    """The folder of published versions of a county of that size, computed by the queries as they are now."""
    root = _SHELF / f"db-{households}-{_queries_digest()}"
    if versions.current(root) is None:
        print(f"loading the county of {households:,} households …")
        report = load.load([ledgers(households)], root)
        assert report.exit_code == 0, report.lines()
    return root


def files(households: int) -> list[Path]:
    """The workbooks among its ledgers."""
    return sorted(ledgers(households).glob("*.xlsx"))


def _queries_digest() -> str:
    texts = [file.read_bytes() for file in sorted(paths.QUERIES.rglob("*.sql"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


PROJECT = paths.PROJECT
