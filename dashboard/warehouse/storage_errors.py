"""What can go wrong with the database and its disk, as one Chinese sentence each: what happened and what to do."""

import errno
from collections.abc import Sequence

import duckdb

from dashboard import language

# DuckDB's errors have no numbers: words in its messages where the disk is full, and where a file was damaged.
_DISK_FULL_WORDS = ("No space left", "File too large", "Disk quota", "failed to offload", "max_temp_directory_size")
_DAMAGED_WORDS = (
    "Corrupt",
    "Data Corruption",
    "Could not read enough bytes",
    "not a valid DuckDB",
    "Serialization Error",
)
# What `in_plain_words` can explain.
DATABASE_ERRORS = (duckdb.Error, OSError)
_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED_ERRORS = {errno.EACCES, errno.EPERM, errno.EROFS}


class StoreError(Exception):
    """A version that cannot be read, built, made current or deleted; its message is one Chinese sentence for users."""


def in_plain_words(error: BaseException, version_id: str | None) -> StoreError | None:
    """What an error of the database or the disk means while ``version_id`` is current; None where it is unknown."""
    if not isinstance(error, DATABASE_ERRORS):
        return None
    message, number = str(error), getattr(error, "errno", None)
    if number in _FULL_ERRORS or any(words in message for words in _DISK_FULL_WORDS):
        return StoreError(language.words("warehouse.disk_full"))
    if number in _CLOSED_ERRORS:
        return StoreError(language.words("warehouse.disk_not_writable"))
    if version_id is not None and any(words in message for words in _DAMAGED_WORDS):
        return file_damaged(version_id)
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(language.words("warehouse.memory_short"))
    return None


def file_damaged(version_id: str) -> StoreError:
    """The database file of a version cannot be read."""
    return StoreError(language.words("warehouse.database_damaged", version=version_id))


def file_missing(version_id: str) -> StoreError:
    """The database file of a version is not there."""
    return StoreError(language.words("warehouse.database_missing", version=version_id))


def tables_damaged(version_id: str, tables: Sequence[str]) -> StoreError:
    """Some tables of a version cannot be read to their end."""
    return StoreError(
        language.words("warehouse.tables_damaged", version=version_id, count=len(tables), tables="、".join(tables))
    )


def card_damaged(version_id: str) -> StoreError:
    """The card of a version cannot be read."""
    return StoreError(language.words("warehouse.card_damaged", version=version_id))


def pointer_damaged() -> StoreError:
    """The pointer names no version, or is missing."""
    return StoreError(language.words("warehouse.pointer_damaged"))


def pointer_not_readable() -> StoreError:
    """The pointer is there but may not be read."""
    return StoreError(language.words("warehouse.pointer_not_readable"))


def version_missing(version_id: str) -> StoreError:
    """No version of that id was ever published, or its database file is gone."""
    return StoreError(language.words("warehouse.version_missing", version=version_id))


def version_pruned(version_id: str) -> StoreError:
    """A version was pruned, so it cannot become the current one."""
    return StoreError(language.words("warehouse.version_pruned", version=version_id))
