"""What all tests share: the fixtures of ``tests/support``."""

import pytest

pytest_plugins = ["county", "ledger_desk"]
pytest.register_assert_rewrite("books", "container_writers", "intake_steps", "page_apps", "query_cases")

# Fixtures that publish a version or start a browser: what needs one of them is left to `make test`.
_OF_A_DATABASE = {"prepared", "empty_desk", "county_ledgers", "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves out."""
    for item in items:
        if not _OF_A_DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)
