"""Pages say in which order; what they say is their presenters'."""

import ast
import importlib.util

import pytest

from dashboard import paths
from dashboard.web import navigation

STEMS = [page.stem for page in navigation.PAGES]

_PANDAS = {
    "agg", "apply", "assign", "dropna", "fillna", "groupby", "head", "iat", "iloc", "isna", "itertuples", "loc", "map",
    "merge", "notna", "nlargest", "pivot_table", "query", "rename", "sort_values", "sum", "tolist", "value_counts",
}  # fmt: skip


def tree(stem: str) -> ast.Module:
    return ast.parse((paths.PROJECT / "pages" / f"{stem}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stem", STEMS)
def test_a_page_has_a_presenter_of_its_stem(stem):
    assert importlib.util.find_spec(f"dashboard.presenters.{stem}")


@pytest.mark.parametrize("stem", STEMS)
def test_a_page_is_short_and_imports_little(stem):
    lines = (paths.PROJECT / "pages" / f"{stem}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100
    assert sum(line.startswith("from dashboard") for line in lines) <= 6


@pytest.mark.parametrize("stem", STEMS)
def test_a_page_computes_nothing(stem):
    nodes = list(ast.walk(tree(stem)))
    assert not [node.lineno for node in nodes if isinstance(node, ast.BinOp)], "arithmetic"
    assert not [node.lineno for node in nodes if isinstance(node, ast.Attribute) and node.attr in _PANDAS], "pandas"
    selections = [node for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Compare)]
    assert not [node.lineno for node in selections], "rows are selected"
