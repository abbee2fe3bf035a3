"""What all tests share: the fixtures of ``tests/support``."""

import pytest

pytest_plugins = ["county", "ledger_desk"]
pytest.register_assert_rewrite("books", "container_writers", "intake_steps", "page_apps", "query_cases")
