"""Folders of the project, and the folder of published versions."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# Folders of forms, rules and words, and of queries; an office with ledgers of its own may keep copies elsewhere.
DATA = Path(os.environ.get("DASHBOARD_DATA") or PROJECT / "data")
QUERIES = Path(os.environ.get("DASHBOARD_QUERIES") or PROJECT / "queries")


def database_root() -> Path:
    """The folder of published versions: ``DASHBOARD_DB``, else ``data/db`` of the project."""
    return Path(os.environ.get("DASHBOARD_DB") or PROJECT / "data" / "db")
