"""The process that reads files: what it may take, how it ends, and that nobody but the file's sender notices."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from datetime import date
from pathlib import Path

import books
import openpyxl
import psutil
import pytest

from dashboard import paths
from dashboard.ledgers import containers
from dashboard.ledgers.checking import read_file
from dashboard.ledgers.feedback import refused_rows
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.worker import client, process, protocol
from dashboard.ledgers.worker.client import Limits

TODAY = date(2026, 1, 31)
POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes with names")


@pytest.fixture(autouse=True)
def nothing_kept():
    """Every test starts with no process and leaves none."""
    client._idle.clear()
    yield
    client._idle.clear()


def readers(of: int | None = None) -> list[psutil.Process]:
    """The processes that read for a process (this one)."""
    with contextlib.suppress(psutil.Error):
        return [one for one in psutil.Process(of).children() if "dashboard.ledgers" in "".join(one.cmdline())]
    return []


def until(happened, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.02)
    return False


def table_file(folder: Path, kind: str, *changes: dict) -> Path:
    """A workbook of one kind in a folder of its own."""
    folder.mkdir(exist_ok=True)
    return books.ledger(folder, kind, *changes)


def read(path: Path, told=lambda stage: None) -> list[read_file.ReadSheet]:
    with client.reader() as reader:
        return reader.read(path, Instructions(), TODAY, 1, told)


def codes(found: list[read_file.ReadSheet]) -> list[str]:
    return [issue.code for one in found for issue in one.report.issues]


@pytest.fixture
def pipe(tmp_path) -> Path:
    """A file that never has anything to read."""
    path = tmp_path / "走访台账.csv"
    os.mkfifo(path)
    return path


def test_what_is_read_apart_is_what_is_read_here(tmp_path):
    path = books.ledger(tmp_path, "incomes", {}, {"户编号": "H002", "工资性收入": "-1"}, {"年度": "20X5"})
    [here], [there] = read_file.read(path, Instructions(), TODAY, 7), read(path)
    there.report.file_no = 7
    assert there.rows.form is here.rows.form
    assert there.rows.report is there.report
    assert there.rows.table.drop_columns("file_no").equals(here.rows.table.drop_columns("file_no"))
    assert there.report == here.report
    assert here.report.refused


@pytest.mark.parametrize("is_in_memory", [False, True])
def test_refused_rows_are_given_back_without_reading_the_file_here(is_in_memory, tmp_path, monkeypatch):
    path = books.ledger(tmp_path, "incomes", {}, {"户编号": "H002", "工资性收入": "-1"})
    data = path.read_bytes() if is_in_memory else None
    entries = [one.report for one in read(path)]
    [(name, here)] = refused_rows.workbooks(path, entries)
    for opened in ("sheets", "within", "files"):
        monkeypatch.setattr(containers, opened, None)
    with client.reader() as reader:
        [(name_there, there)] = reader.returned(path, entries, data)
    assert name_there == name
    assert _cells(there) == _cells(here)


def _cells(book: bytes) -> list[tuple]:
    return [row for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.iter_rows(values_only=True)]


def test_a_file_that_cannot_be_read_again_gives_nothing_back(tmp_path, monkeypatch):
    path = books.ledger(tmp_path, "incomes", {}, {"户编号": "H002", "工资性收入": "-1"})
    entries = [one.report for one in read(path)]
    with client.reader() as reader, pytest.raises(containers.FileRefused) as raised:
        reader.returned(path, entries, path.read_bytes()[:-200])
    assert raised.value.code == "file_damaged"
    monkeypatch.setattr(client, "_TICK_S", 0.001)
    monkeypatch.setattr(client.limits, "of", lambda size_mb, times=1: Limits(1, 1))
    # What a packed file may take is told by the process itself.
    plain = books.text(tmp_path / path.name, books.table("incomes", {}))
    with client.reader() as reader, pytest.raises(containers.FileRefused) as raised:
        reader.returned(plain, entries)
    assert raised.value.code == "file_too_heavy"


def test_outlines_come_across(county_ledgers):
    path = next(county_ledgers.glob("*.geojson"))
    [here], [there] = read_file.read(path, Instructions(), TODAY, 1), read(path)
    assert there.outlines == here.outlines


def test_the_process_is_kept_for_the_next_load(tmp_path):
    path = books.ledger(tmp_path, "households")
    read(path)
    kept = readers()
    read(path)
    assert len(kept) == 1
    assert readers() == kept


def test_a_process_that_has_grown_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_GROWN", 0)
    read(books.ledger(tmp_path, "households"))
    assert until(lambda: not readers())


def test_two_loads_at_once_have_a_process_each(tmp_path):
    path = books.ledger(tmp_path, "households")
    with client.reader() as one, client.reader() as other:
        assert len(readers()) == 2
        for reader in (one, other):
            assert reader.read(path, Instructions(), TODAY, 1)[0].rows is not None
    assert until(lambda: len(readers()) == 1)


def test_a_file_that_ends_the_process_is_refused_and_the_others_are_loaded(desk):
    files = [
        table_file(desk.folder / "1", "households"),
        table_file(desk.folder / "2", "visits"),
        table_file(desk.folder / "3", "incomes"),
    ]

    def kill(share, what):
        if files[1].name in what:
            for one in readers():
                one.kill()

    report = desk.load(*files, progress=kill)
    assert [entry.status for entry in report.files] == ["loaded", "refused", "loaded"]
    assert [issue.code for issue in report.files[1].issues] == ["file_broke_reader"]
    assert report.exit_code == 2
    assert len(desk.table("core_incomes")) == 1
    assert desk.table("core_visits") == []
    assert [row["file_no"] for row in desk.table("meta_files")] == sorted({e.file_no for e in report.files} | {1, 2})


@POSIX
def test_a_file_that_never_answers_is_given_up(pipe, monkeypatch):
    monkeypatch.setattr(client, "limits_for", lambda path: Limits(10**9, 0.05))
    heard = []
    assert codes(read(pipe, heard.append)) == ["file_took_too_long"]
    assert heard, "the progress bar stands still while the process waits"
    assert not readers()


def test_limits_are_held_against_what_a_process_uses():
    here = psutil.Process()
    assert client._Watch(here, Limits(10**12, 1000)).exceeded() is None
    assert client._Watch(here, Limits(1, 1000)).exceeded() == "file_too_heavy"
    watch = client._Watch(here, Limits(10**12, 0.05))
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert watch.exceeded() == "file_took_too_long"


def test_larger_files_may_take_more_up_to_a_point(tmp_path):
    sizes = []
    for size in (0, 5_000_000, 10**12):
        path = tmp_path / f"{size}.csv"
        path.touch()
        os.truncate(path, min(size, 2**40))
        sizes.append(client.limits_for(path))
    assert sizes[0].memory_bytes < sizes[1].memory_bytes < sizes[2].memory_bytes < 4 * 10**9
    assert sizes[0].processor_s < sizes[1].processor_s < sizes[2].processor_s
    assert client.limits_for(tmp_path / "gone.csv") == sizes[0]


def test_a_packed_file_may_take_what_its_content_needs(tmp_path):
    """A long workbook whose rows are nearly alike is far smaller than what it holds."""
    titles = ("户编号", "走访日期", "户主姓名", "走访人", "走访情况")
    remark = "家庭情况稳定，无异常变化。" * 120
    lines = [titles, *((f"H{number}", "2025-01-01", "张三", "李四", remark) for number in range(48_000))]
    xml = "".join(
        f'<row r="{row}">'
        + "".join(
            f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
            for letter, text in zip("ABCDE", line, strict=True)
        )
        + "</row>"
        for row, line in enumerate(lines, start=1)
    )
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{xml}</sheetData></worksheet>'.encode()
    path = books.xlsx(tmp_path / "走访台账.xlsx", [["户编号"]])
    with zipfile.ZipFile(path) as book:
        members = {name: book.read(name) for name in book.namelist()} | {"xl/worksheets/sheet1.xml": sheet}
    books.zipped(path, members)
    assert len(sheet) > max(200_000_000, 100 * path.stat().st_size)
    [found] = read(path)
    assert found.report.status == "loaded"
    assert found.rows.table.num_rows == 48_000


def test_what_one_file_leaves_behind_does_not_count_for_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_GROWN", 0)
    with client.reader() as reader:
        reader.read(books.ledger(tmp_path, "households"), Instructions(), TODAY, 1)
        before = readers()
        reader.read(books.ledger(tmp_path, "members"), Instructions(), TODAY, 2)
        assert readers() != before


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own limit is told apart on Linux only")
def test_the_system_refuses_memory_before_the_watch_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_TICK_S", 60)
    monkeypatch.setattr(client, "limits_for", lambda path: Limits(200_000_000, 100))
    path = tmp_path / "走访台账.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("户编号,走访日期\n")
        stream.writelines(f"H{number},2025-01-01\n" for number in range(1_040_000))
    assert codes(read(path)) == ["file_too_heavy"]


@POSIX
def test_whoever_interrupts_does_not_wait_for_the_file(pipe, tmp_path):
    def interrupt(stage):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(pipe, interrupt)
    assert not readers()
    assert read(books.ledger(tmp_path, "households"))[0].rows is not None


@POSIX
def test_the_process_ends_with_a_parent_that_is_killed(pipe):
    waiting = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from dashboard.ledgers.worker import client; from dashboard.ledgers.layout.instructions import Instructions\n"
        "with client.reader() as reader:\n"
        "    reader.read(Path(sys.argv[1]), Instructions(), date.today(), 1, lambda stage: print(flush=True))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", waiting, str(pipe)], cwd=paths.PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    parent.stdout.readline()
    [orphan] = readers(parent.pid)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)


def test_the_script_that_loads_is_not_run_again_and_threads_may_load(tmp_path):
    path = books.ledger(tmp_path, "households")
    script = tmp_path / "app.py"
    script.write_text(
        "import sys, threading; from datetime import date; from pathlib import Path\n"
        "from dashboard.ledgers.worker import client; from dashboard.ledgers.layout.instructions import Instructions\n"
        "print('started')\n"
        "def load():\n"
        "    with client.reader() as reader:\n"
        "        print(reader.read(Path(sys.argv[1]), Instructions(), date.today(), 1)[0].report.status)\n"
        "for _ in range(2):\n"
        "    thread = threading.Thread(target=load); thread.start(); thread.join()\n"
    )
    said = subprocess.run(
        [sys.executable, script, path],
        env=os.environ | {"PYTHONPATH": str(paths.PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["started", "loaded", "loaded"]
    assert said.stderr == ""


def test_a_path_means_the_same_in_the_process_after_a_change_of_folder(tmp_path, monkeypatch):
    for name in ("one", "two"):
        table_file(tmp_path / name, "households", {"户编号": name})
    for name in ("one", "two"):
        monkeypatch.chdir(tmp_path / name)
        [path] = Path().glob("*.xlsx")
        [found] = read(path)
        assert found.report.path == str(path)
        assert found.rows.table["household_id"].to_pylist() == [name]


def test_after_a_fork_the_parents_process_is_left_alone(tmp_path):
    path = books.ledger(tmp_path, "households")
    read(path)
    client._idle._child.owner = -1  # as a forked process finds it
    kept = readers()
    read(path)
    assert kept[0] in readers()
    kept[0].kill()


def test_an_unforeseen_failure_tells_its_kind_and_place_but_not_its_words(monkeypatch):
    def broken(*_, **__):
        raise ValueError("629821198001010014")

    monkeypatch.setattr(read_file, "read", broken)
    monkeypatch.setattr(process, "_limit", lambda *_: None)
    answers = io.BytesIO()
    request = {"what": "read", "folder": None, "arguments": (), "allowed": Limits(1, 1)}
    process._answer(request, answers)
    answers.seek(0)
    kind, (code, place) = protocol.receive(answers)
    assert (kind, code) == ("failed", "file_broke_reader")
    assert place.startswith("ValueError in ") and "629821198001010014" not in place


def test_half_a_message_is_none():
    whole = io.BytesIO()
    protocol.send(whole, ("found", list(range(1000))))
    with pytest.raises(EOFError):
        protocol.receive(io.BytesIO(whole.getvalue()[:-1]))


def test_many_loads_in_many_threads_mix_nothing_up(tmp_path):
    files = [table_file(tmp_path / str(number), "households", {"户编号": f"H{number}"}) for number in range(12)]
    found: dict[int, list[str]] = {}

    def load(number: int) -> None:
        [one] = read(files[number])
        found[number] = one.rows.table["household_id"].to_pylist()

    threads = [threading.Thread(target=load, args=(number,)) for number in range(len(files))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [f"H{number}"] for number in range(len(files))}
    assert until(lambda: len(readers()) <= 1)
