"""Files under ``data/`` that people edit, read with one Chinese sentence for whatever is wrong with them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


class DefinitionsInvalid(Exception):
    """A file of definitions that cannot be used; the message is one Chinese sentence for the user."""


def read(file: Path, kind: str) -> Mapping[str, Any]:
    """The content of a TOML file, read again only when it has changed; not to be changed by the caller.

    ``kind`` is what the file is called in sentences (口径文件). DefinitionsInvalid where it is missing or malformed.
    """
    return _read(file, kind, changed_ns(file, kind))


def changed_ns(file: Path, kind: str) -> int:
    """When a file was last changed; DefinitionsInvalid where it is missing."""
    try:
        return file.stat().st_mtime_ns
    except OSError as error:
        raise DefinitionsInvalid(f"缺少{kind} {file}，请恢复该文件。") from error


def entries(file: Path, tables: Mapping[str, Any], kind: str, needed: Iterable[str]) -> list[dict[str, Any]]:
    """The ``[[kind]]`` entries of a file; DefinitionsInvalid names the first one that lacks a needed key."""
    listed = tables.get(kind, [])
    for position, entry in enumerate(listed, start=1):
        if absent := [name for name in needed if name not in entry]:
            raise DefinitionsInvalid(f"{file.name} 第 {position} 个 [[{kind}]] 缺少 {'、'.join(absent)}。")
    return listed


@lru_cache(maxsize=32)
def _read(file: Path, kind: str, changed_at: int) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionsInvalid(f"缺少{kind} {file}，请恢复该文件。") from error
    except UnicodeDecodeError as error:
        raise DefinitionsInvalid(f"{kind} {file.name} 不是 UTF-8 编码，请另存为 UTF-8 后重试。") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"第 {line[1]} 行附近" if line else "文件末尾"
        raise DefinitionsInvalid(f"{kind} {file.name} 的格式有误（{where}），请改正后重试。") from error
