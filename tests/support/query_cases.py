"""Query cases: rows in, rows out, from ``tests/cases/<query>.<case>.toml``.

A case has ``says``, ``[params]``, ``[given]`` tables and ``expect`` rows. Rows are either TOML tables or one text drawn
as a table: first line the columns, cells parted by ``|``, a blank cell null, ``''`` empty text. Optional keys:

- ``directory = "standard"`` puts the small county of defaults.toml into core_regions;
- ``lines = [5000]``, ``visit_interval_months = {"" = 1}``: the relations indicator queries read;
- ``where = {indicator = "…"}`` narrows the result first, ``count`` is its number of rows, ``ordered`` minds the order;
- ``[columns.<table>]`` types of a table that is not in the schema; ``[then]`` rows of tables after a statement ran.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from dashboard.warehouse import derive, queries

CASES = Path(__file__).parent.parent / "cases"
DEFAULTS = tomllib.loads((CASES / "defaults.toml").read_text(encoding="utf-8"))

Row = dict[str, str | None]


@dataclass(frozen=True)
class Case:
    file: Path
    root: Path = CASES

    @property
    def query(self) -> str:
        return self.file.relative_to(self.root).as_posix().split(".")[0]

    @property
    def id(self) -> str:
        return self.file.relative_to(self.root).with_suffix("").as_posix()


def all_cases() -> list[Case]:
    return [Case(file) for file in sorted(CASES.rglob("*.toml")) if file.name != "defaults.toml"]


def check(case: Case) -> None:
    """Run a case and compare; AssertionError says what differs."""
    told = tomllib.loads(case.file.read_text(encoding="utf-8"))
    assert told.get("says"), "a case says in words what it shows"
    with _prepared(case.query, told) as con:
        params = _params(case.query, told.get("params", {}))
        if "then" in told:
            queries.execute(con, case.query, params)
            for table, rows in told["then"].items():
                _compare(con.table(table).df(), drawn(rows), ordered=False)
            return
        result = _narrowed(queries.relation(con, case.query, params).df(), told.get("where", {}))
    assert "expect" in told or "count" in told, "a case expects rows, or their number"
    if "count" in told:
        assert len(result) == told["count"]
    if "expect" in told:
        _compare(result, drawn(told["expect"]), ordered=told.get("ordered", False))


def drawn(rows: str | list[dict[str, Any]]) -> list[Row]:
    """Rows of a drawn table or of TOML tables, every value as text."""
    if isinstance(rows, str):
        header, *lines = [_cells(line) for line in rows.strip().splitlines()]
        assert all(len(line) == len(header) for line in lines), "every line has a cell for every column"
        return [dict(zip(header, map(_cell, line), strict=True)) for line in lines]
    return [{column: _text(value) for column, value in row.items()} for row in rows]


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """Put rows of text into a table; DuckDB casts them, columns left out are null or filled."""
    described = _columns(con, table)
    unknown = {column for row in rows for column in row} - described.keys()
    assert not unknown, f"{table} has no column {', '.join(sorted(unknown))}"
    columns = {
        column: pa.array([_filled(row.get(column), *facts) for row in rows], pa.string())
        for column, facts in described.items()
    }
    con.from_arrow(pa.table(columns)).insert_into(table)


@contextmanager
def _prepared(query: str, told: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """This process's connection with the rows of a case; afterwards it holds what it held before."""
    of_base = told.get("given", {}).get("base", {})
    needs_base = "base" in told.get("given", {}) or re.search(r"\bbase\.\w", queries.get(query).sql)
    con = _connection(bool(needs_base))
    # A transaction writes to one database only: the rows of base are put in before it and taken out after it.
    for table, rows in of_base.items():
        insert(con, f"base.{table}", drawn(rows))
    con.begin()
    try:
        _set_up(con, query, told)
        yield con
    finally:
        con.rollback()
        for table in of_base:
            con.execute(f"delete from base.{table}")


@cache
def _connection(with_base: bool) -> duckdb.DuckDBPyConnection:
    """A database in memory with every table and no row, beside another such database or alone."""
    con = duckdb.connect()
    _create_schema(con)
    if with_base:
        con.execute("attach ':memory:' as base; use base")
        _create_schema(con)
        con.execute("use memory")
    return con


def _set_up(con: duckdb.DuckDBPyConnection, query: str, told: dict[str, Any]) -> None:
    given = {table: drawn(rows) for table, rows in told.get("given", {}).items() if table != "base"}
    if directory := told.get("directory"):
        given["core_regions"] = drawn(DEFAULTS["directory"][directory])
    derived = _derived_tables()
    for table, rows in given.items():
        if table not in derived:
            _create_if_new(con, table, told.get("columns", {}).get(table, {}), rows)
            insert(con, table, rows)
    _bind_relations(con, told)
    _derive(con, query, given)
    derive.bind_shared(con, [query], DEFAULTS["params"] | told.get("params", {}))


def _create_schema(con: duckdb.DuckDBPyConnection) -> None:
    for name in queries.names("schema"):
        queries.execute(con, name)


def _create_if_new(con: duckdb.DuckDBPyConnection, table: str, types: dict[str, str], rows: list[Row]) -> None:
    if con.execute("from duckdb_tables() where table_name = ? and database_name = 'memory'", [table]).fetchall():
        return
    columns = types or {column: "varchar" for row in rows for column in row}
    con.execute(f"create table {table} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")


@cache
def _derived_tables() -> frozenset[str]:
    """Tables a publication computes: their rows come from a case where it gives them, else from its ledgers."""
    return frozenset(
        name.rpartition("/")[2]
        for name in queries.names("rollups")
        if name.rpartition("/")[2].startswith(("core_", "bridge_", "fact_", "out_"))
    )


def _derive(con: duckdb.DuckDBPyConnection, query: str, given: dict[str, list[Row]]) -> None:
    """Fill the tables the query reads that a publication computes, in the order publication has."""
    needed = _needed(query)
    kinds = ("core_units", "core_region_scope", "bridge_", "fact_", "out_")
    ordered = sorted(_derived_tables(), key=lambda table: [table.startswith(kind) for kind in kinds].index(True))
    for table in ordered:
        relation = None
        if table in needed:
            relation = queries.relation(con, f"rollups/{table}", _params(f"rollups/{table}", {}))
        if table.startswith("core_"):
            if table in given:
                insert(con, table, given[table])
            elif relation is not None:
                relation.insert_into(table)
        elif relation is not None:
            (relation.limit(0) if table in given else relation).create(table)
            if table in given:
                insert(con, table, given[table])


def _needed(query: str) -> set[str]:
    """Derived tables the query names, and those that these are computed from."""
    found: set[str] = set()
    waiting = [query, *derive.shared_by([query])]
    while waiting:
        sql = queries.get(waiting.pop()).sql
        for table in _derived_tables() - found:
            if table in sql and f"rollups/{table}" != query:
                found.add(table)
                waiting.append(f"rollups/{table}")
    return found


def _bind_relations(con: duckdb.DuckDBPyConnection, told: dict[str, Any]) -> None:
    as_of = told.get("params", {}).get("as_of", DEFAULTS["params"]["as_of"])
    derive.bind_relations(con, as_of, told.get("lines", [5000]), told.get("visit_interval_months", {"": 1}))


def _params(query: str, given: dict[str, Any]) -> dict[str, Any]:
    declared = queries.get(query).params
    unknown = given.keys() - declared.keys() - {"as_of"}
    assert not unknown, f"{query} declares no {', '.join(sorted(unknown))}"
    return {name: value for name, value in (DEFAULTS["params"] | given).items() if name in declared}


@cache
def _not_null(kind: str) -> str:
    return DEFAULTS["fill"][kind.partition("(")[0]]


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, bool]]:
    """Type of each column and whether it may be null."""
    described = con.execute(f"describe {table}").fetchall()
    return {name: (kind, null == "YES") for name, kind, null, *_ in described}


def _filled(value: str | None, kind: str, may_be_null: bool) -> str | None:
    return _not_null(kind) if value is None and not may_be_null else value


def _narrowed(result: pd.DataFrame, where: dict[str, Any]) -> pd.DataFrame:
    for column, wanted in where.items():
        result = result[result[column].isin(wanted if isinstance(wanted, list) else [wanted])]
    return result


def _compare(result: pd.DataFrame, expected: list[Row], ordered: bool) -> None:
    columns = list(dict.fromkeys(column for row in expected for column in row))
    missing = [column for column in columns if column not in result]
    assert not missing, f"the result has no column {', '.join(missing)}"
    found = [{column: _text(row[column]) for column in columns} for row in result.to_dict("records")]
    assert len(found) == len(expected), _differences(found, expected)
    left = list(found)
    for row in expected:
        match = next((other for other in (left[:1] if ordered else left) if _alike(row, other)), None)
        assert match is not None, _differences(found, expected)
        left.remove(match)


def _alike(expected: Row, found: Row) -> bool:
    return all(_alike_cells(expected[column], found[column]) for column in expected)


def _alike_cells(expected: str | None, found: str | None) -> bool:
    if expected is None or found is None or expected == found:
        return expected == found
    try:
        return float(found) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    except ValueError:
        return False


def _differences(found: list[Row], expected: list[Row]) -> str:
    def lines(rows: list[Row]) -> str:
        return "\n".join("  " + " | ".join("" if cell is None else cell for cell in row.values()) for row in rows[:40])

    return f"expected {len(expected)} rows:\n{lines(expected)}\nfound {len(found)}:\n{lines(found)}"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _cell(text: str) -> str | None:
    return None if text == "" else "" if text == "''" else text


def _text(value: Any) -> str | None:
    """A value as a case writes it; null for whatever pandas or TOML (nan) use for it."""
    if value is None or (not isinstance(value, str | list) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        text = value.isoformat().replace("T", " ")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return str(value).lower()
    return str(value)
