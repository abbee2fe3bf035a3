"""Who may import whom. Each contract has a name in plain English; docs/design.md draws the same picture."""

import pytest
from structure import Package, circles, spoilt, upward

from dashboard import paths

# Left may not import right. `language` and `worklog` keep their place for when they come.
ORDER = [
    "paths",
    "text",
    "language",
    "definitions",
    "sample",
    "access",
    "warehouse",
    "ledgers",
    "worklog",
    "display",
    "exports",
    "serving",
    "presenters",
    "web",
    "cli",
]
# The same inside ledgers/: the steps of reading a file, in their order.
LEDGERS = [
    "errors",
    "limits",
    "containers",
    "cells",
    "reporting",
    "layout",
    "checking",
    "feedback",
    "worker",
    "loading",
]

# Library → the folders or modules that may import it themselves; every entry must be used.
LIBRARIES = {
    "duckdb": {"warehouse", "ledgers.loading"},
    "streamlit": {"web"},
    "plotly": {"display.chart_layout", "display.charts", "display.time_charts"},
    "shapely": {"ledgers.loading.boundaries", "display.map_outlines", "sample.outlines"},
    "xlsxwriter": {"exports.tables", "ledgers.feedback", "sample.sheets"},
}

# Contract → (modules, what they may not reach even through others).
OUT_OF_REACH = {
    "definitions are plain data": ("definitions", {"duckdb", "pandas", "pyarrow", "numpy", "streamlit", "plotly"}),
    "only web knows Streamlit, even through others": ("*", {"streamlit"}),
    "the reader process stays light": ("ledgers.worker.process", {"duckdb", "pandas", "streamlit", "plotly"}),
    "commands do not reach the web": ("cli", {"streamlit", "plotly", "dashboard.web", "dashboard.presenters"}),
    "display needs no data": ("display", {"dashboard.warehouse", "dashboard.ledgers", "dashboard.serving", "duckdb"}),
    "what pages read needs no loader": ("serving", {"dashboard.ledgers", "streamlit"}),
    "the sample is made without the engine": ("sample", {"duckdb", "dashboard.warehouse", "dashboard.ledgers"}),
}


@pytest.fixture(scope="module")
def package() -> Package:
    return Package.of(paths.PROJECT / "dashboard")


def offences(package: Package, contract: str) -> list[str]:
    """What breaks one of OUT_OF_REACH, as ``module reaches x``."""
    subject, forbidden = OUT_OF_REACH[contract]
    modules = [name for name in package.modules if name != "web" and not name.startswith("web.")]
    if subject != "*":
        modules = package.within(subject)
        assert modules, f"{subject} is nowhere: a contract about nothing holds nothing"
    return [
        f"{module} reaches {out}"
        for module in modules
        for out in sorted(forbidden)
        if _reaches(package, module, out) and not (subject == "*" and module == "__main__")
    ]


def _reaches(package: Package, module: str, out: str) -> bool:
    if out.startswith("dashboard."):
        inside = out.removeprefix("dashboard.")
        return any(name == inside or name.startswith(f"{inside}.") for name in package.reached(module))
    return any(package.knows(name, out) for name in package.reached(module))


def libraries(package: Package) -> dict[str, tuple[set[str], set[str]]]:
    """Library → (modules that import it without leave, allowances that nobody uses)."""
    found = {}
    for library, allowed in LIBRARIES.items():
        users = {name for name in package.modules if package.knows(name, library)}
        strangers = {name for name in users if not any(name == part or name.startswith(f"{part}.") for part in allowed)}
        unused = {part for part in allowed if not any(name == part or name.startswith(f"{part}.") for name in users)}
        found[library] = strangers, unused
    return found


def test_imports_go_one_way(package):
    assert upward(package.edges, ORDER) == []


def test_the_steps_of_reading_import_one_way(package):
    inside = {name: package.edges[name] for name in package.within("ledgers")}
    assert upward(inside, LEDGERS, depth=1) == []


def test_every_folder_has_its_place_in_the_order(package):
    top = {name.partition(".")[0] for name in package.modules} - {"", "__main__"}
    assert top <= set(ORDER)
    inside = {name.split(".")[1] for name in package.within("ledgers") if "." in name}
    assert inside == set(LEDGERS)


def test_there_are_no_circles(package):
    assert circles(package.edges) == []


@pytest.mark.parametrize("contract", OUT_OF_REACH)
def test_contract(contract, package):
    assert offences(package, contract) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_only_the_named_places_import_a_library_and_every_allowance_is_used(library, package):
    strangers, unused = libraries(package)[library]
    assert not strangers, "import it without leave"
    assert not unused, "an allowance nobody uses hides the next offence"


# The contracts themselves: each must fail when somebody breaks it -----------------------------------------------

# Contract or library → a module to spoil, and the line that spoils it.
BREACHES = {
    "imports go one way": ("definitions/indicators.py", "from dashboard.warehouse import queries"),
    "imports go one way, hidden in a function": ("text.py", "def late():\n    from dashboard.web import widgets"),
    "steps go one way": ("ledgers/cells/dates.py", "from dashboard.ledgers.checking import read_file"),
    "no circles": ("ledgers/cells/numbers.py", "from dashboard.ledgers.cells import dates, values"),
    "definitions are plain data": ("definitions/policy.py", "import pandas"),
    "only web knows Streamlit, even through others": ("display/lights.py", "import streamlit as st"),
    "the reader process stays light": ("ledgers/containers/odf.py", "import pandas as pd"),
    "commands do not reach the web": ("cli/output_files.py", "from dashboard.web import widgets"),
    "display needs no data": ("display/palette.py", "from dashboard.warehouse import queries"),
    "what pages read needs no loader": ("serving/regions.py", "from dashboard.ledgers.loading import load"),
    "the sample is made without the engine": ("sample/rows.py", "from dashboard.warehouse import queries"),
    **{library: ("text.py", f"import {library}.inner") for library in LIBRARIES},
}


@pytest.mark.parametrize("broken", BREACHES)
def test_a_contract_fails_when_it_is_broken(broken, package, tmp_path):
    bad = spoilt(package, tmp_path, *BREACHES[broken])
    if broken in OUT_OF_REACH:
        assert offences(bad, broken)
    elif broken in LIBRARIES:
        assert libraries(bad)[broken][0]
    elif broken.startswith("imports"):
        assert upward(bad.edges, ORDER)
    elif broken.startswith("steps"):
        assert upward({name: bad.edges[name] for name in bad.within("ledgers")}, LEDGERS, depth=1)
    else:
        assert circles(bad.edges)


def test_every_contract_has_been_seen_to_fail():
    assert set(OUT_OF_REACH) | set(LIBRARIES) <= set(BREACHES)


def test_an_allowance_that_nobody_uses_is_noticed(package, monkeypatch):
    monkeypatch.setitem(LIBRARIES, "plotly", LIBRARIES["plotly"] | {"serving"})
    assert libraries(package)["plotly"] == (set(), {"serving"})
