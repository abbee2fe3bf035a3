"""What happens when the machine fails a load: each fault is made for real, in a process of its own."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forks import Forked, ForkServer, forking
from rounds import ROUNDS
from shared import built_once
from streamlit.testing.v1 import AppTest

from dashboard import paths, sample
from dashboard.cli import commands
from dashboard.ledgers.loading import load
from dashboard.warehouse import queries, versions

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")


@pytest.fixture(scope="module", autouse=True)
def forked() -> Iterator[ForkServer]:
    """Every load and command of the tests is a process of its own, forked from one that has imported the package."""
    with forking("faulty_loads") as server:
        yield server


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Path:
    """The ledgers of a very small county."""
    return built_once(tmp_path_factory, "small_county", lambda folder: sample.write(folder, households=40))


@pytest.fixture(scope="module")
def standing(county, tmp_path_factory) -> Path:
    """A version with the villages and households only."""
    files = [file for file in sorted(county.iterdir()) if file.name.startswith(("01", "02"))]

    def make(root: Path) -> None:
        assert load.load(files, root).exit_code == 0

    return built_once(tmp_path_factory, "small_county_begun", make)


@pytest.fixture
def root(standing, tmp_path) -> Path:
    return shutil.copytree(standing, tmp_path / "db")


@pytest.fixture(scope="module")
def start(forked) -> Callable[..., Forked]:
    """Begin a load of all ledgers; it waits at a stage, if one is named."""
    return lambda ledgers, root, wait_at="": forked.start("load", ledgers, root, wait_at)


def reach(process: Forked, stage: str) -> None:
    for line in process.stdout:
        if stage in line:
            return
    raise AssertionError(f"the load never came to {stage}")


@pytest.fixture(scope="module")
def command(forked) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a command of the dashboard on a database."""

    def run(root: Path, *arguments: str) -> subprocess.CompletedProcess:
        done = forked.run("command", *arguments, "--db", root)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def rows(root: Path, kind: str = "visits") -> int:
    con = versions.connection(root, versions.current(root))
    return len(queries.arrow(con, f"export/{kind}", {"region_code": ""}))


def as_before(root: Path) -> None:
    """The version that stood still does, whole."""
    version = versions.current(root)
    assert version.id == "v0001"
    versions.verify(versions.connection(root, version), version)
    assert (rows(root, "households"), rows(root, "visits")) == (40, 0)


def can_be_loaded(county: Path, root: Path) -> None:
    """The next load succeeds, is whole, and leaves nothing lying about."""
    report = load.load([county], root)
    assert report.exit_code == 0, report.lines()
    version = versions.current(root)
    assert version.id == report.version
    versions.verify(versions.connection(root, version), version)
    assert rows(root) > 0
    assert commands.main(["check", "--db", str(root)]) == 0
    assert not list((root / "building").iterdir())
    assert not list(root.rglob(".*"))
    assert not versions.damaged(root)


# kill -9 ------------------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("stage", ["读取 05", "核对走访", "计算指标", "发布"])
def test_a_load_killed_at_any_stage_changes_nothing(start, county, root, stage):
    version = versions.current(root)
    with versions.connection(root, version).cursor() as reader:
        process = start(county, root, stage)
        reach(process, stage)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        as_before(root)
        assert reader.execute("from core_households").fetchall()
        can_be_loaded(county, root)
        assert len(reader.execute("from core_households").fetchall()) == 40


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5, 5 + ROUNDS))
def test_a_load_killed_at_random_moments_changes_nothing_or_has_published(start, county, root, tmp_path, seed):
    begun = time.monotonic()
    assert start(county, shutil.copytree(root, tmp_path / "timed")).wait() == 0
    whole_s = time.monotonic() - begun
    chance = random.Random(seed)
    for _ in range(4):
        process = start(county, root)
        time.sleep(chance.uniform(0.3, 1) * whole_s)
        process.kill()
        process.wait()
        if versions.current_id(root) != "v0001":
            break
        as_before(root)
    if versions.current_id(root) == "v0001":
        can_be_loaded(county, root)
    versions.verify(versions.connection(root, versions.current(root)), versions.current(root))


@POSIX
@pytest.mark.slow
def test_a_publication_killed_between_any_two_operations_is_whole_or_not_there(forked, root, county, tmp_path):
    whole = forked.run("publish", shutil.copytree(root, tmp_path / "whole"), 0, "kill")
    operations = int(whole.stdout)
    assert operations >= 8
    for number in range(1, operations + 1):
        folder = shutil.copytree(root, tmp_path / str(number))
        assert forked.run("publish", folder, number, "kill").returncode == -signal.SIGKILL
        version = versions.current(folder)
        assert version.id in ("v0001", "v0002")
        versions.verify(versions.connection(folder, version), version)
        with versions.building(folder):
            pass
        switched = [json.loads(line)["version"] for line in (folder / "history.jsonl").read_text().splitlines()]
        assert switched[-1] == version.id
        assert not versions.damaged(folder)
        assert not list(folder.rglob(".*"))
    can_be_loaded(county, folder)


# A full disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A disk of its own, which only the system's administrator can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("no right to mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def shrink(disk: Path, spare_bytes: int) -> None:
    used = sum(file.stat().st_size for file in disk.rglob("*") if file.is_file())
    size = (used + spare_bytes) // 4096 * 4096 + 65536
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


@POSIX
@pytest.mark.parametrize("spare_kb", [0, 512, 3072])
def test_a_load_onto_a_full_disk_says_so_and_changes_nothing(command, county, standing, disk, spare_kb):
    root = shutil.copytree(standing, disk / "db")
    shrink(disk, spare_kb * 1024)
    done = command(root, "load", str(county))
    assert done.returncode == 2
    assert "磁盘空间不足" in done.stderr and "没有改动" in done.stderr
    as_before(root)
    subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
    can_be_loaded(county, root)


@POSIX
@pytest.mark.slow
def test_a_disk_that_is_full_in_the_middle_of_a_publication_takes_nothing_back(forked, standing, disk):
    outcomes = set()
    for number in range(1, 12):
        root = shutil.copytree(standing, disk / str(number))
        done = forked.run("publish", root, number, "fill")
        version = versions.current(root)
        if done.returncode:
            assert "磁盘空间不足" in done.stderr, done.stderr
            as_before(root)
            assert [file.name for file in (root / "versions").iterdir() if "2" in file.name] == []
        else:
            assert version.id == "v0002"
        outcomes.add(done.returncode)
        versions.verify(versions.connection(root, version), version)
        (root / "ballast").unlink(missing_ok=True)
        with versions.building(root):
            pass
        switched = [json.loads(line)["version"] for line in (root / "history.jsonl").read_text().splitlines() if line]
        assert switched[-1] == version.id
        shutil.rmtree(root)
    assert outcomes == {0, 1}


@POSIX
def test_files_that_may_not_grow_are_told_as_a_full_disk(county, root):
    script = [*["bash", "-c"], 'ulimit -f 1500; exec "$@"', "bash", sys.executable, "-m", "dashboard"]
    done = subprocess.run(
        [*script, "load", str(county), "--db", str(root)], cwd=paths.PROJECT, capture_output=True, encoding="utf-8"
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 2
    assert "磁盘空间不足" in done.stderr and "没有改动" in done.stderr
    as_before(root)
    can_be_loaded(county, root)


@POSIX
def test_a_full_disk_while_sorting_more_than_fits_into_memory_is_told(standing, disk):
    root = shutil.copytree(standing, disk / "db")
    shrink(disk, 2_000_000)
    with pytest.raises(versions.StoreError, match="磁盘空间不足"), versions.building(root) as build:
        build.con.execute("set memory_limit = '40MB'")
        build.con.execute("create temp table t as select random() as a, random() as b from range(5000000) order by a")
    as_before(root)


def test_a_folder_that_may_not_be_written_is_told(command, county, standing, disk):
    root = shutil.copytree(standing, disk / "db")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for arguments in (("load", str(county)), ("rollback", "v0001"), ("recompute",)):
        done = command(root, *arguments)
        assert done.returncode == 2
        assert "无法写入" in done.stderr or "不允许写入" in done.stderr, done.stderr
    assert command(root, "load", str(county), "--dry-run").returncode == 0
    assert command(root, "rows", "households").returncode == 0
    as_before(root)


# Several at once ------------------------------------------------------------------------------------------------------


def test_a_second_load_is_told_to_wait_and_neither_is_lost(start, command, county, root):
    visits = next(file for file in county.iterdir() if file.name.startswith("05"))
    incomes = next(file for file in county.iterdir() if file.name.startswith("04"))
    process = start(visits, root, "计算指标")
    reach(process, "计算指标")
    second = command(root, "load", str(incomes))
    assert second.returncode == 2
    assert "另一个导入正在进行" in second.stderr
    assert command(root, "load", str(incomes), "--dry-run").returncode == 0
    as_before(root)
    assert process.finish("\n").returncode == 0
    assert command(root, "load", str(incomes)).returncode == 0
    assert rows(root, "visits") > 0 and rows(root, "incomes") > 0
    assert [version.base for version in versions.published(root)] == ["v0002", "v0001", None]


def test_loads_started_together_are_each_done_or_refused(command, county, root):
    files = [file for file in sorted(county.iterdir()) if file.name[:2] in ("04", "05", "06", "07")]
    done: dict[Path, subprocess.CompletedProcess] = {}

    def run(file: Path) -> None:
        done[file] = command(root, "load", str(file))

    threads = [threading.Thread(target=run, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = [file for file in files if done[file].returncode == 0]
    assert loaded
    assert all("另一个导入正在进行" in done[file].stderr for file in files if file not in loaded)
    assert len(versions.published(root)) == 1 + len(loaded)
    assert load.load(files, root).exit_code == 0
    assert all(rows(root, kind) for kind in ("incomes", "visits", "monitored", "measures"))


def test_a_reader_holds_its_version_through_a_load_and_a_rollback(county, root):
    before = versions.current(root)
    with versions.connection(root, before).cursor() as reader:
        answer = reader.execute("from core_households order by household_id")
        first = answer.fetchmany(5)
        can_be_loaded(county, root)
        versions.rollback(root, "v0001")
        assert len(first) + len(answer.fetchall()) == 40
    as_before(root)


# Damage ---------------------------------------------------------------------------------------------------------------


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _flip(file: Path) -> None:
    """One bit in every 16 KB: no block of the file stays whole."""
    data = bytearray(file.read_bytes())
    for place in range(12_288, len(data), 16_384):
        data[place] ^= 4
    file.write_bytes(data)


DAMAGES = {
    "emptied": lambda root: (root / "versions" / "v0002.duckdb").write_bytes(b""),
    "cut": lambda root: _cut(root / "versions" / "v0002.duckdb"),
    "flipped": lambda root: _flip(root / "versions" / "v0002.duckdb"),
    "gone": lambda root: (root / "versions" / "v0002.duckdb").unlink(),
    "card gone": lambda root: (root / "versions" / "v0002.json").unlink(),
    "card cut": lambda root: _cut(root / "versions" / "v0002.json"),
    "pointer to nothing": lambda root: (root / "CURRENT").write_text("v0099\n"),
    "pointer emptied": lambda root: (root / "CURRENT").write_bytes(b""),
    "pointer gone": lambda root: (root / "CURRENT").unlink(),
}


@pytest.fixture(scope="module")
def two_versions(standing, county, tmp_path_factory) -> Path:
    """The same, and a version of all ledgers after it."""

    def make(root: Path) -> None:
        shutil.copytree(standing, root)
        assert load.load([county], root).version == "v0002"

    return built_once(tmp_path_factory, "small_county_twice", make)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_version_is_told_with_the_way_back(two_versions, county, tmp_path, damage, monkeypatch, capfd):
    root = shutil.copytree(two_versions, tmp_path / "db")
    DAMAGES[damage](root)
    visits = next(file for file in county.iterdir() if file.name.startswith("05"))
    for arguments in (("check",), ("rows", "visits"), ("load", str(visits)), ("load", str(visits), "--dry-run")):
        assert commands.main([*arguments, "--db", str(root)]) == 2
        said = capfd.readouterr().err
        assert "rollback" in said and ("损坏" in said or "缺失" in said), (arguments, said)
    commands.main(["versions", "--db", str(root)])
    assert "v0001" in capfd.readouterr().out
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    page = AppTest.from_file(str(paths.PROJECT / "app.py"), default_timeout=60).run()
    assert not page.exception
    assert "rollback" in "".join(element.proto.body for element in page.get("html"))
    versions.rollback(root, "v0001")
    as_before(root)
    assert load.load([county], root).version == "v0003"
    assert versions.current(root).id == "v0003"


# The clock ------------------------------------------------------------------------------------------------------------


def test_a_clock_set_back_gives_no_version_twice_and_hides_none(county, two_versions, tmp_path):
    root = shutil.copytree(two_versions, tmp_path / "db")
    for card in (root / "versions").glob("*.json"):
        facts = json.loads(card.read_text(encoding="utf-8"))
        card.write_text(json.dumps(facts | {"created_at": "2099-01-01 00:00:00"}), encoding="utf-8")
    versions.rollback(root, "v0001")
    can_be_loaded(county, root)
    assert [version.id for version in versions.published(root)] == ["v0003", "v0002", "v0001"]
    assert versions.current(root).created_at < versions.published(root)[1].created_at
