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

from dashboard import language, paths
from dashboard.definitions.forms import Form
from dashboard.serving import unscoped_queries
from dashboard.serving.bounded_cache import BoundedCache
from dashboard.serving.regions import Tree
from dashboard.serving.view import View
from dashboard.warehouse import ledger_rows, queries, versions


class DataPoint(NamedTuple):
    """One value of the long table; None = not reported (or, for the parts, not defined)."""

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None

    @classmethod
    def of(cls, row: Any) -> "DataPoint":
        """The value in a row with these three columns."""
        return cls(_none_if_missing(row.numerator), _none_if_missing(row.denominator), _none_if_missing(row.value))


# The database and version a page run started with: a load published meanwhile must not mix two versions on one page.
_reading: ContextVar[tuple[str, versions.Version | None]] = ContextVar("version_being_read", default=("", None))

# What pages made for a view: places × pages that readers look at.
_made = BoundedCache(2048)


def begin_reading() -> versions.Version | None:
    """Fix the version that `rows` reads in this run of a page; None before the first load."""
    root = paths.database_root()
    version = versions.current_on_disk(root)
    _reading.set((str(root), version))
    return version


def rows(name: str, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Rows of a named query in the version being read, kept for the next reader.

    ``params`` are usually `View.params`; those that the query does not declare are left out, but a query must declare
    the place (UnscopedQuery), unless it is one of `unscoped_queries.REASONS`. Lists may be lists or tuples.
    StoreError when there is no version to read.
    """
    unscoped_queries.check(name)
    given = params or {}
    bound = tuple((key, _hashable(given[key])) for key in sorted(queries.get(name).params))
    return _rows(str(paths.database_root()), _current_version(), name, bound).copy(deep=False)


def rows_once(name: str, params: Mapping[str, Any], form: Form | None = None) -> pd.DataFrame:
    """The same rows without keeping them: for whole ledgers, which are large.

    ``form`` is the ledger's; a version that is older than the ledger has no rows of it.
    """
    unscoped_queries.check(name)
    con = versions.connection(paths.database_root(), _current_version())
    return queries.run(ledger_rows.readable(con, form) if form else con, name, params)


def regions() -> Tree:
    """Counties, townships and villages of the version being read."""
    return _regions(str(paths.database_root()), _current_version())


def limits() -> Mapping[str, float | None]:
    """Thresholds and targets the version was computed with, by id; None where the document gives no number."""
    return _limits(str(paths.database_root()), _current_version())


def once(key: str, make: Callable[[], Any], view: View, *chosen: Hashable) -> Any:
    """What ``make`` gives, made once for ``key``, the view (`View.key`) and the page's choices; not to be changed."""
    return _made.get((key, view.key, chosen), make)


def _current_version() -> versions.Version:
    root, version = _reading.get()
    if version is None or root != str(paths.database_root()):
        version = begin_reading()
    if version is None:
        raise versions.StoreError(language.words("serving.nothing_loaded"))
    return version


# lru_cache rather than Streamlit's: a hit costs microseconds instead of most of a millisecond, ten times a page.
@lru_cache(maxsize=512)
def _rows(root: str, version: versions.Version, name: str, bound: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    params = {key: list(value) if isinstance(value, tuple) else value for key, value in bound}
    return queries.run(versions.connection(Path(root), version), name, params)


@lru_cache(maxsize=8)
def _regions(root: str, version: versions.Version) -> Tree:
    return Tree(_rows(root, version, "meta/units", ()))


@lru_cache(maxsize=8)
def _limits(root: str, version: versions.Version) -> Mapping[str, float | None]:
    table = _rows(root, version, "meta/parameters", ())
    return MappingProxyType({row.parameter: _none_if_missing(row.value) for row in table.itertuples()})


def _none_if_missing(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
