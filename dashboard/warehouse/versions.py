"""Published versions: immutable DuckDB files side by side, and one pointer to the version readers see.

Layout of the folder: ``CURRENT`` names the version in force, ``versions/`` holds each version's
DuckDB file and its JSON card, ``building/`` holds files not yet published, ``LOCK`` admits one writer,
``history.jsonl`` records every switch. The pointer is the truth and history its record: whoever writes next removes
what a load that was killed left behind, and records a switch it could not.
"""

import contextlib
import json
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from dashboard.warehouse import queries, storage_errors
from dashboard.warehouse.storage_errors import StoreError

# Rows looked at in one go when a version is read through.
_BATCH_ROWS = 100_000

# Readers can neither reach other files nor fetch extensions, whatever a query says.
_READER_CONFIG = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 2,
}


@dataclass(frozen=True)
class Version:
    """A published version (发布版本): the card beside its DuckDB file."""

    id: str
    created_at: datetime
    base: str | None
    as_of: date
    note: str = ""
    rows: dict[str, int] = field(default_factory=dict, hash=False)
    changes: dict[str, dict[str, int]] = field(default_factory=dict, hash=False)


@dataclass
class Build:
    """A version in the making: ``con`` writes the new file and sees the version it starts from as ``base``."""

    id: str
    con: duckdb.DuckDBPyConnection
    base: Version | None
    file: Path
    is_rehearsal: bool = False


def current(root: Path) -> Version | None:
    """The version readers see, or None before the first load."""
    standing = current_id(root)
    return version(root, standing) if standing else None


def version(root: Path, version_id: str) -> Version:
    """A published version by its id; StoreError where its card is missing or damaged."""
    return _card(root, version_id)


def current_id(root: Path) -> str | None:
    """The id of the version readers see, or None before the first load."""
    pointer = root / "CURRENT"
    for _ in range(50):
        try:
            name = pointer.read_text(encoding="utf-8").strip()
            if not name:
                raise storage_errors.pointer_damaged()
            return name
        except FileNotFoundError:
            # Where a switch was recorded there was a pointer: to start anew from nothing would hide everything.
            if _recorded(root):
                raise storage_errors.pointer_damaged() from None
            return None
        except UnicodeDecodeError:
            raise storage_errors.pointer_damaged() from None
        except PermissionError:  # Windows, in the instant of the switch
            threading.Event().wait(0.02)
    raise StoreError("无法读取当前版本的指针文件 CURRENT，请检查数据目录的访问权限。")


def published(root: Path) -> list[Version]:
    """All published versions whose card can be read, newest first."""
    found = []
    for card in (root / "versions").glob("v*.json"):
        with contextlib.suppress(StoreError):
            found.append(_card(root, card.stem))
    return sorted(found, key=lambda version: _number(version.id), reverse=True)


def damaged(root: Path) -> list[str]:
    """Ids of published versions whose card is missing or damaged, newest first."""
    readable = {version.id for version in published(root)}
    return sorted({file.stem for file in (root / "versions").glob("v*.*")} - readable, key=_number, reverse=True)


def version_file(root: Path, version_id: str) -> Path:
    """The DuckDB file of a version."""
    return root / "versions" / f"{version_id}.duckdb"


def connection(root: Path, version: Version) -> duckdb.DuckDBPyConnection:
    """The process's shared read-only connection to a version; take a cursor for every call."""
    return _connection(str(version_file(root, version.id)))


def empty() -> duckdb.DuckDBPyConnection:
    """A database in memory with every table and no row, for readers before the first load."""
    con = duckdb.connect(config=_READER_CONFIG)
    for name in queries.names("schema"):
        queries.execute(con, name)
    return con


def rollback(root: Path, version_id: str) -> Version:
    """Point readers at an earlier (or later) published version; nothing is deleted."""
    with _writing(root):
        if not version_file(root, version_id).is_file():
            raise StoreError(f"没有版本“{version_id}”，可用 versions 命令查看已发布的版本。")
        version = _card(root, version_id)
        _probe(version_file(root, version_id))
        with _in_plain_words(root):
            _point_at(root, version_id)
        _record(root, version_id, "rollback")
        return version


def verify(con: duckdb.DuckDBPyConnection, version: Version) -> None:
    """Read a version to its last row; StoreError names the tables that cannot be.

    DuckDB holds every block it reads against the checksum it was written with.
    """
    unreadable = []
    with con.cursor() as cursor:
        for (table,) in cursor.execute("show tables").fetchall():
            try:
                for _ in cursor.table(table).to_arrow_reader(_BATCH_ROWS):
                    pass
            except (duckdb.Error, OSError):
                unreadable.append(table)
    if unreadable:
        raise storage_errors.tables_damaged(version.id, unreadable)


def in_plain_words(root: Path, error: BaseException) -> StoreError | None:
    """What an error of the database or the disk means, in one sentence; None where it is unknown."""
    try:
        return storage_errors.in_plain_words(error, current_id(root))
    except StoreError as damage:
        return damage


@contextlib.contextmanager
def building(root: Path) -> Iterator[Build]:
    """A new version's file, with every table present and empty; thrown away unless `publish` is called on it.

    Raises StoreError also for whatever goes wrong inside because the disk is full or the version in force is damaged.
    """
    with _writing(root), _in_plain_words(root):
        _settle(root)
        workshop = root / "building"
        workshop.mkdir(exist_ok=True)
        with _open_build(root, workshop / f"{os.getpid()}-{secrets.token_hex(4)}.duckdb") as build:
            yield build


@contextlib.contextmanager
def rehearsing(root: Path) -> Iterator[Build]:
    """A build that is only looked at (试核对): it holds nobody up, needs no lock and cannot be published."""
    with (
        _in_plain_words(root),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as workshop,
        _open_build(root, Path(workshop) / "rehearsal.duckdb", is_rehearsal=True) as build,
    ):
        yield build


@contextlib.contextmanager
def _in_plain_words(root: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, OSError) as error:
        plainly = in_plain_words(root, error)
        if plainly is None:
            raise
        raise plainly from error


@contextlib.contextmanager
def _open_build(root: Path, file: Path, is_rehearsal: bool = False) -> Iterator[Build]:
    base = current(root)
    try:
        con = duckdb.connect(str(file))
        try:
            # Loading keeps the order of its own accord (order by); holding file order would double the memory.
            con.execute("set preserve_insertion_order = false")
            if base is not None:
                _attach(con, version_file(root, base.id))
            for name in queries.names("schema"):
                queries.execute(con, name)
            yield Build(_next_id(root), con, base, file, is_rehearsal)
        finally:
            con.close()
    finally:
        for leftover in file.parent.glob(f"{file.name}*"):
            _remove(leftover)


def publish(root: Path, build: Build, card: Version) -> Version:
    """Close the built file, put it beside the others and switch readers to it; OSError leaves everything as it was."""
    if build.base is not None:
        build.con.execute("detach base")
    build.con.execute("checkpoint")
    build.con.close()
    shelf = root / "versions"
    shelf.mkdir(exist_ok=True)
    try:
        _synced(build.file)
        _replace(build.file, version_file(root, build.id))
        write_text(_card_file(root, build.id), json.dumps(asdict(card), default=str, ensure_ascii=False, indent=1))
        _point_at(root, build.id)
    except OSError:
        _withdraw(root, build.id)
        raise
    _record(root, build.id, "publish")
    return card


def _withdraw(root: Path, version_id: str) -> None:
    """Take back a version that readers were not switched to."""
    if current_id(root) != version_id:
        _remove(version_file(root, version_id))
        _remove(_card_file(root, version_id))


@cache
def _connection(file: str) -> duckdb.DuckDBPyConnection:
    return _probe(Path(file))


def _probe(file: Path) -> duckdb.DuckDBPyConnection:
    try:
        con = duckdb.connect(str(file), read_only=True, config=_READER_CONFIG)
        with con.cursor() as cursor:
            cursor.execute("select count(*) from meta_version").fetchall()
        return con
    except duckdb.Error as error:
        raise storage_errors.file_damaged(file.stem) from error


def _attach(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    try:
        con.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as base (read_only)")
    except duckdb.Error as error:
        raise storage_errors.file_damaged(file.stem) from error


@contextlib.contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "LOCK", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise StoreError("另一个导入正在进行，请等它结束后再试。") from error
    except OSError as error:
        raise StoreError(f"数据目录“{root}”无法写入，请检查目录权限和磁盘空间。") from error
    try:
        yield
    finally:
        lock.release()


def _card(root: Path, version_id: str) -> Version:
    try:
        facts = json.loads(_card_file(root, version_id).read_text(encoding="utf-8"))
        facts["created_at"] = datetime.fromisoformat(facts["created_at"])
        facts["as_of"] = date.fromisoformat(facts["as_of"])
        return Version(**facts)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise storage_errors.card_damaged(version_id) from error


def _next_id(root: Path) -> str:
    """One past the highest number ever used, so that a version id is never given twice, whatever the clock says."""
    taken = [_number(file.stem) for file in (root / "versions").glob("v*.*")]
    return f"v{max([*taken, *map(_number, _recorded(root))], default=0) + 1:04d}"


def _number(version_id: str) -> int:
    return int(version_id[1:]) if version_id[1:].isdigit() else 0


def _card_file(root: Path, version_id: str) -> Path:
    return root / "versions" / f"{version_id}.json"


def _point_at(root: Path, version_id: str) -> None:
    write_text(root / "CURRENT", version_id + "\n")


def _record(root: Path, version_id: str, action: str) -> None:
    """Write down a switch that has happened; where that fails, the next writer does it (`_settle`)."""
    entry = {"at": datetime.now().isoformat(timespec="seconds"), "action": action, "version": version_id}
    with contextlib.suppress(OSError), (root / "history.jsonl").open("ab+") as history:
        if end := history.tell():
            history.seek(end - 1)
            if history.read(1) != b"\n":
                # A line that a full disk cut off does not take the next one with it.
                history.write(b"\n")
        history.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def _recorded(root: Path) -> list[str]:
    """The versions readers were switched to, in order; lines that a full disk or a crash cut off are passed over."""
    try:
        lines = (root / "history.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found.append(json.loads(line)["version"])
    return found


def write_text(file: Path, text: str) -> None:
    """Replace a file's text so that a reader, or a crash, sees either the old or the new."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(text, encoding="utf-8")
        _synced(fresh)
        _replace(fresh, file)
    except OSError:
        _remove(fresh)
        raise


def _synced(file: Path) -> None:
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())


def _replace(source: Path, target: Path) -> None:
    for attempt in range(50):
        try:
            source.replace(target)
            break
        except PermissionError:  # Windows: a reader has the pointer open for an instant
            if attempt == 49:
                raise
            threading.Event().wait(0.02)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _settle(root: Path) -> None:
    """Remove what a load that was killed left behind (we hold the lock, so nobody is building).

    A database file without a card, numbered beyond all that readers were ever switched to, was never published.
    """
    shelf = root / "versions"
    for leftover in [*(root / "building").glob("*"), *root.glob(".CURRENT.*"), *shelf.glob(".*")]:
        _remove(leftover)
    switched = _recorded(root)
    with contextlib.suppress(StoreError):
        standing = current_id(root)
        if standing and switched[-1:] != [standing] and version_file(root, standing).is_file():
            _record(root, standing, "rollback" if standing in switched else "publish")
            switched.append(standing)
    newest = max(map(_number, switched), default=0)
    for leftover in shelf.glob("v*.duckdb"):
        if switched and _number(leftover.stem) > newest and not _card_file(root, leftover.stem).exists():
            _remove(leftover)


def _remove(leftover: Path) -> None:
    with contextlib.suppress(OSError):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
