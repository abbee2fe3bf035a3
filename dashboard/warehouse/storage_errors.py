"""What can go wrong with the database and its disk, as one Chinese sentence each: what happened and what to do."""

import errno
from collections.abc import Sequence

import duckdb

_HOW_TO_GO_BACK = "请在“台账导入”页面回退到其他版本，或用 versions 和 rollback 命令回退。"
_UNCHANGED = "已发布的数据没有改动。"
_DISK_FULL = f"磁盘空间不足，没有完成，{_UNCHANGED}请清理磁盘后重试。"
_NOT_WRITABLE = f"数据目录不允许写入，没有完成，{_UNCHANGED}请检查目录权限。"
_MEMORY_SHORT = f"内存不足，没有完成，{_UNCHANGED}请关闭其他程序或分批导入后重试。"

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
        return StoreError(_DISK_FULL)
    if number in _CLOSED_ERRORS:
        return StoreError(_NOT_WRITABLE)
    if version_id is not None and any(words in message for words in _DAMAGED_WORDS):
        return file_damaged(version_id)
    return StoreError(_MEMORY_SHORT) if isinstance(error, duckdb.OutOfMemoryException) else None


def file_damaged(version_id: str) -> StoreError:
    """The database file of a version cannot be read."""
    return StoreError(f"版本“{version_id}”的数据库文件已损坏或无法打开，{_HOW_TO_GO_BACK}")


def file_missing(version_id: str) -> StoreError:
    """The database file of a version is not there."""
    return StoreError(f"版本“{version_id}”的数据库文件缺失，可能已被移走或删除，{_HOW_TO_GO_BACK}")


def tables_damaged(version_id: str, tables: Sequence[str]) -> StoreError:
    """Some tables of a version cannot be read to their end."""
    return StoreError(f"版本“{version_id}”已损坏，{len(tables)} 张表读不完整（{'、'.join(tables)}），{_HOW_TO_GO_BACK}")


def card_damaged(version_id: str) -> StoreError:
    """The card of a version cannot be read."""
    return StoreError(f"版本“{version_id}”的说明文件缺失或损坏，{_HOW_TO_GO_BACK}")


def pointer_damaged() -> StoreError:
    """The pointer names no version, or is missing."""
    return StoreError(f"当前版本的指针文件 CURRENT 已损坏或丢失，{_HOW_TO_GO_BACK}")
