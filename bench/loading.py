"""Loading a county against what calamine alone needs to read the same workbooks."""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench import county
from dashboard.ledgers import load

ROUNDS = 5


def main() -> None:
    """Print both times and their ratio, pair by pair."""
    workbooks = county.files(12_000)
    ratios = []
    for _ in range(ROUNDS):
        bare = _seconds(lambda: _read(workbooks))
        with _empty_root() as root:
            loaded = _seconds(lambda root=root: _load(root))
        ratios.append(loaded / bare)
        print(f"loading 12,000 households: calamine alone {bare:.2f} s, load {loaded:.2f} s, ratio {ratios[-1]:.2f}")
    print(f"loading 12,000 households: median ratio {statistics.median(ratios):.2f}")


def _read(workbooks: list[Path]) -> None:
    for file in workbooks:
        with CalamineWorkbook.from_path(str(file)) as book:
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()


def _load(root: Path) -> None:
    report = load.load([county.ledgers(12_000)], root)
    assert report.exit_code == 0, report.lines()


@contextlib.contextmanager
def _empty_root():
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder / "db"
    finally:
        shutil.rmtree(folder)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
