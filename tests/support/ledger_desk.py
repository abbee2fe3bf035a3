"""A desk at which ledgers are loaded: its database already holds four villages and two households."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import books
import pytest

from dashboard.ledgers.loading import load
from dashboard.ledgers.reporting.report import Report
from dashboard.warehouse import queries, versions


@dataclass
class Desk:
    """A folder for files and a database of its own."""

    folder: Path
    root: Path

    def load(self, *files: Path, **options: Any) -> Report:
        """Load files for real."""
        return load.load(list(files), self.root, **options)

    def check(self, *files: Path, **options: Any) -> Report:
        """Load files without publishing."""
        return self.load(*files, dry_run=True, **options)

    def check_rows(self, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = (), **options: Any) -> Report:
        """Check a workbook of one kind made of its valid row with changes."""
        return self.check(books.ledger(self.folder, kind, *changes, without=without), **options)

    def load_rows(self, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = (), **options: Any) -> Report:
        """Load a workbook of one kind made of its valid row with changes."""
        return self.load(books.ledger(self.folder, kind, *changes, without=without), **options)

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a core table as they stand, or of any table of the current version."""
        con = versions.connection(self.root, versions.current(self.root))
        with con.cursor() as cursor:
            return cursor.table(name).to_arrow_table().to_pylist()

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """What the ``rows`` command gives."""
        con = versions.connection(self.root, versions.current(self.root))
        return queries.arrow(con, f"export/{kind}", {"region_code": ""}).to_pylist()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A published version with four villages and two households, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    households = books.xlsx(
        folder / "农户.xlsx",
        books.table(
            "households",
            {},
            {"户编号": "H002", "行政村": "东风村", "户主姓名": "李四光", "证件号码": "", "户类型": "一般农户"},
        ),
    )
    report = load.load([books.directory(folder), households], folder / "db")
    assert report.exit_code == 0, report.lines()
    return folder / "db"


@pytest.fixture
def desk(tmp_path, prepared) -> Desk:
    shutil.copytree(prepared, tmp_path / "db")
    (tmp_path / "files").mkdir()
    return Desk(tmp_path / "files", tmp_path / "db")


@pytest.fixture
def empty_desk(tmp_path) -> Desk:
    folder = tmp_path / "empty"
    folder.mkdir()
    return Desk(folder, folder / "db")
