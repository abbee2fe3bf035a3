"""How large things may be, what they may be called, and that what is looked for is where it is guessed."""

import ast
from collections import Counter

import pytest
from structure import Package, spoilt

from dashboard import paths

MOST_MODULES, LONGEST_MODULE, LONGEST_PAGE, MOST_PAGE_IMPORTS = 15, 450, 100, 6
PAGES = sorted((paths.PROJECT / "pages").glob("*.py"))
PACKAGE = Package.of(paths.PROJECT / "dashboard")
TOP_LEVEL = {
    "app.py",
    "pages",
    "data",
    "queries",
    "tests",
    "requirements.txt",
    "README.md",
    "dashboard",
    "pyproject.toml",
    "Makefile",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs",
    "bench",
}


def test_the_top_level_is_what_was_agreed():
    present = {entry.name for entry in paths.PROJECT.iterdir() if not entry.name.startswith((".", "__"))}
    assert present - {"test-results"} == TOP_LEVEL


def crowded(package: Package) -> dict[str, int]:
    """Folders with too many modules."""
    counts = Counter(module.folder for module in package.modules.values() if not module.is_package)
    return {folder: count for folder, count in counts.items() if count > MOST_MODULES}


def long(package: Package) -> dict[str, int]:
    """Modules with too many lines."""
    lines = {
        name: len(module.file.read_text(encoding="utf-8").splitlines()) for name, module in package.modules.items()
    }
    return {name: count for name, count in lines.items() if count > LONGEST_MODULE}


def repeated_classes(package: Package) -> dict[str, list[str]]:
    """Class names that several modules define, private ones too, with these modules."""
    homes: dict[str, list[str]] = {}
    for module in package.modules.values():
        for name in module.classes():
            homes.setdefault(name, []).append(module.name)
    return {name: modules for name, modules in homes.items() if len(modules) > 1}


@pytest.mark.parametrize("offences", [crowded, long, repeated_classes])
def test_sizes_and_names(offences):
    assert offences(PACKAGE) == {}


def test_a_crowded_folder_a_long_module_and_a_repeated_class_are_noticed(tmp_path):
    crowd = PACKAGE
    for number in range(MOST_MODULES):
        crowd = spoilt(crowd, tmp_path, f"exports/another_{number}.py", "")
    assert "exports" in crowded(crowd)
    assert "text" in long(spoilt(PACKAGE, tmp_path / "long", "text.py", "pass\n" * LONGEST_MODULE))
    assert "Version" in repeated_classes(
        spoilt(PACKAGE, tmp_path / "repeated", "display/cards.py", "class Version: ...")
    )


def test_every_folder_says_what_it_is_for():
    silent = [
        name for name, module in PACKAGE.modules.items() if module.is_package and not ast.get_docstring(module.tree)
    ]
    assert silent == []


def test_a_name_is_imported_from_where_it_is_defined():
    """No module passes on what it imported itself; `ledgers.containers` is the one façade."""
    passed_on = [
        f"{name}: {target}.{alias.name}"
        for name, module in PACKAGE.modules.items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("dashboard")
        for target in [node.module.removeprefix("dashboard").lstrip(".")]
        for alias in node.names
        if target in PACKAGE.modules
        and f"{target}.{alias.name}".lstrip(".") not in PACKAGE.modules
        and target != "ledgers.containers"
        and alias.name not in _defined(target)
    ]
    assert passed_on == []


def _defined(name: str) -> set[str]:
    names = set()
    for node in PACKAGE.modules[name].tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return names


# Pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_a_short_script(page):
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_presenter(page):
    assert f"presenters.{page.stem}" in PACKAGE.modules


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_knows_only_streamlit_and_the_package(page):
    tree = ast.parse(page.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.partition(".")[0] for name in modules} <= {"streamlit", "dashboard"}
    # Pages say in which order; how rows come about and files are read is not theirs.
    folders = {name.split(".")[1] for name in modules if name.startswith("dashboard.")}
    assert folders <= {"display", "serving", "presenters", "web", "definitions"}
    assert len(modules) <= MOST_PAGE_IMPORTS


# Methods of tables that select, sort, count or take out: a presenter's work.
TABLE_WORK = {
    "agg", "apply", "assign", "dropna", "fillna", "groupby", "head", "iat", "iloc", "isna", "itertuples", "loc", "map",
    "merge", "nlargest", "notna", "pivot_table", "query", "rename", "sort_values", "sum", "tolist", "value_counts",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_neither_calculates_nor_works_on_tables(page):
    nodes = list(ast.walk(ast.parse(page.read_text(encoding="utf-8"))))
    arithmetic = [node for node in nodes if isinstance(node, ast.BinOp)]
    tables = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in TABLE_WORK]
    masks = [
        node for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Compare | ast.BoolOp)
    ]
    assert list(map(ast.unparse, arithmetic + tables + masks)) == []


def test_pages_folder_is_not_beside_the_script_that_draws_pages():
    """Streamlit would discover a folder of that name beside its entry script as a second set of pages."""
    assert not (paths.PROJECT / "dashboard" / "web" / "pages").exists()
    assert not (paths.PROJECT / "dashboard" / "pages").exists()
