"""Invented counties of a given size, as ledgers and as a published version; kept between runs."""

import tempfile
from pathlib import Path

from dashboard import paths, sample, store
from dashboard.ledgers import load

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
    """The folder of published versions of a county of that size."""
    root = _SHELF / f"db-{households}"
    if store.current(root) is None:
        print(f"loading the county of {households:,} households …")
        report = load.load([ledgers(households)], root)
        assert report.exit_code == 0, report.lines()
    return root


def files(households: int) -> list[Path]:
    """The workbooks among its ledgers."""
    return sorted(ledgers(households).glob("*.xlsx"))


PROJECT = paths.PROJECT
