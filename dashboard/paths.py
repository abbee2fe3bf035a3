"""Folders of the project, and the folder of published versions."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / "data"
QUERIES = PROJECT / "queries"


def database_root() -> Path:
    """The folder of published versions: ``DASHBOARD_DB``, else ``data/db`` of the project."""
    return Path(os.environ.get("DASHBOARD_DB") or DATA / "db")
