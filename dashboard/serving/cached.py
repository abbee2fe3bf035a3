"""Rows for pages: one result per version, query and parameters, shared by every session.

The key is the version, which never changes, so nothing expires; what is returned may be used freely,
because pandas copies on write and the shared result stays as it was.
"""

from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from dashboard import paths
from dashboard.serving.regions import Tree
from dashboard.serving.view import View
from dashboard.warehouse import queries, versions


class DataPoint(NamedTuple):
    """One figure of the long table; None = not reported (or, for the parts, not defined)."""

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None

    @classmethod
    def of(cls, row: Any) -> "DataPoint":
        """The figure in a row with these three columns."""
        return cls(_none_if_missing(row.numerator), _none_if_missing(row.denominator), _none_if_missing(row.value))


class Parameter(NamedTuple):
    """A threshold or target (参数) and where it comes from."""

    label: str
    value: float | None
    unit: str
    source_document: str
    source_clause: str


# The version a page run started with: a load published meanwhile must not mix two versions on one page.
_reading: ContextVar[versions.Version | None] = ContextVar("version_being_read", default=None)


def begin_reading() -> versions.Version | None:
    """Fix the version that `rows` reads in this run of a page; None before the first load."""
    version = versions.current_on_disk(paths.database_root())
    _reading.set(version)
    return version


def rows(name: str, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Rows of a named query in the version being read; parameters the query does not declare are left out.

    Lists may be given as lists or tuples. StoreError when there is no version to read.
    """
    version = _current_version()
    given = params or {}
    bound = tuple((key, _hashable(given[key])) for key in sorted(queries.get(name).params))
    return _rows(str(paths.database_root()), version, name, bound).copy(deep=False)


def regions() -> Tree:
    """Counties, townships and villages of the version being read."""
    return _regions(str(paths.database_root()), _current_version())


def parameters() -> Mapping[str, Parameter]:
    """Thresholds and targets the version was computed with, by id."""
    return _parameters(str(paths.database_root()), _current_version())


def limits() -> dict[str, float | None]:
    """The values of `parameters`, by id."""
    return {name: parameter.value for name, parameter in parameters().items()}


def once(key: str, make: Callable[[], Any], view: View, *chosen: Hashable) -> Any:
    """What ``make`` gives, made once for ``key`` and the version, place, year and choices; not to be changed."""
    parts = (view.version.id, view.place.code if view.place else "", view.year)
    return _once(key, str(paths.database_root()), parts, chosen, _Recipe(make))


class _Recipe:
    """A way to make something; every recipe equals every other, so that caches look at the rest of the key."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make: Callable[[], Any] | None = make

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Recipe)

    def __hash__(self) -> int:
        return 0


def _current_version() -> versions.Version:
    version = _reading.get() or begin_reading()
    if version is None:
        raise versions.StoreError("尚未导入台账，请先在“台账导入”页面导入。")
    return version


# lru_cache rather than Streamlit's: a hit costs microseconds instead of most of a millisecond, ten times a page.
@lru_cache(maxsize=512)
def _rows(root: str, version: versions.Version, name: str, bound: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    params = {key: list(value) if isinstance(value, tuple) else value for key, value in bound}
    return queries.run(versions.connection(Path(root), version), name, params)


@lru_cache(maxsize=1024)
def _once(key: str, root: str, parts: tuple, chosen: tuple, recipe: _Recipe) -> Any:
    # What a page's function closes over must not live as long as what it made.
    make, recipe.make = recipe.make, None
    return make()


@lru_cache(maxsize=8)
def _regions(root: str, version: versions.Version) -> Tree:
    return Tree(_rows(root, version, "meta/units", ()))


@lru_cache(maxsize=8)
def _parameters(root: str, version: versions.Version) -> Mapping[str, Parameter]:
    found = {
        row.parameter: Parameter(
            row.label, _none_if_missing(row.value), row.unit, row.source_document, row.source_clause
        )
        for row in _rows(root, version, "meta/parameters", ()).itertuples()
    }
    return MappingProxyType(found)


def _none_if_missing(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
