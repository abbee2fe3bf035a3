"""SQL stands in ``queries/`` alone, one question a file, with an honest header, portable where figures are made."""

import ast
import re
from pathlib import Path

from dashboard import paths
from dashboard.warehouse import queries

PACKAGE = paths.PROJECT / "dashboard"
PAGES = sorted((paths.PROJECT / "pages").glob("*.py"))
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_no_sql_in_python():
    statement = re.compile(
        r"\b(select\s+[\w*\"]+.*\bfrom\b|insert\s+into|create\s+(temp\s+)?(table|view))\b", re.I | re.S
    )
    offenders = [
        f"{file.relative_to(paths.PROJECT)}: {text[:60]!r}"
        for file in [*MODULES, *PAGES]
        for text in texts(file)
        if statement.search(text)
    ]
    # One thing is asked of a file before anyone reads it: is this a published version?
    assert offenders == ["dashboard/warehouse/versions.py: 'select count(*) from meta_version'"]


def test_sql_is_put_together_in_one_place():
    """Conditions of data-quality rules are data; the frame around them is `queries.select`."""
    pieces = re.compile(r"\s*(select|union all|group by|where)\b", re.I)
    homes = {
        file.relative_to(paths.PROJECT).as_posix() for file in MODULES for text in texts(file) if pieces.match(text)
    }
    assert homes == {"dashboard/warehouse/queries.py", "dashboard/warehouse/versions.py"}


def texts(file: Path) -> list[str]:
    """Every string in the file but its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_every_query_has_an_honest_header():
    for name in queries.names():
        queries.get(name)


def test_figures_sql_is_portable():
    banned = re.compile(
        r"\b(pivot|asof|generate_series|range|unnest|list_\w+|string_agg|quantile_disc|approx_\w+)\s*\(|select\s+\*",
        re.IGNORECASE,
    )
    for folder in ("indicators", "rollups"):
        for name in queries.names(folder):
            if "bridge" in name:
                continue
            sql = re.sub(r"--[^\n]*", "", queries.get(name).sql)
            assert not banned.search(sql), name
