"""``versions prune``: lists what it deletes, asks, deletes, and says what it left."""

import csv
import io
import shutil
import sys

import pytest

from dashboard.cli.commands import main
from dashboard.warehouse import versions


@pytest.fixture
def run(capfdbinary):
    def command(*arguments) -> tuple[int, list[dict[str, str]], str]:
        code = main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return code, list(csv.DictReader(io.StringIO(out.decode("utf-8")))), err.decode("utf-8")

    return command


@pytest.fixture
def db(county_db, tmp_path):
    """Three versions of the county, published once and copied under the next numbers."""
    root = shutil.copytree(county_db, tmp_path / "db")
    card = (root / "versions" / "v0001.json").read_text(encoding="utf-8")
    for version_id in ("v0002", "v0003"):
        shutil.copy(versions.version_file(root, "v0001"), versions.version_file(root, version_id))
        (root / "versions" / f"{version_id}.json").write_text(card.replace('"v0001"', f'"{version_id}"'), "utf-8")
        versions.rollback(root, version_id)
    return root


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answer", ["y\n", "yes\n", "是\n"])
def test_what_would_be_deleted_is_listed_and_deleted_once_confirmed(run, db, monkeypatch, answer):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    code, listed, err = run("versions", "prune", "--keep", "1", "--db", db)
    assert code == 0, err
    assert [row["version"] for row in listed] == ["v0002", "v0001"]
    assert all(int(row["rows"]) > 1000 and row["created_at"] and row["as_of"] == "2025-12-31" for row in listed)
    assert "将删除以上 2 个版本" in err and "已删除 2 个版本，当前版本 v0003 没有改动。" in err
    assert [row["version"] for row in run("versions", "--db", db)[1]] == ["v0003"]
    code, _, err = run("rollback", "v0001", "--db", db)
    assert code == 2 and "已被清理" in err


@pytest.mark.parametrize("answer", ["\n", "n\n", ""])
def test_without_a_yes_nothing_is_deleted(run, db, monkeypatch, answer):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    code, listed, err = run("versions", "prune", "--keep", "1", "--db", db)
    assert (code, len(listed)) == (2, 2)
    assert "没有删除任何版本" in err
    assert len(run("versions", "--db", db)[1]) == 3


def test_without_a_terminal_it_lists_and_refuses_unless_told_yes(run, db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    code, listed, err = run("versions", "prune", "--keep", "2", "--db", db)
    assert (code, [row["version"] for row in listed]) == (2, ["v0001"])
    assert "没有终端可以确认，没有删除；确定要删除请加 --yes。" in err
    assert len(versions.published(db)) == 3
    # The folder may be named before the subcommand too.
    code, listed, err = run("versions", "--db", db, "prune", "--keep", "2", "--yes")
    assert (code, [row["version"] for row in listed]) == (0, ["v0001"]), err


def test_with_nothing_to_delete_it_says_so(run, db, tmp_path):
    for root, keep in ((db, 3), (db, 99), (tmp_path / "none", 1)):
        code, listed, err = run("versions", "prune", "--keep", keep, "--yes", "--db", root)
        assert (code, listed) == (0, [])
        assert "不用清理" in err


def test_a_damaged_version_is_named_and_left(run, db):
    (db / "versions" / "v0001.json").write_text("{")
    code, listed, err = run("versions", "prune", "--keep", "1", "--yes", "--db", db)
    assert (code, [row["version"] for row in listed]) == (1, ["v0002"])
    assert "版本“v0001”的说明文件缺失或损坏，不在清理之列" in err
    assert versions.version_file(db, "v0001").is_file()


@pytest.mark.parametrize("keep", ["0", "-1", "x", "1.5"])
def test_a_number_that_keeps_nothing_is_refused(capfd, db, keep):
    with pytest.raises(SystemExit) as end:
        main(["versions", "prune", f"--keep={keep}", "--yes", "--db", str(db)])
    err = capfd.readouterr().err
    assert end.value.code == 2 and f"保留个数“{keep}”应是 1 到" in err
    assert len(versions.published(db)) == 3


def test_how_many_to_keep_has_to_be_said(capfd):
    with pytest.raises(SystemExit):
        main(["versions", "prune"])
    assert "缺少参数：--keep" in capfd.readouterr().err
