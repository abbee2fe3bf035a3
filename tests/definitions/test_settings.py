"""Settings of the installation and the list of source documents: read in one place each."""

import os
import re

import pytest

from dashboard import paths
from dashboard.definitions import documents, settings, toml_files
from dashboard.ledgers import limits


def test_the_settings_are_those_of_the_file():
    read = settings.read()
    assert read.jurisdiction == "demo" and read.office_name
    assert {"memory_mb", "seconds", "file_mb_at_most"} <= read.reading.keys()
    assert limits.of(0).processor_s == read.reading["seconds"]


def test_a_changed_file_is_read_again(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('jurisdiction = "A"\n', encoding="utf-8")
    assert settings.read(tmp_path).jurisdiction == "A"
    file.write_text('jurisdiction = "another"\n', encoding="utf-8")
    os.utime(file, (0, 0))
    assert settings.read(tmp_path) == settings.Settings("another", "", {})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"缺少口径文件 .*settings\.toml，请恢复该文件。"),
        (b"jurisdiction = \n", r"口径文件 settings\.toml 的格式有误（第 1 行附近），请改正后重试。"),
        ("# 口径".encode("gb18030"), r"口径文件 settings\.toml 不是 UTF-8 编码，请另存为 UTF-8 后重试。"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(toml_files.DefinitionsInvalid) as refusal:
        settings.read(tmp_path)
    assert re.fullmatch(sentence, str(refusal.value))


def test_documents_have_their_titles_and_one_without_is_named(tmp_path):
    titles = documents.titles()
    assert "呼和浩特市" in titles["HS"] and len(titles) >= 5
    documents.file(tmp_path).write_text('[[document]]\nid = "A"\n', encoding="utf-8")
    with pytest.raises(toml_files.DefinitionsInvalid, match=r"documents.toml 第 1 个 \[\[document\]\] 缺少 title。"):
        documents.titles(tmp_path)


@pytest.mark.parametrize("name", ["settings.toml", "documents.toml"])
def test_each_file_is_named_in_one_module(name):
    modules = (paths.PROJECT / "dashboard").rglob("*.py")
    homes = [file.stem for file in modules if f'"{name}"' in file.read_text(encoding="utf-8")]
    assert homes == [name.removesuffix(".toml")]
