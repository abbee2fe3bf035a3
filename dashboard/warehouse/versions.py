"""Published versions (发布版本): immutable DuckDB files side by side, and one pointer to the current version.

Layout of the folder:

- ``CURRENT``: the id of the current version, the one readers see;
- ``versions/``: each version's DuckDB file ``v0001.duckdb`` and its card ``v0001.json``; a card renamed to
  ``.v0001.json`` belongs to a version that is being pruned;
- ``building/``: files not published yet;
- ``LOCK``: held by the one writer;
- ``history.jsonl``: one line per switch of the pointer and per pruned version.

The pointer is the truth and the history its record. Every writer first removes what a killed one left behind,
finishes what it was pruning, and records a switch that it could not.
"""

import contextlib
import json
import os
import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from dashboard.warehouse import durable_files, history, queries, storage_errors
from dashboard.warehouse.storage_errors import StoreError

# Rows per batch when `verify` reads a version.
_BATCH_ROWS = 100_000

# Open files per process. A pruned version's disk space is free only when nobody has its file open any more.
_OPEN_VERSIONS = 4

# Whatever a query says, readers can neither reach other files nor download extensions.
_READER_CONFIG = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 2,
}


@dataclass(frozen=True)
class Version:
    """A published version (发布版本), as its card describes it."""

    id: str
    """``v`` and a number of four digits or more, in the order of publication; never used twice."""
    created_at: datetime
    base: str | None
    """The version it was made from, which may have been pruned since; None for the first."""
    as_of: date
    """As-of date (截至日期)."""
    note: str = ""
    """What was loaded, in Chinese, for people."""
    rows: dict[str, int] = field(default_factory=dict, hash=False)
    """Current rows by kind of ledger."""
    changes: dict[str, dict[str, int]] = field(default_factory=dict, hash=False)
    """Rows by kind of ledger and what the load did with them: new, changed, unchanged, refused."""


@dataclass
class Build:
    """A version being built."""

    id: str
    """The id it will be published under."""
    con: duckdb.DuckDBPyConnection
    """Writes the new file; the version it starts from is attached as database ``base``, read-only."""
    base: Version | None
    """The version it starts from; None for the first."""
    file: Path
    """The file being written, which `publish` moves to its place."""
    is_rehearsal: bool = False
    """Whether it is only looked at, so that untouched ledgers need not be copied."""


# Shared read-only connections by file, the one used last at the end.
_open: dict[Path, tuple[Version, duckdb.DuckDBPyConnection]] = {}
_open_lock = threading.Lock()


def current(root: Path) -> Version | None:
    """The current version, or None before the first load; StoreError where its pointer or card is damaged."""
    version_id = current_id(root)
    return _card(root, version_id) if version_id else None


def current_on_disk(root: Path) -> Version | None:
    """The current version if its file is there, or None before the first load; cheap enough for every run of a page.

    StoreError where pointer, card or file is damaged or gone: what was cached of it must not be shown any more. The
    card is read again only when the file is another, as after a folder was deleted and filled anew.
    """
    version_id = current_id(root)
    if version_id is None:
        return None
    try:
        status = version_file(root, version_id).stat()
    except OSError as error:
        raise storage_errors.file_missing(version_id) from error
    return _card_of_file(root, version_id, status.st_ino, status.st_mtime_ns)


def current_id(root: Path) -> str | None:
    """The id of the current version, or None before the first load; StoreError where the pointer is damaged."""
    pointer = root / "CURRENT"
    for _ in range(50):
        try:
            version_id = pointer.read_text(encoding="utf-8").strip()
            if not version_id:
                raise storage_errors.pointer_damaged()
            return version_id
        except FileNotFoundError:
            # Where a switch was recorded there was a pointer: starting anew from nothing would hide everything.
            if history.entries(root):
                raise storage_errors.pointer_damaged() from None
            return None
        except UnicodeDecodeError:
            raise storage_errors.pointer_damaged() from None
        except PermissionError:  # Windows, in the instant of the switch
            threading.Event().wait(0.02)
    raise storage_errors.pointer_not_readable()


def published(root: Path) -> list[Version]:
    """All published versions whose card can be read, newest first."""
    listed = []
    for card in (root / "versions").glob("v*.json"):
        with contextlib.suppress(StoreError):
            listed.append(_card(root, card.stem))
    return sorted(listed, key=lambda version: _number(version.id), reverse=True)


def damaged(root: Path) -> list[str]:
    """Ids of published versions whose card is missing or damaged, newest first; not those being pruned."""
    known = {version.id for version in published(root)} | set(_half_pruned(root))
    return sorted({file.stem for file in (root / "versions").glob("v*.*")} - known, key=_number, reverse=True)


def version_file(root: Path, version_id: str) -> Path:
    """The path of a version's DuckDB file."""
    return root / "versions" / f"{version_id}.duckdb"


def connection(root: Path, version: Version) -> duckdb.DuckDBPyConnection:
    """The process's shared read-only connection to a version; take a cursor for every call.

    It goes on reading a version that was pruned meanwhile. StoreError where the file cannot be opened.
    """
    return _connection(version_file(root, version.id), version)


def empty() -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory with every table and no row, for readers before the first load."""
    con = duckdb.connect(config=_READER_CONFIG)
    for name in queries.names("schema"):
        queries.execute(con, name)
    return con


def rollback(root: Path, version_id: str) -> Version:
    """Make another published version the current one; nothing is deleted. StoreError where it cannot be read."""
    with durable_files.one_writer(root):
        if not _card_file(root, version_id).exists() and _is_pruned(root, version_id):
            raise storage_errors.version_pruned(version_id)
        if not version_file(root, version_id).is_file():
            raise storage_errors.version_missing(version_id)
        version = _card(root, version_id)
        _probe(version_file(root, version_id))
        with _in_plain_words(root):
            _point_at(root, version_id)
        history.record(root, version_id, "rollback")
        return version


def prunable(root: Path, keep: int) -> list[Version]:
    """The versions that pruning to the ``keep`` newest deletes, newest first: never the current one.

    Versions with a damaged card are neither counted nor deleted. StoreError where the current version cannot be read:
    an older one may be the only way back. ValueError for ``keep`` below 1.
    """
    if keep < 1:
        raise ValueError(keep)
    current_version = _readable_current_id(root)
    return [version for version in published(root)[keep:] if version.id != current_version]


def prune(root: Path, version_ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """Delete published versions, oldest first: ids of those deleted, and of those the system would not delete.

    The current version, and what another writer has pruned meanwhile, is passed over. Nothing reads a version's base:
    what readers compare with is stored in each version. Killed at any moment, every listed version still has its file.
    StoreError as `prunable`, and where another writer is at work.
    """
    deleted, undeletable = [], []
    with durable_files.one_writer(root), _in_plain_words(root):
        _settle(root)
        current_version = _readable_current_id(root)
        for version_id in sorted(set(version_ids) - {current_version}, key=_number):
            if _card_file(root, version_id).exists():
                (deleted if _prune(root, version_id) else undeletable).append(version_id)
    return deleted, undeletable


def verify(con: duckdb.DuckDBPyConnection, version: Version) -> None:
    """Read every row of a version; StoreError names the tables that cannot be read.

    DuckDB compares every block it reads with the checksum it was written with.
    """
    unreadable = []
    with con.cursor() as cursor:
        for (table,) in cursor.execute("show tables").fetchall():
            try:
                for _ in cursor.table(table).to_arrow_reader(_BATCH_ROWS):
                    pass
            except storage_errors.DATABASE_ERRORS:
                unreadable.append(table)
    if unreadable:
        raise storage_errors.tables_damaged(version.id, unreadable)


def in_plain_words(root: Path, error: BaseException) -> StoreError | None:
    """What an error of the database or the disk means, as a StoreError with one sentence; None where it is unknown."""
    try:
        return storage_errors.in_plain_words(error, current_id(root))
    except StoreError as damage:
        return damage


@contextlib.contextmanager
def building(root: Path) -> Iterator[Build]:
    """A new version's file, with every table present and empty; deleted unless `publish` is called on it.

    StoreError where another writer is at work, and for whatever goes wrong inside because the disk is full or the
    current version is damaged.
    """
    with durable_files.one_writer(root), _in_plain_words(root):
        _settle(root)
        folder = root / "building"
        folder.mkdir(exist_ok=True)
        with _open_build(root, folder / f"{os.getpid()}-{secrets.token_hex(4)}.duckdb") as build:
            yield build


@contextlib.contextmanager
def rehearsing(root: Path) -> Iterator[Build]:
    """A build that is deleted in the end (试核对): it needs no lock, stops no other writer and cannot be published."""
    with (
        _in_plain_words(root),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _open_build(root, Path(folder) / "rehearsal.duckdb", is_rehearsal=True) as build,
    ):
        yield build


@contextlib.contextmanager
def _in_plain_words(root: Path) -> Iterator[None]:
    try:
        yield
    except storage_errors.DATABASE_ERRORS as error:
        explained = in_plain_words(root, error)
        if explained is None:
            raise
        raise explained from error


@contextlib.contextmanager
def _open_build(root: Path, file: Path, is_rehearsal: bool = False) -> Iterator[Build]:
    base = current(root)
    try:
        con = duckdb.connect(str(file))
        try:
            # Queries of a load order their rows themselves; keeping the order of insertion would double the memory.
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
            durable_files.remove(leftover)


def publish(root: Path, build: Build, card: Version) -> Version:
    """Close the built file, move it beside the others and make it current; OSError leaves everything as it was."""
    if build.base is not None:
        build.con.execute("detach base")
    build.con.execute("checkpoint")
    build.con.close()
    (root / "versions").mkdir(exist_ok=True)
    try:
        durable_files.sync(build.file)
        durable_files.replace(build.file, version_file(root, build.id))
        facts = json.dumps(asdict(card), default=str, ensure_ascii=False, indent=1)
        durable_files.write_text(_card_file(root, build.id), facts)
        _point_at(root, build.id)
    except OSError:
        _withdraw(root, build.id)
        raise
    history.record(root, build.id, "publish")
    return card


def _withdraw(root: Path, version_id: str) -> None:
    """Delete a version that did not become the current one."""
    if current_id(root) != version_id:
        durable_files.remove(version_file(root, version_id))
        durable_files.remove(_card_file(root, version_id))


def _prune(root: Path, version_id: str) -> bool:
    """Delete one version; False, with the version as it was, where the system does not allow it.

    The card goes out of the list first, in one step: no version is ever listed without its file. What a kill leaves
    over, `_settle` finishes.
    """
    card, hidden = _card_file(root, version_id), _hidden_card(root, version_id)
    durable_files.replace(card, hidden)
    try:
        version_file(root, version_id).unlink(missing_ok=True)
    except OSError:  # Windows: a reader has the file open
        durable_files.replace(hidden, card)
        return False
    history.record(root, version_id, "prune")
    durable_files.remove(hidden)
    return True


def _half_pruned(root: Path) -> list[str]:
    """Ids of versions whose pruning began and did not end."""
    hidden = (card.stem[1:] for card in (root / "versions").glob(".v*.json"))
    return [version_id for version_id in hidden if not _card_file(root, version_id).exists()]


def _is_pruned(root: Path, version_id: str) -> bool:
    return history.last_action(root, version_id) == "prune" or version_id in _half_pruned(root)


def _readable_current_id(root: Path) -> str | None:
    """The id of the current version; StoreError where its file or card cannot be read."""
    version = current_on_disk(root)
    if version is None:
        return None
    _probe(version_file(root, version.id)).close()
    return version.id


def _connection(file: Path, version: Version) -> duckdb.DuckDBPyConnection:
    with _open_lock:
        opened_for, con = _open.pop(file, (None, None))
        if opened_for != version:
            # A folder deleted and filled anew. Dropped first: DuckDB hands out again what it has open under a name.
            con = None
            con = _probe(file)
        _open[file] = (version, con)
        if len(_open) > _OPEN_VERSIONS:
            del _open[next(iter(_open))]
        return con


def _probe(file: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a version's file; StoreError where it is not one."""
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


def _card(root: Path, version_id: str) -> Version:
    try:
        facts = json.loads(_card_file(root, version_id).read_text(encoding="utf-8"))
        facts["created_at"] = datetime.fromisoformat(facts["created_at"])
        facts["as_of"] = date.fromisoformat(facts["as_of"])
        return Version(**facts)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise storage_errors.card_damaged(version_id) from error


@lru_cache(maxsize=8)
def _card_of_file(root: Path, version_id: str, inode: int, changed_ns: int) -> Version:
    return _card(root, version_id)


def _next_id(root: Path) -> str:
    """One past the highest number ever used, so that no version id is given twice, whatever was pruned."""
    taken = [file.stem for file in (root / "versions").glob("v*.*")] + [entry[1] for entry in history.entries(root)]
    return f"v{max(map(_number, taken), default=0) + 1:04d}"


def _number(version_id: str) -> int:
    return int(version_id[1:]) if version_id[1:].isdigit() else 0


def _card_file(root: Path, version_id: str) -> Path:
    return root / "versions" / f"{version_id}.json"


def _hidden_card(root: Path, version_id: str) -> Path:
    """Where the card of a version is while its file is being deleted."""
    return root / "versions" / f".{version_id}.json"


def _point_at(root: Path, version_id: str) -> None:
    durable_files.write_text(root / "CURRENT", version_id + "\n")


def _settle(root: Path) -> None:
    """Clean up after a writer that was killed; the caller holds the lock, so nobody is building.

    A database file without a card, numbered beyond all that readers were ever switched to, was never published.
    """
    shelf = root / "versions"
    for version_id in _half_pruned(root):
        with contextlib.suppress(OSError):
            version_file(root, version_id).unlink(missing_ok=True)
            if history.last_action(root, version_id) != "prune":
                history.record(root, version_id, "prune")
            durable_files.remove(_hidden_card(root, version_id))
    unfinished = {_hidden_card(root, version_id) for version_id in _half_pruned(root)}
    for leftover in [*(root / "building").glob("*"), *root.glob(".CURRENT.*"), *(set(shelf.glob(".*")) - unfinished)]:
        durable_files.remove(leftover)
    switched_to = [version_id for action, version_id in history.entries(root) if action != "prune"]
    with contextlib.suppress(StoreError):
        version_id = current_id(root)
        if version_id and switched_to[-1:] != [version_id] and version_file(root, version_id).is_file():
            history.record(root, version_id, "rollback" if version_id in switched_to else "publish")
            switched_to.append(version_id)
    newest = max(map(_number, switched_to), default=0)
    for leftover in shelf.glob("v*.duckdb"):
        if switched_to and _number(leftover.stem) > newest and not _card_file(root, leftover.stem).exists():
            durable_files.remove(leftover)
