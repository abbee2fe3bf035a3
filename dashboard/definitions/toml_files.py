"""Files under ``data/`` that people edit, read with one Chinese sentence for whatever is wrong with them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard import language


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
        raise DefinitionsInvalid(language.words("definitions.file_missing", kind=kind, file=file)) from error


def entries(file: Path, tables: Mapping[str, Any], kind: str, needed: Iterable[str]) -> list[dict[str, Any]]:
    """The ``[[kind]]`` entries of a file; DefinitionsInvalid names the first one that lacks a needed key."""
    listed = tables.get(kind, [])
    for position, entry in enumerate(listed, start=1):
        if absent := [name for name in needed if name not in entry]:
            raise DefinitionsInvalid(
                language.words(
                    "definitions.entry_lacks_keys",
                    file=file.name,
                    position=position,
                    table=kind,
                    keys="、".join(absent),
                )
            )
    return listed


@lru_cache(maxsize=32)
def _read(file: Path, kind: str, changed_at: int) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionsInvalid(language.words("definitions.file_missing", kind=kind, file=file)) from error
    except UnicodeDecodeError as error:
        raise DefinitionsInvalid(language.words("definitions.file_not_utf8", kind=kind, file=file.name)) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = (
            language.words("definitions.place_line", line=line[1]) if line else language.words("definitions.place_end")
        )
        raise DefinitionsInvalid(
            language.words("definitions.file_malformed", kind=kind, file=file.name, place=place)
        ) from error
