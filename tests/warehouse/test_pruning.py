"""Deleting old versions: never the current one, never half of one, and no number is given twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import date, datetime
from pathlib import Path

import pytest

from dashboard import paths
from dashboard.presenters.ledger_intake import version_list
from dashboard.serving import cached
from dashboard.warehouse import versions

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")

# Prunes to the newest version; at the file operation of that number the process is killed.
AT_OPERATION = """
import os, signal, sys
from pathlib import Path
from dashboard.warehouse import versions
root, wanted = Path(sys.argv[1]), int(sys.argv[2])
old = [version.id for version in versions.prunable(root, 1)]
count = 0
def watch(event, details):
    global count
    if event in ("open", "os.rename", "os.remove") and str(root) in str(details[0]):
        count += 1
        if count == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
versions.prune(root, old)
print(count)
"""


def publish(root: Path, note: str, rows: int = 0) -> versions.Version:
    with versions.building(root) as build:
        build.con.execute(
            "insert into meta_version values ($id, null, $at, date '2025-12-31', $note, $note)",
            {"id": build.id, "at": datetime(2026, 1, 2), "note": note},
        )
        base = build.base.id if build.base else None
        changes = {"visits": {"new": rows}} if rows and base is None else {}
        card = versions.Version(
            build.id, datetime.now(), base, date(2025, 12, 31), note, {"visits": rows} if rows else {}, changes
        )
        return versions.publish(root, build, card)


@pytest.fixture
def root(tmp_path) -> Path:
    """Four versions."""
    for note in ("first", "second", "third", "fourth"):
        publish(tmp_path / "db", note)
    return tmp_path / "db"


def ids(listed: list[versions.Version]) -> list[str]:
    return [version.id for version in listed]


def prune(root: Path, keep: int) -> list[str]:
    return versions.prune(root, ids(versions.prunable(root, keep)))[0]


def files(root: Path) -> list[str]:
    return sorted(file.name for file in (root / "versions").iterdir())


def test_the_newest_versions_are_kept_and_the_others_go_with_card_and_file(root):
    assert ids(versions.prunable(root, 2)) == ["v0002", "v0001"]
    assert prune(root, 2) == ["v0001", "v0002"]
    assert ids(versions.published(root)) == ["v0004", "v0003"]
    assert files(root) == ["v0003.duckdb", "v0003.json", "v0004.duckdb", "v0004.json"]
    assert versions.damaged(root) == []


def test_pruning_twice_or_to_more_than_there_are_deletes_nothing(root):
    assert prune(root, 9) == []
    prune(root, 2)
    assert prune(root, 2) == []
    assert versions.prune(root, ["v0001", "v0099"]) == ([], [])


def test_fewer_than_one_version_cannot_be_kept(root):
    with pytest.raises(ValueError, match="0"):
        versions.prunable(root, 0)


def test_the_current_version_is_kept_though_it_is_old(root):
    versions.rollback(root, "v0002")
    assert ids(versions.prunable(root, 1)) == ["v0003", "v0001"]
    # Asked for by name, as when somebody rolled back to it while another was confirming.
    assert versions.prune(root, ["v0001", "v0002", "v0003"]) == (["v0001", "v0003"], [])
    assert ids(versions.published(root)) == ["v0004", "v0002"]
    assert versions.current(root).id == "v0002"


def test_a_version_is_made_from_the_current_one_though_its_own_base_is_gone(root):
    prune(root, 1)
    assert versions.published(root)[0].base == "v0003"
    assert publish(root, "fifth").base == "v0004"


def test_every_pruned_version_is_recorded(root):
    prune(root, 2)
    history = [json.loads(line) for line in (root / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(entry["action"], entry["version"]) for entry in history[-2:]] == [("prune", "v0001"), ("prune", "v0002")]
    publish(root, "fifth")
    history = [json.loads(line) for line in (root / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(entry["action"], entry["version"]) for entry in history[-2:]] == [("prune", "v0002"), ("publish", "v0005")]


def test_no_number_is_given_twice_after_pruning(root):
    versions.rollback(root, "v0001")
    # What is numbered highest goes too: the history alone knows the number.
    versions.prune(root, ["v0002", "v0003", "v0004"])
    assert publish(root, "fifth").id == "v0005"


def test_going_back_to_a_pruned_version_says_what_became_of_it(root):
    prune(root, 1)
    with pytest.raises(versions.StoreError, match=r"v0001”已被清理，不能再回退"):
        versions.rollback(root, "v0001")
    with pytest.raises(versions.StoreError, match=r"没有版本“v0099”"):
        versions.rollback(root, "v0099")


def test_a_version_put_back_from_a_backup_is_listed_and_can_be_gone_back_to(root, tmp_path):
    backup = shutil.copytree(root / "versions", tmp_path / "backup")
    prune(root, 1)
    for name in ("v0002.duckdb", "v0002.json"):
        shutil.copy(backup / name, root / "versions" / name)
    publish(root, "fifth")
    assert ids(versions.published(root)) == ["v0005", "v0004", "v0002"]
    assert versions.rollback(root, "v0002").id == versions.current(root).id == "v0002"


def test_a_damaged_version_is_neither_counted_nor_deleted(root):
    (root / "versions" / "v0003.json").write_text("{")
    assert ids(versions.prunable(root, 2)) == ["v0001"]
    assert prune(root, 2) == ["v0001"]
    assert versions.damaged(root) == ["v0003"]
    assert "v0003.duckdb" in files(root)


@pytest.mark.parametrize("harm", ["pointer", "file", "file gone", "card"])
def test_nothing_is_pruned_while_the_current_version_cannot_be_read(root, harm):
    versions._card_of_file.cache_clear()
    if harm == "pointer":
        (root / "CURRENT").unlink()
    elif harm == "file":
        versions.version_file(root, "v0004").write_bytes(b"damaged" * 5000)
    elif harm == "file gone":
        versions.version_file(root, "v0004").unlink()
    else:
        (root / "versions" / "v0004.json").write_text("{")
    before = files(root)
    for attempt in (lambda: versions.prunable(root, 1), lambda: versions.prune(root, ["v0001"])):
        with pytest.raises(versions.StoreError, match="rollback"):
            attempt()
    assert files(root) == before


def test_a_reader_goes_on_reading_a_version_that_is_pruned(root):
    first = versions.published(root)[-1]
    with versions.connection(root, first).cursor() as reader:
        assert prune(root, 1) == ["v0001", "v0002", "v0003"]
        assert reader.execute("select note from meta_version").fetchall() == [("first",)]
        # A page that is half drawn asks the same connection for more.
        with versions.connection(root, first).cursor() as another:
            assert another.execute("select note from meta_version").fetchall() == [("first",)]


def test_a_file_that_cannot_be_deleted_stays_a_whole_version(root, monkeypatch):
    unlink = Path.unlink

    def refuse(self, missing_ok=False):
        if self.name == "v0002.duckdb":
            raise PermissionError(13, "in use", str(self))
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert versions.prune(root, ["v0001", "v0002", "v0003"]) == (["v0001", "v0003"], ["v0002"])
    assert files(root) == ["v0002.duckdb", "v0002.json", "v0004.duckdb", "v0004.json"]
    assert versions.rollback(root, "v0002").note == "second"


def test_a_load_and_another_pruning_wait_for_each_other(root):
    with versions.building(root), pytest.raises(versions.StoreError, match="正在进行"):
        versions.prune(root, ["v0001"])
    outcomes = []

    def run():
        try:
            outcomes.append(versions.prune(root, ["v0001", "v0002", "v0003"])[0])
        except versions.StoreError as refusal:
            outcomes.append(str(refusal))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever comes second is refused, or finds the work done.
    assert sorted(version_id for outcome in outcomes if isinstance(outcome, list) for version_id in outcome) == [
        "v0001",
        "v0002",
        "v0003",
    ]
    assert all("正在进行" in outcome for outcome in outcomes if isinstance(outcome, str))
    assert ids(versions.published(root)) == ["v0004"]


@POSIX
def test_a_pruning_killed_between_any_two_operations_leaves_whole_versions_and_is_finished_later(root, tmp_path):
    def run(folder: Path, number: int) -> subprocess.CompletedProcess:
        script = [sys.executable, "-c", AT_OPERATION, str(folder), str(number)]
        return subprocess.run(script, cwd=paths.PROJECT, capture_output=True, text=True)

    whole = run(shutil.copytree(root, tmp_path / "whole"), 0)
    operations = int(whole.stdout)
    assert operations >= 12, whole.stderr
    for number in range(1, operations + 1):
        folder = shutil.copytree(root, tmp_path / str(number))
        assert run(folder, number).returncode == -signal.SIGKILL
        listed = versions.published(folder)
        for version in listed:
            with versions.connection(folder, version).cursor() as reader:
                assert reader.execute("select note from meta_version").fetchall() == [(version.note,)]
        assert listed[0] == versions.current(folder)
        assert versions.damaged(folder) == []
        with versions.building(folder):
            pass
        assert ids(versions.published(folder)) == ids(listed)
        assert files(folder) == sorted(f"{version.id}.{kind}" for version in listed for kind in ("json", "duckdb"))
        gone = {"v0001", "v0002", "v0003"} - set(ids(listed))
        for version_id in gone:
            with pytest.raises(versions.StoreError, match="已被清理"):
                versions.rollback(folder, version_id)
        assert prune(folder, 1) == sorted({"v0001", "v0002", "v0003"} - gone)


def test_a_ledger_last_loaded_by_a_pruned_version_is_not_called_never_loaded(tmp_path):
    publish(tmp_path, "first", rows=3)
    publish(tmp_path, "second", rows=3)
    publish(tmp_path, "third", rows=3)
    visits = version_list.current_ledgers(tmp_path).set_index("ledger").loc["走访台账"]
    assert visits["version"] == "v0001"
    prune(tmp_path, 1)
    ledgers = version_list.current_ledgers(tmp_path).set_index("ledger")
    assert (ledgers.loc["走访台账", "rows"], ledgers.loc["走访台账", "changed_at"]) == (3, "更早，该版本已清理")
    assert ledgers.loc["收入台账", "changed_at"] == "尚未导入"


# Data that goes while a dashboard is running --------------------------------------------------------------------------


@pytest.fixture
def served(root, monkeypatch):
    """A process that has already read the current version."""
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    cached.begin_reading()
    assert cached.rows("meta/version")["jurisdiction"].tolist() == ["fourth"]
    return root


def test_pages_say_so_when_the_file_of_the_current_version_is_gone(served):
    versions.version_file(served, "v0004").unlink()
    with pytest.raises(versions.StoreError, match=r"v0004”的数据库文件缺失，可能已被移走或删除，请.*rollback"):
        cached.begin_reading()
    versions.rollback(served, "v0003")
    cached.begin_reading()
    assert cached.rows("meta/version")["jurisdiction"].tolist() == ["third"]


def test_pages_say_so_when_the_pointer_or_the_versions_are_gone(served):
    (served / "CURRENT").rename(served / "elsewhere")
    with pytest.raises(versions.StoreError, match="CURRENT 已损坏或丢失"):
        cached.begin_reading()
    (served / "elsewhere").rename(served / "CURRENT")
    assert cached.begin_reading().id == "v0004"
    shutil.rmtree(served / "versions")
    with pytest.raises(versions.StoreError, match="缺失"):
        cached.begin_reading()


def test_pages_show_nothing_of_a_folder_that_was_deleted_and_the_new_rows_of_one_filled_anew(served):
    shutil.rmtree(served)
    assert cached.begin_reading() is None
    with pytest.raises(versions.StoreError, match="尚未导入台账"):
        cached.rows("meta/version")
    for note in ("1", "2", "3", "anew"):
        publish(served, note)
    assert cached.begin_reading().note == "anew"
    assert cached.rows("meta/version")["jurisdiction"].tolist() == ["anew"]
