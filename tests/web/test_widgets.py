"""Pieces of pages on tables without rows: none of them fails, all say that there are none."""

import pytest
from streamlit.testing.v1 import AppTest

_PAGE = """
import pandas as pd

from dashboard.display import columns
from dashboard.web import widgets

rows = pd.DataFrame({"name": []})
shown = {"name": columns.text("姓名")}
"""


@pytest.mark.parametrize(
    "call",
    [
        'widgets.table(rows, "名单", shown, key="none")',
        'assert widgets.choose_rows(rows, "名单", shown, key="none") == []',
        'widgets.table_with_export(rows, "名单", shown, [], key="none", on_choose=print)',
        'widgets.preview_with_export(rows, "名单", shown, [], key="none", first=5)',
        'widgets.preview_with_export(rows, "名单", shown, [], key="none", first=5, is_prose=True)',
    ],
)
def test_a_table_without_rows_is_no_failure(call):
    app = AppTest.from_string(_PAGE + call).run()
    assert not app.exception
    assert not app.dataframe
    assert "没有符合条件的行" in "".join(element.proto.body for element in app.get("html"))
