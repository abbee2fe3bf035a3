"""A small invented county, made and loaded once for all tests that need one."""

from pathlib import Path

import pytest

from dashboard import sample
from dashboard.ledgers import load

HOUSEHOLDS = 900


@pytest.fixture(scope="session")
def county_ledgers(tmp_path_factory) -> Path:
    """The ledgers of the county, in a folder."""
    folder = tmp_path_factory.mktemp("county") / "ledgers"
    sample.write(folder, households=HOUSEHOLDS)
    return folder


@pytest.fixture(scope="session")
def county_db(county_ledgers, tmp_path_factory) -> Path:
    """The county, published as its first version."""
    root = tmp_path_factory.mktemp("published") / "db"
    report = load.load([county_ledgers], root)
    assert report.exit_code == 0, report.lines()
    return root
