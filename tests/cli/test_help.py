"""What the help of commands names is there: queries, ledgers, files, how many kinds there are."""

import argparse
import re

import pytest

from dashboard import paths
from dashboard.cli import arguments, commands
from dashboard.definitions import forms
from dashboard.warehouse import queries


def parsers() -> dict[str, arguments.Parser]:
    """Every command's parser by its name, subcommands as ``versions prune``."""
    listed = {"": commands._parser()}
    for name in ("", "versions"):
        for action in listed[name]._actions:
            if isinstance(action, argparse._SubParsersAction):
                listed |= {f"{name} {choice}".strip(): parser for choice, parser in action.choices.items()}
    return listed


HELP = {name: parser.format_help() for name, parser in parsers().items()}
# Lines are wrapped where Chinese has no blanks, so that words may be cut in two.
UNWRAPPED = {name: re.sub(r"\n\s+", "", text) for name, text in HELP.items()}


def test_every_command_has_its_help():
    assert {"load", "query", "versions", "versions prune"} <= HELP.keys() and len(HELP) > 12


@pytest.mark.parametrize("name", HELP)
def test_help_is_chinese(name):
    assert HELP[name].startswith("用法：")
    assert not re.search(r"usage|options|positional|show this", HELP[name])
    assert re.search(r"^选项", HELP[name], re.M)


@pytest.mark.parametrize("name", HELP)
def test_queries_named_in_help_exist(name):
    for query in re.findall(r"[a-z_]+(?:/[a-z_]+)+", UNWRAPPED[name]):
        assert query in queries.names(), query


def test_the_example_of_the_query_command_is_looked_at():
    assert re.findall(r"[a-z_]+(?:/[a-z_]+)+", UNWRAPPED["query"]) == ["village/attainment"]
    assert "village/attainment" in commands._askable()


@pytest.mark.parametrize("name", HELP)
def test_the_number_of_ledgers_is_that_of_the_forms(name):
    for number in re.findall(r"([\d一二三四五六七八九十]+) ?种", UNWRAPPED[name]):
        assert number in (str(len(forms.kinds())), "一"), HELP[name]


@pytest.mark.parametrize("name", HELP)
def test_ledgers_and_files_named_in_help_exist(name):
    for ledger in re.findall(r"如 (\S+台账)", UNWRAPPED[name]):
        assert arguments.kind(ledger)
    for file in re.findall(r"(?:data|docs)/[\w./]+", UNWRAPPED[name]):
        assert (paths.PROJECT / file).exists(), file


@pytest.mark.parametrize("name", ["rows", "remove", "template"])
def test_every_kind_of_ledger_is_offered(name):
    for form in forms.all_forms():
        assert f"{form.name}（{form.kind}）" in re.sub(r"\s", "", HELP[name])
