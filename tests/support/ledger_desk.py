"""Where ledger tests hand in their files: a database with four villages and two households, or the reader alone."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import books
import pytest
from shared import built_once

from dashboard.ledgers.checking import read_file
from dashboard.ledgers.checking.read_file import ReadSheet
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load
from dashboard.ledgers.reporting.report import Report
from dashboard.warehouse import derive, queries, versions


class _Files:
    """Workbooks of one kind, made of its valid row with changes, are written to ``folder`` and handed in."""

    folder: Path

    def check_rows(self, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = (), **options: Any) -> Report:
        """Check a workbook of one kind made of its valid row with changes."""
        return self.check(books.ledger(self.folder, kind, *changes, without=without), **options)


@dataclass
class Desk(_Files):
    """A folder for files and a database of its own."""

    folder: Path
    root: Path

    def load(self, *files: Path, **options: Any) -> Report:
        """Load files for real."""
        return load.load(list(files), self.root, **options)

    def check(self, *files: Path, **options: Any) -> Report:
        """Load files without publishing."""
        return self.load(*files, dry_run=True, **options)

    def load_rows(self, kind: str, *changes: dict[str, Any], without: tuple[str, ...] = (), **options: Any) -> Report:
        """Load a workbook of one kind made of its valid row with changes."""
        return self.load(books.ledger(self.folder, kind, *changes, without=without), **options)

    def table(self, name: str) -> list[dict[str, Any]]:
        """The current rows of a core table, or of any table of the current version."""
        con = versions.connection(self.root, versions.current(self.root))
        with con.cursor() as cursor:
            return cursor.table(name).to_arrow_table().to_pylist()

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """What the ``rows`` command gives."""
        con = versions.connection(self.root, versions.current(self.root))
        return queries.arrow(con, f"export/{kind}", {"region_code": ""}).to_pylist()


@dataclass
class ReadingDesk(_Files):
    """Files are read and checked in this process; there is no database, no directory and no current version."""

    folder: Path
    sheets: list[ReadSheet] = field(default_factory=list)

    def check(
        self,
        *files: Path,
        ledger: str | None = None,
        year: int | None = None,
        unit: str | None = None,
        by_file: dict[Path, Instructions] | None = None,
    ) -> Report:
        """Read files. ``rows_loaded`` of a sheet counts the rows that reading hands on, in order."""
        said = Instructions(ledger, year, unit)
        self.sheets = []
        for file in files:
            first_no = len(self.sheets) + 1
            self.sheets += read_file.read(file, (by_file or {}).get(file, said), date.today(), first_no)
        for sheet in self.sheets:
            if sheet.rows is not None:
                sheet.report.rows_loaded = len(_good_rows(sheet))
        return Report([sheet.report for sheet in self.sheets], dry_run=True)

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows last read for a core table: checked, not yet placed by the directory."""
        return [
            row
            for sheet in self.sheets
            if sheet.rows is not None and sheet.rows.form.table == name
            for row in _good_rows(sheet)
        ]


def _good_rows(sheet: ReadSheet) -> list[dict[str, Any]]:
    return [row for row in sheet.rows.table.to_pylist() if row["row_no"] not in sheet.report.refused]


def _fill_nothing(con, as_of, policy) -> None:
    """In place of `derive.fill`: of what is not a ledger the version holds its parameters only."""
    con.from_arrow(derive._parameter_rows(policy)).insert_into("meta_parameters")


@contextlib.contextmanager
def plainly_published() -> Iterator[None]:
    """Versions published meanwhile hold ledgers and log alone: no regions, bridges, indicators or roll-ups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derive, "fill", _fill_nothing)
        yield


@pytest.fixture
def publish_plain(request) -> Iterator[None]:
    """The test publishes plainly; one marked ``derived`` publishes what a real load publishes."""
    with contextlib.nullcontext() if request.node.get_closest_marker("derived") else plainly_published():
        yield


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A published version with four villages and two households, made once with everything derived."""

    def make(folder: Path) -> None:
        folder.mkdir()
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

    return built_once(tmp_path_factory, "prepared", make) / "db"


def copied(root: Path, target: Path) -> Path:
    """A copy of a database in which a test may publish; version files, which nothing ever changes, are shared."""

    def copy(source: str, destination: str) -> None:
        (os.link if source.endswith(".duckdb") else shutil.copy2)(source, destination)

    return Path(shutil.copytree(root, target, copy_function=copy))


@pytest.fixture
def desk(tmp_path, prepared, publish_plain) -> Desk:
    copied(prepared, tmp_path / "db")
    (tmp_path / "files").mkdir()
    return Desk(tmp_path / "files", tmp_path / "db")


@pytest.fixture
def empty_desk(tmp_path, publish_plain) -> Desk:
    folder = tmp_path / "empty"
    folder.mkdir()
    return Desk(folder, folder / "db")


@pytest.fixture
def reading(tmp_path) -> ReadingDesk:
    folder = tmp_path / "files"
    folder.mkdir()
    return ReadingDesk(folder)
