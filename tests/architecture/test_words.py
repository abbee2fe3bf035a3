"""Where sentences stand: those of the lower layers in ``data/words``, each used, each given what it asks for."""

import ast
import re
import string

import pytest
from structure import Package

from dashboard import language, paths

PACKAGE = Package.of(paths.PROJECT / "dashboard")
# Here sentences are written where they are used.
OUTSPOKEN = {"presenters", "display", "web", "cli", "text", "sample", "__main__"}
# Modules that must know Chinese words to read ledgers (not to speak): patterns, numerals, titles, units, values.
READERS = {
    "ledgers.cells.dates": "年月日, 底, numerals",
    "ledgers.cells.units": "单位, 元",
    "ledgers.cells.values": "是, 否, 百分之, 整",
    "ledgers.layout.national_exports": "户主, 是, 否 as values of fields",
    "ledgers.layout.row_words": "numerals, counters and words of total lines",
    "ledgers.layout.sheet_context": "years and days in titles; 元 where no unit is declared",
    "ledgers.layout.sheet_parts": "years, months and days as titles",
    "ledgers.layout.title_text": "numbering and years of titles",
    "warehouse.quality": "units in brackets behind the names of columns: 元, 月, 天, 岁",
}
_CHINESE = re.compile("[一-鿿]")
_SENTENCE = re.compile("[，。；！？“”]|请")


def _texts(tree: ast.Module) -> list[str]:
    """Every string of a module but its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    owners = [node for node in ast.walk(tree) if isinstance(node, documented)]
    docstrings = {id(node.body[0].value) for node in owners if ast.get_docstring(node)}
    # A string alone on a line documents the attribute above it.
    docstrings |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in constants if id(node) not in docstrings]


LOWER = [name for name in PACKAGE.modules if name.partition(".")[0] not in OUTSPOKEN]


@pytest.mark.parametrize("name", LOWER)
def test_the_lower_layers_speak_no_chinese_of_their_own(name):
    chinese = [text for text in _texts(PACKAGE.modules[name].tree) if _CHINESE.search(text)]
    if name in READERS:
        assert [text for text in chinese if _SENTENCE.search(text)] == []
    else:
        assert chinese == []


def test_every_module_that_may_know_chinese_words_does():
    assert [name for name in READERS if not any(map(_CHINESE.search, _texts(PACKAGE.modules[name].tree)))] == []


def _asked() -> dict[str, set[frozenset[str]]]:
    """Key → the sets of names of the values given with it, over all calls of `language.words`."""
    asked: dict[str, set[frozenset[str]]] = {}
    for module in PACKAGE.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "language.words" and node.args:
                [key] = node.args
                for text in [part for part in ast.walk(key) if isinstance(part, ast.Constant)]:
                    given = frozenset(keyword.arg for keyword in node.keywords)
                    asked.setdefault(text.value, set()).add(given)
    return asked


def test_every_sentence_is_used_and_every_key_has_its_sentence():
    assert set(_asked()) == set(language.keys())


def test_every_sentence_is_given_what_it_asks_for():
    wrong = {}
    for key, given_sets in _asked().items():
        fields = {field for _, field, *_ in string.Formatter().parse(language._sentences("zh")[key]) if field}
        for given in given_sets:
            if None not in given and given != fields:
                wrong[key] = (sorted(fields), sorted(given))
    assert wrong == {}
