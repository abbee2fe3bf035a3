"""Rows of any ledger of a version, by what its form says: for the tables given out and for checks over all ledgers."""

import duckdb

from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.warehouse import derive, queries, versions


def readable(con: duckdb.DuckDBPyConnection, form: Form) -> duckdb.DuckDBPyConnection:
    """The connection, or one to an empty database where the version was published before there was such a ledger."""
    if is_stored(con, form):
        return con
    empty = versions.empty()
    derive.prepare(empty)
    return empty


def is_stored(con: duckdb.DuckDBPyConnection, form: Form, database: str | None = None) -> bool:
    """Whether a database (the connection's own by default) has the ledger's table."""
    with con.cursor() as cursor:
        return bool(queries.fetch(cursor, "load/has_table", {"database": database or "", "table": form.table}))


def every_ledger(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The rows of all ledgers, as checks look at them.

    ledger: kind.
    row_key: the parts of the key with a blank between them; unmasked.
    household_id: the household that the row is placed by, null where it is not.
    region_code: the code of its place, null where it has none or is a place itself.
    """
    ledgers = [_rows(con, form) for form in forms.all_forms() if is_stored(con, form)]
    rows = ledgers[0]
    for others in ledgers[1:]:
        rows = rows.union(others)
    return rows


def _rows(con: duckdb.DuckDBPyConnection, form: Form) -> duckdb.DuckDBPyRelation:
    key = duckdb.FunctionExpression("concat_ws", _text(" "), *map(duckdb.ColumnExpression, form.key))
    household = duckdb.ColumnExpression("household_id") if form.place == "household" else _text(None)
    region = duckdb.ColumnExpression(form.place_column) if form.place_column else _text(None)
    return con.table(form.table).select(
        _text(form.kind).alias("ledger"),
        key.alias("row_key"),
        household.alias("household_id"),
        region.alias("region_code"),
    )


def _text(value: str | None) -> duckdb.Expression:
    return duckdb.ConstantExpression(value).cast(duckdb.sqltypes.VARCHAR)
