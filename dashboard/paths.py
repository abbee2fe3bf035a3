"""Where the project's files are, and where published versions are kept."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / "data"
QUERIES = PROJECT / "queries"


def database_root() -> Path:
    """The folder of published versions: ``DASHBOARD_DB``, else ``data/db`` of the project."""
    return Path(os.environ.get("DASHBOARD_DB") or DATA / "db")
