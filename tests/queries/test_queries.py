"""Every query: its header, and its cases (rows in, rows out)."""

import pytest
import query_cases

from dashboard.warehouse import queries

# Tables are not questions: what may stand in them is shown by the cases of whatever reads them.
NOT_ASKED = "schema/"

TYPES = {"VARCHAR", "VARCHAR[]", "INTEGER", "BIGINT", "DOUBLE", "DATE", "BOOLEAN", "TIMESTAMP"}


@pytest.mark.parametrize("name", queries.names())
def test_header_tells_what_the_query_does(name):
    query = queries.get(name)
    assert query.purpose.endswith((".", "?")), "the purpose is a sentence"
    assert query.grain and query.units and query.source
    assert set(query.params.values()) <= TYPES


@pytest.mark.parametrize("name", [name for name in queries.names() if not name.startswith(NOT_ASKED)])
def test_query_has_a_case(name):
    assert any(case.query == name for case in query_cases.all_cases())


@pytest.mark.parametrize("case", query_cases.all_cases(), ids=lambda case: case.id)
def test_case(case):
    query_cases.check(case)
