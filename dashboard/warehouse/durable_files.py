"""Writing files so that a crash or a reader in between sees the old content or the new; one writer at a time."""

import contextlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dashboard import language
from dashboard.warehouse.storage_errors import StoreError

# On Windows a file that a reader has open for an instant can be neither replaced nor deleted.
_ATTEMPTS = 50
_WAIT_S = 0.02


@contextlib.contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Hold the write lock of a folder of versions, which is made if need be.

    StoreError where another process or thread holds it, or where the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "LOCK", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise StoreError(language.words("warehouse.writer_active")) from error
    except OSError as error:
        raise StoreError(language.words("warehouse.root_not_writable", root=root)) from error
    try:
        yield
    finally:
        lock.release()


def write_text(file: Path, text: str) -> None:
    """Replace a file's text in one step, as UTF-8; OSError leaves the old text."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(text, encoding="utf-8")
        sync(fresh)
        replace(fresh, file)
    except OSError:
        remove(fresh)
        raise


def sync(file: Path) -> None:
    """Wait until a file's content is on the disk."""
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())


def replace(source: Path, target: Path) -> None:
    """Move a file over another in one step, and wait until the folder's entry is on the disk; OSError."""
    for attempt in range(_ATTEMPTS):
        try:
            source.replace(target)
            break
        except PermissionError:
            if attempt == _ATTEMPTS - 1:
                raise
            threading.Event().wait(_WAIT_S)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove(path: Path) -> None:
    """Delete a file, or a folder with its content, as far as the system allows; never raises OSError."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
