"""Published versions: readers see the old one or the new one, never anything between."""

import json
import subprocess
import sys
import threading
from datetime import date, datetime

import pytest

from dashboard import paths
from dashboard.warehouse import versions


@pytest.fixture
def root(tmp_path):
    return tmp_path / "db"


def publish(root, mark: str) -> versions.Version:
    with versions.building(root) as build:
        build.con.execute(
            "insert into meta_version values ($id, null, $at, date '2025-12-31', 'demo', $mark)",
            {"id": build.id, "at": datetime(2026, 1, 2), "mark": mark},
        )
        base = build.base.id if build.base else None
        return versions.publish(
            root, build, versions.Version(build.id, datetime(2026, 1, 2), base, date(2025, 12, 31), mark)
        )


def note_seen(root) -> str:
    version = versions.current(root)
    with versions.connection(root, version).cursor() as cursor:
        return cursor.execute("select note from meta_version").fetchall()[0][0]


def test_before_the_first_load_there_is_no_version(root):
    assert versions.current(root) is None
    assert versions.published(root) == []


def test_publishing_switches_readers_and_keeps_the_version_before(root):
    publish(root, "first")
    publish(root, "second")
    assert note_seen(root) == "second"
    assert [version.id for version in versions.published(root)] == ["v0002", "v0001"]
    assert versions.published(root)[0].base == "v0001"


def test_rollback_switches_back_and_deletes_nothing(root):
    publish(root, "first")
    publish(root, "second")
    versions.rollback(root, "v0001")
    assert note_seen(root) == "first"
    assert len(versions.published(root)) == 2


def test_a_version_after_a_rollback_starts_from_the_version_in_force_and_takes_a_new_number(root):
    publish(root, "first")
    publish(root, "second")
    versions.rollback(root, "v0001")
    third = publish(root, "third")
    assert (third.id, third.base) == ("v0003", "v0001")


def test_a_build_that_fails_leaves_no_trace(root):
    publish(root, "first")
    with pytest.raises(RuntimeError), versions.building(root):
        raise RuntimeError("the load broke")
    assert note_seen(root) == "first"
    assert list((root / "building").iterdir()) == []


def test_a_reader_keeps_the_version_it_opened(root):
    first = publish(root, "first")
    with versions.connection(root, first).cursor() as reader:
        publish(root, "second")
        assert reader.execute("select note from meta_version").fetchall() == [("first",)]


def test_many_readers_during_many_publications_see_whole_versions(root):
    publish(root, "mark-1")
    seen, broken, stop = set(), [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                seen.add(note_seen(root))
            except Exception as error:
                broken.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        publish(root, f"mark-{number}")
    stop.set()
    for reader in readers:
        reader.join()
    assert broken == []
    assert seen <= {f"mark-{number}" for number in range(1, 12)}
    assert len(seen) > 1


def test_two_writers_at_once_are_told_apart(root):
    publish(root, "first")
    with (
        versions.building(root),
        pytest.raises(versions.StoreError, match="另一个导入正在进行"),
        versions.building(root),
    ):
        pass


def test_a_rehearsal_holds_nobody_up_and_leaves_nothing(root):
    publish(root, "first")
    with versions.building(root), versions.rehearsing(root) as rehearsal:
        assert rehearsal.con.execute("select note from base.meta_version").fetchall() == [("first",)]
        folder = rehearsal.file.parent
    assert not folder.exists()
    assert note_seen(root) == "first"


def test_a_killed_load_leaves_the_published_version_and_the_next_load_cleans_up(root):
    publish(root, "first")
    crash = (
        "import os, sys; from pathlib import Path; from dashboard.warehouse import versions\n"
        "with versions.building(Path(sys.argv[1])) as build:\n"
        "    build.con.execute('create table half_done as select 1 as a')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", crash, str(root)], cwd=paths.PROJECT, check=False)
    assert killed.returncode != 0
    assert note_seen(root) == "first"
    assert list((root / "building").iterdir()) != []
    publish(root, "second")
    assert note_seen(root) == "second"
    assert list((root / "building").iterdir()) == []


def test_another_process_reads_while_this_one_publishes(root):
    publish(root, "first")
    versions.connection(root, versions.current(root))
    read = (
        "import sys; from pathlib import Path; from dashboard.warehouse import versions\n"
        "root = Path(sys.argv[1])\n"
        "con = versions.connection(root, versions.current(root))\n"
        "print(con.execute('select note from meta_version').fetchall()[0][0])\n"
    )
    with versions.building(root):
        told = subprocess.run(
            [sys.executable, "-c", read, str(root)], cwd=paths.PROJECT, capture_output=True, text=True, check=True
        )
    assert told.stdout.strip() == "first"


def test_a_damaged_version_is_named_in_one_sentence(root):
    first = publish(root, "first")
    versions.version_file(root, first.id).write_bytes(b"not a database" * 1000)
    with pytest.raises(versions.StoreError, match=r"v0001.*损坏"):
        versions.connection(root, first)


def test_rollback_refuses_a_damaged_or_missing_version(root):
    publish(root, "first")
    publish(root, "second")
    versions.version_file(root, "v0001").write_bytes(b"not a database" * 1000)
    for wanted in ("v0001", "v0099"):
        with pytest.raises(versions.StoreError):
            versions.rollback(root, wanted)
    assert note_seen(root) == "second"


def test_every_switch_is_recorded(root):
    publish(root, "first")
    publish(root, "second")
    versions.rollback(root, "v0001")
    history = [json.loads(line) for line in (root / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(entry["action"], entry["version"]) for entry in history] == [
        ("publish", "v0001"),
        ("publish", "v0002"),
        ("rollback", "v0001"),
    ]


def test_readers_can_reach_no_other_file(root, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    version = publish(root, "first")
    with versions.connection(root, version).cursor() as cursor, pytest.raises(Exception, match=r"disabled|Permission"):
        cursor.execute(f"select * from read_csv('{secret}')").fetchall()


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"v0099\n"])
def test_a_damaged_pointer_is_told_and_mended_by_a_rollback(root, text):
    first = publish(root, "first")
    (root / "CURRENT").write_bytes(text)
    with pytest.raises(versions.StoreError, match=r"[损坏|缺失]"):
        versions.current(root)
    assert [version.id for version in versions.published(root)] == [first.id]
    versions.rollback(root, first.id)
    assert versions.current(root) == first


def test_a_version_with_a_damaged_card_hides_no_other(root):
    first, second = publish(root, "first"), publish(root, "second")
    (root / "versions" / f"{second.id}.json").write_text("{")
    assert [version.id for version in versions.published(root)] == [first.id]
    assert versions.damaged(root) == [second.id]
