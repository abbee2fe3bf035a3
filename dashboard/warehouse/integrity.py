"""Runs the integrity checks (``queries/checks/``) over the rows of all ledgers of a version."""

from collections.abc import Iterator

import duckdb
import pandas as pd

from dashboard.access import masking
from dashboard.definitions import forms, integrity_checks
from dashboard.definitions.integrity_checks import IntegrityCheck
from dashboard.warehouse import ledger_rows, queries


def counts(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[IntegrityCheck, int]]:
    """Every check with how many faults it finds; none may find any."""
    for check in integrity_checks.all_checks():
        yield check, len(faults(con, check.query))


def faults(con: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    """What the query of a check finds; the personal parts of keys masked."""
    with con.cursor() as cursor:
        # The relation lasts as long as the cursor.
        cursor.register("ledger_rows", ledger_rows.every_ledger(cursor))
        rows = queries.relation(cursor, name).df()
    if "row_key" in rows:
        keys = [_masked(ledger, key) for ledger, key in zip(rows["ledger"], rows["row_key"], strict=True)]
        rows = rows.assign(row_key=pd.Series(keys, rows.index, dtype=rows["row_key"].dtype))
    return rows


def _masked(ledger: str, key: str) -> str:
    form = forms.get(ledger)
    masks = [masking.MASKS.get(form.personal(column), str) for column in form.key]
    parts = key.rsplit(" ", len(masks) - 1)
    return " ".join(mask(part) for mask, part in zip(masks, parts, strict=True))
