"""Sentences of the lower layers, by key, from ``data/words/zh/*.toml``; a second language is a second folder.

Presenters, display, web and commands write their sentences where they use them. Whatever lies below them (definitions,
warehouse, ledgers, serving, exports) asks for its sentences here, so that no Chinese sentence stands in its code.
"""

import tomllib
from collections.abc import Mapping
from functools import cache

from dashboard import paths

FOLDER = paths.DATA / "words"
_LANGUAGE = "zh"


def words(key: str, /, **values: object) -> str:
    """The sentence of a key (``warehouse.disk_full``: file and name) with the values filled in.

    KeyError where there is no such sentence, or a value that it needs is not given.
    """
    return _sentences(_LANGUAGE)[key].format(**values)


def keys(language: str = _LANGUAGE) -> frozenset[str]:
    """Every key of a language."""
    return frozenset(_sentences(language))


@cache
def _sentences(language: str) -> Mapping[str, str]:
    files = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in (FOLDER / language).glob("*.toml")}
    return {f"{stem}.{name}": sentence for stem, names in files.items() for name, sentence in names.items()}
