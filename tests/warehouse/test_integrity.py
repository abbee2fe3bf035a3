"""Integrity checks over the rows of all ledgers: what they find, and that nothing personal is shown."""

import duckdb
import pytest
import query_cases

from dashboard.definitions import forms, integrity_checks
from dashboard.warehouse import integrity, ledger_rows, queries

PLACE = "990101100201"
PLACED = [form for form in forms.all_forms() if form.place_column]
OF_HOUSEHOLDS = [form for form in PLACED if form.place == "household"]


@pytest.fixture
def county():
    """A database with every table, and a function that puts rows into one of them."""
    with duckdb.connect() as con:
        for name in queries.names("schema"):
            queries.execute(con, name)
        yield con


def put(con, table: str, *rows: dict[str, str]) -> None:
    query_cases.insert(con, table, list(rows))


def test_every_check_has_a_title_and_every_query_its_check():
    assert {check.query for check in integrity_checks.all_checks()} == set(queries.names("checks"))
    assert all(check.title for check in integrity_checks.all_checks())


def test_a_version_without_rows_has_no_faults(county):
    assert [(check.id, count) for check, count in integrity.counts(county)] == [
        ("duplicate_keys", 0),
        ("unknown_households", 0),
        ("unknown_regions", 0),
    ]


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_a_repeated_key_is_found_in_every_ledger(form, county):
    put(county, form.table, {}, {})
    faults = integrity.faults(county, "checks/integrity/duplicate_keys")
    assert faults[["ledger", "copies"]].values.tolist() == [[form.kind, 2]]


@pytest.mark.parametrize(
    "form", [form for form in forms.all_forms() if form.place == "household"], ids=lambda f: f.kind
)
def test_an_unknown_household_is_found_in_every_ledger_of_households(form, county):
    put(county, form.table, {"household_id": "0009"})
    faults = integrity.faults(county, "checks/integrity/unknown_households")
    assert faults[["ledger", "household_id"]].values.tolist() == [[form.kind, "0009"]]


@pytest.mark.parametrize("form", PLACED, ids=lambda form: form.kind)
def test_an_unknown_region_is_found_in_every_ledger_with_a_place(form, county):
    put(county, form.table, {form.place_column: PLACE})
    faults = integrity.faults(county, "checks/integrity/unknown_regions")
    assert faults[["ledger", "region_code"]].values.tolist() == [[form.kind, PLACE]]


def test_keys_have_their_parts_and_lose_what_is_personal(county):
    put(county, "core_members", *[{"id_number": "629821198001010012"}] * 2)
    put(county, "core_visits", *[{"household_id": "0001", "visited_on": "2025-10-01"}] * 2)
    put(county, "core_incomes", *[{"household_id": "0001", "income_year": "2025"}] * 2)
    faults = integrity.faults(county, "checks/integrity/duplicate_keys")
    assert dict(zip(faults["ledger"], faults["row_key"], strict=True)) == {
        "members": "62*************012",
        "visits": "0001 2025-10-01",
        "incomes": "0001 2025",
    }


def test_a_ledger_that_a_version_does_not_have_yet_is_empty(county):
    county.execute("drop table core_visits")
    assert not ledger_rows.is_stored(county, forms.get("visits"))
    assert all(count == 0 for _, count in integrity.counts(county))
    rows = queries.arrow(ledger_rows.readable(county, forms.get("visits")), "export/visits", {"region_code": ""})
    assert rows.num_rows == 0 and "走访日期" in rows.column_names
