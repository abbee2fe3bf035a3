"""Loading ledgers against the least that reading the same files takes, side by side in one run."""

import contextlib
import csv
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import psutil
import xlsxwriter
from python_calamine import CalamineWorkbook

from bench import county
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load
from dashboard.ledgers.worker import client

ROUNDS = 5
HOUSEHOLDS = 12_000
VISITS = 300_000
_TITLES = ("走访日期", "乡镇", "行政村", "户编号", "户主姓名", "走访人", "走访方式", "是否发现风险", "走访情况")
_REMARKS = ("家庭情况稳定，无异常变化", "宣讲医保、就业和小额信贷政策", "核对家庭成员和收入信息，无变化")


def main() -> None:
    """Print times, ratios pair by pair, and the memory of a load of 300,000 visits."""
    _compare("county of 12,000 households, .xlsx", county.files(HOUSEHOLDS), _calamine, [county.ledgers(HOUSEHOLDS)])
    as_csv, as_xlsx = _visits()
    register = [file for file in county.files(HOUSEHOLDS) if file.name.startswith(("01", "02"))]
    for file, bare in ((as_csv, _duckdb), (as_xlsx, _calamine)):
        label = f"{VISITS:,} visits, {file.suffix}"
        _compare(f"{label}, read and checked", [file], bare, [file], work=_read)
        with _empty_root() as root:
            _load(register, root)
            _compare(label, [file], bare, [file], prepared=root)
            print(f"loading {label}: at most {_peak_mb(lambda: _load([file], root)):,.0f} MB")  # noqa: B023


def _compare(
    label: str,
    files: list[Path],
    bare: Callable[[list[Path]], None],
    given: list[Path],
    work: Callable[[list[Path], Path], None] | None = None,
    prepared: Path | None = None,
) -> None:
    """Print pairs of (bare reading, our work) and their median ratio; each load starts from ``prepared`` or nothing."""
    ratios = []
    for _ in range(ROUNDS):
        bare_s = _seconds(lambda: bare(files))
        with _empty_root(prepared) as root:
            ours_s = _seconds(lambda root=root: (work or _load)(given, root))
        ratios.append(ours_s / bare_s)
        print(f"  {label}: bare {bare_s:.2f} s, ours {ours_s:.2f} s, ratio {ratios[-1]:.2f}", flush=True)
    print(f"loading {label}: median ratio {statistics.median(ratios):.2f}")


def _calamine(workbooks: list[Path]) -> None:
    for file in workbooks:
        with CalamineWorkbook.from_path(str(file)) as book:
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()


def _duckdb(files: list[Path]) -> None:
    with duckdb.connect() as con:
        for file in files:
            con.read_csv(str(file)).to_arrow_table()


def _read(files: list[Path], root: Path) -> None:
    """Read and check alone, in the process that loads read in."""
    with client.reader() as reader:
        for file in files:
            assert all(found.rows is not None for found in reader.read(file, Instructions(), date.today(), 1))


def _load(files: list[Path], root: Path) -> None:
    report = load.load(files, root)
    assert report.exit_code == 0, report.lines()


def _visits() -> tuple[Path, Path]:
    """300,000 visits to the households of the invented county, as .csv and as .xlsx; kept between runs."""
    folder = county.ledgers(HOUSEHOLDS).parent / f"visits-{VISITS}"
    files = folder / "走访台账.csv", folder / "走访台账.xlsx"
    if not (folder / "complete").exists():
        folder.mkdir(exist_ok=True)
        rows = _rows()
        with files[0].open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([_TITLES, *([day.isoformat(), *rest] for day, *rest in rows)])
        with xlsxwriter.Workbook(files[1], {"default_date_format": "yyyy-mm-dd"}) as book:
            sheet = book.add_worksheet("走访台账")
            for number, row in enumerate([_TITLES, *rows]):
                sheet.write_row(number, 0, row)
        (folder / "complete").touch()
    return files


def _rows() -> list[tuple]:
    [register] = [file for file in county.files(HOUSEHOLDS) if file.name.startswith("02")]
    with CalamineWorkbook.from_path(str(register)) as book:
        titles, *lines = book.get_sheet_by_index(0).to_python()
    households = [[line[titles.index(title)] for title in _TITLES[1:5]] for line in lines]
    # Every household once in forty days, so that no visit is there twice.
    return [
        (
            date(2023, 1, 1) + timedelta(days=number // len(households) * 40 + number % 40),
            *households[number % len(households)],
            f"帮扶干部{number % 500}",
            "电话" if number % 5 == 0 else "入户",
            "是" if number % 50 == 0 else "否",
            _REMARKS[number % len(_REMARKS)],
        )
        for number in range(VISITS)
    ]


def _peak_mb(work: Callable[[], None]) -> float:
    """The most memory that this process and its children hold together while ``work`` runs."""
    here, done, peak = psutil.Process(), threading.Event(), 0

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            with contextlib.suppress(psutil.Error):
                held = sum(one.memory_info().rss for one in [here, *here.children(recursive=True)])
                peak = max(peak, held)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        work()
    finally:
        done.set()
        watching.join()
    return peak / 1e6


@contextlib.contextmanager
def _empty_root(prepared: Path | None = None) -> Iterator[Path]:
    """A folder for versions: a copy of ``prepared``, or none yet."""
    folder = Path(tempfile.mkdtemp())
    try:
        if prepared is not None:
            shutil.copytree(prepared, folder / "db")
        yield folder / "db"
    finally:
        shutil.rmtree(folder)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
