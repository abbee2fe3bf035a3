"""Sentences of the lower layers, by key, from ``data/words/zh.toml``; a second language is a second file.

Presenters, display, web and commands write their sentences where they use them. Whatever lies below them (definitions,
warehouse, ledgers, serving, exports) asks for its sentences here, so that no Chinese sentence stands in its code.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from dashboard import paths

FOLDER = paths.DATA / "words"
_LANGUAGE = "zh"


def words(key: str, /, **values: object) -> str:
    """The sentence of a key (``versions.not_published``) with the values filled in; KeyError where there is none."""
    return _sentences(_LANGUAGE)[key].format(**values)


def keys(language: str = _LANGUAGE) -> frozenset[str]:
    """Every key of a language."""
    return frozenset(_sentences(language))


@cache
def _sentences(language: str) -> dict[str, str]:
    return dict(_flat(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, Any], prefix: str = ""):
    for name, entry in table.items():
        if isinstance(entry, str):
            yield f"{prefix}{name}", entry
        else:
            yield from _flat(entry, f"{prefix}{name}.")
