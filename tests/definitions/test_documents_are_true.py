"""What docs/indicators.md and docs/quality.md name is there."""

import importlib
import re

import pytest

from dashboard import paths
from dashboard.definitions import indicators, policy, quality_rules
from dashboard.warehouse import queries

DOCUMENTS = {
    name: (paths.PROJECT / "docs" / name).read_text(encoding="utf-8") for name in ("indicators.md", "quality.md")
}


@pytest.fixture(params=DOCUMENTS)
def quoted(request) -> list[str]:
    """Everything a document has in backticks."""
    return re.findall(r"`([^`\n]+)`", DOCUMENTS[request.param])


def test_files_and_folders_exist(quoted):
    for name in quoted:
        if re.fullmatch(r"(data|docs|queries|tests|dashboard)/[\w./*<>]+", name):
            pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
            assert list(paths.PROJECT.glob(pattern)), name


def test_functions_exist(quoted):
    modules = {"derive": "dashboard.warehouse.derive"}
    for name in quoted:
        if found := re.fullmatch(r"([a-z_]+)\.([a-z_]+)", name):
            if found[2] in ("toml", "md", "sql"):
                assert list(paths.PROJECT.glob(f"*/{name}")), name
            else:
                assert hasattr(importlib.import_module(modules[found[1]]), found[2]), name


def test_indicators_and_tables_exist(quoted):
    ids = {definition.id for definition in indicators.all()}
    tables = {name.rpartition("/")[2] for name in queries.names()}
    for name in quoted:
        if re.fullmatch(r"(visit|income|poverty|support|guarantee|risk|monitored)_\w+", name):
            assert name in ids, name
        if re.fullmatch(r"(rollups/)?(core|out|fact|bridge|shared)_[a-z_]+", name):
            assert name.removeprefix("rollups/") in tables, name


def test_subjects_and_numbers_are_those_of_the_rules():
    text = DOCUMENTS["quality.md"]
    listed = re.search(r"\| subject \| one row.*?\n\n", text, re.S)[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", listed, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert named == set(quality_rules.subjects())
    for function in re.search(r"functions ([a-z, ]+);", text)[1].split(", "):
        assert function in quality_rules._FUNCTIONS


def test_the_demo_inherits_what_the_document_says():
    assert (
        "inherits the town plan (某镇), then the county plan of 2022 (某县), then Xi'an's" in DOCUMENTS["indicators.md"]
    )
    assert policy._book(None).chains["demo"] == ("demo", "TA", "CC", "XA", "system")
