"""Who may import whom; what may stand where. The lines are docs/design.md's."""

import ast
import re
from pathlib import Path

import pytest

from dashboard import paths
from dashboard.warehouse import queries

PACKAGE = paths.PROJECT / "dashboard"
PAGES = sorted((paths.PROJECT / "pages").glob("*.py"))
MODULES = sorted(PACKAGE.rglob("*.py"))

STREAMLIT_KNOWN_TO = {"shell", "ui", "cached", "maps", "frame", "blocks", "intake_panels"}
DUCKDB_KNOWN_TO = {"queries", "store", "mishaps", "rollups", "quality_run", "ledgers.merge", "cli"}
PLOTLY_KNOWN_TO = {"canvas", "figures", "trends"}
TOP_LEVEL = {"app.py", "pages", "data", "queries", "tests", "requirements.txt", "README.md", "dashboard"} | {
    "pyproject.toml",
    "Makefile",
    "CHANGELOG.md",
    "docs",
    "bench",
}


def imports(file: Path) -> set[str]:
    """Every module named in an import statement of the file, wherever it stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def knows(file: Path, library: str) -> bool:
    return any(name == library or name.startswith(f"{library}.") for name in imports(file))


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts)


@pytest.mark.parametrize(
    ("library", "allowed"),
    [("streamlit", STREAMLIT_KNOWN_TO), ("duckdb", DUCKDB_KNOWN_TO), ("plotly", PLOTLY_KNOWN_TO)],
)
def test_only_the_named_modules_know_a_library(library, allowed):
    assert {module_name(file) for file in MODULES if knows(file, library)} <= allowed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_knows_only_streamlit_and_the_package(page):
    known = {name.split(".")[0] for name in imports(page)}
    assert known <= {"streamlit", "dashboard", "datetime", "functools"}
    assert not any(name.startswith("pages") for name in imports(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_a_short_script(page):
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 150


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
    # The store asks one thing of a file before anyone reads it: is this a published version?
    assert offenders == ["dashboard/store.py: 'select count(*) from meta_version'"]


def test_sql_is_put_together_in_one_place():
    """Conditions of data-quality rules are data; the frame around them is `queries.select`."""
    pieces = re.compile(r"\s*(select|union all|group by|where)\b", re.I)
    homes = {
        file.relative_to(paths.PROJECT).as_posix() for file in MODULES for text in texts(file) if pieces.match(text)
    }
    assert homes == {"dashboard/queries.py", "dashboard/store.py"}


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


def test_the_top_level_is_what_was_agreed():
    present = {entry.name for entry in paths.PROJECT.iterdir() if not entry.name.startswith((".", "__"))}
    assert present - TOP_LEVEL - {"test-results"} == set()
