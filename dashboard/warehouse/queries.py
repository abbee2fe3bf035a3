"""Named SQL from ``queries/``: each file is read once, its header is checked, parameters are bound, never pasted in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from dashboard import paths

# A connection to a version, for modules that pass it on without knowing the database.
Connection = duckdb.DuckDBPyConnection

HEADINGS = ("purpose", "grain", "params", "units", "source")

_HEADING = re.compile(r"--\s*(\w+):\s*(.*)")
_PARAMETER = re.compile(r"--\s+\$(\w+)\s+(\S+)\s*(.*)")
_USED = re.compile(r"\$(\w+)")
_NOT_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")


class QueryHeaderError(ValueError):
    """A query file whose header lacks a heading, or whose parameters are not those of its statement."""


@dataclass(frozen=True)
class Query:
    """One statement and what its header declares."""

    name: str
    """Its path below ``queries/`` without the ending: village/attainment."""
    sql: str
    """The whole file, header included."""
    purpose: str
    grain: str
    """What one row is."""
    units: str
    source: str
    """Tables and ledgers it reads."""
    params: Mapping[str, str]
    """SQL types of its parameters, by their names without the dollar sign."""


@cache
def get(name: str) -> Query:
    """The query ``queries/<name>.sql``; KeyError when there is none, QueryHeaderError when its header is wrong."""
    file = paths.QUERIES / f"{name}.sql"
    if not re.fullmatch(r"\w+(/\w+)*", name) or not file.is_file():
        raise KeyError(name)
    return _parsed(name, file.read_text(encoding="utf-8"))


@cache
def names(folder: str = "") -> tuple[str, ...]:
    """Names of all queries below a folder of ``queries/``, sorted."""
    root = paths.QUERIES
    return tuple(sorted(_name(file, root) for file in (root / folder).rglob("*.sql")))


def run(con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Rows of a named query as a DataFrame, run on a cursor of its own.

    ``params`` may hold more than the query declares; KeyError where one it declares is missing.
    """
    with con.cursor() as cursor:
        return _executed(cursor, name, params).df()


def arrow(con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None = None) -> pa.Table:
    """Rows of a named query as an Arrow table, with decimals and nulls as they are; parameters as in `run`."""
    with con.cursor() as cursor:
        return relation(cursor, name, params).to_arrow_table()


def execute(con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None = None) -> None:
    """Run a named statement for its effect, on ``con`` itself, whose temporary tables and attached files it sees."""
    _executed(con, name, params).fetchall()


def fetch(con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None = None) -> list[tuple]:
    """Rows of a named query as tuples, run on ``con`` itself."""
    return _executed(con, name, params).fetchall()


def relation(
    con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyRelation:
    """Rows of a named query as a relation on ``con``, to be stored by its ``create`` or ``insert_into``."""
    query, values = _bound(name, params)
    # Without parameters the relation stays a plan, and storing it streams; with them DuckDB holds the rows first.
    return con.sql(query.sql, params=values) if values else con.sql(query.sql)


def select(
    con: duckdb.DuckDBPyConnection,
    selections: Sequence[tuple[Sequence[str], str, str]],
    values: Mapping[str, Any],
    group_by: str = "",
) -> duckdb.DuckDBPyRelation:
    """The rows of all ``selections`` (columns, table, condition), one selection after the other.

    ``values`` are bound to the ``$names`` in them and may hold more than these.
    """
    sql, bound = _put_together(selections, values, group_by)
    return con.sql(sql, params=bound) if bound else con.sql(sql)


def select_rows(
    con: duckdb.DuckDBPyConnection,
    selections: Sequence[tuple[Sequence[str], str, str]],
    values: Mapping[str, Any],
    group_by: str = "",
) -> list[tuple]:
    """The rows of `select` as tuples, run on ``con`` itself: a relation would be prepared twice."""
    sql, bound = _put_together(selections, values, group_by)
    return con.execute(sql, bound).fetchall()


def _put_together(
    selections: Sequence[tuple[Sequence[str], str, str]], values: Mapping[str, Any], group_by: str
) -> tuple[str, dict[str, Any]]:
    """The one place where SQL is put together: conditions of rules are data, checked when their file is read."""
    pieces = [f"select {', '.join(columns)} from {table} where {where}" for columns, table, where in selections]
    sql = " union all ".join(pieces) + (f" group by {group_by}" if group_by else "")
    used = set(_USED.findall(_NOT_CODE.sub("", sql)))
    return sql, {name: value for name, value in values.items() if name in used}


def _executed(con: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any] | None) -> duckdb.DuckDBPyConnection:
    query, values = _bound(name, params)
    return con.execute(query.sql, values)


def _bound(name: str, params: Mapping[str, Any] | None) -> tuple[Query, dict[str, Any]]:
    query = get(name)
    given = params or {}
    missing = query.params.keys() - given.keys()
    if missing:
        raise KeyError(f"{name}: no value for {', '.join(sorted(missing))}")
    return query, {param: given[param] for param in query.params}


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).with_suffix("").as_posix()


def _parsed(name: str, text: str) -> Query:
    header: dict[str, str] = {}
    params: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if declared := _PARAMETER.match(line):
            params[declared[1]] = declared[2]
        elif heading := _HEADING.match(line):
            header[heading[1]] = heading[2].strip()
        elif header:
            last = next(reversed(header))
            header[last] = f"{header[last]} {line.lstrip('- ').strip()}".strip()
    missing = [heading for heading in HEADINGS if heading not in header]
    if missing:
        raise QueryHeaderError(f"{name}: header lacks {', '.join(missing)}")
    used = set(_USED.findall(_NOT_CODE.sub("", text)))
    if used != params.keys():
        raise QueryHeaderError(f"{name}: declared but unused or used but undeclared: {sorted(used ^ params.keys())}")
    return Query(name, text, header["purpose"], header["grain"], header["units"], header["source"], params)
