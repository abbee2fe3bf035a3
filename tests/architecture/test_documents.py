"""What the README and the design promise is there."""

import re
import textwrap

import page_calls
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.cli import commands
from dashboard.ledgers.feedback import clerk_guide
from dashboard.warehouse import queries
from dashboard.web import navigation

README = (paths.PROJECT / "README.md").read_text(encoding="utf-8")
DESIGN = (paths.PROJECT / "docs" / "design.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_command():
    listed = next(action for action in commands._parser()._actions if action.dest == "command").choices
    assert set(re.findall(r"^\| `(\w+)", README, re.M)) | {"rollback", "check"} == set(listed)


def test_the_readme_lists_every_page_with_its_title_and_address():
    listed = re.findall(r"^\| (\S+) `/(\w+)` \|", README, re.M)
    assert listed == [(page.title, page.stem) for page in navigation.PAGES]


def test_every_page_of_the_navigation_has_its_file_and_every_file_its_page():
    files = {file.stem for file in (paths.PROJECT / "pages").glob("*.py")}
    assert files == {page.stem for page in navigation.PAGES}


def test_documents_named_in_the_readme_exist():
    for document in re.findall(r"`((?:docs|bench)/[\w.]+\.md)`", README):
        assert (paths.PROJECT / document).is_file(), document


def test_every_folder_of_queries_is_in_the_design():
    for folder in {name.split("/")[0] for name in queries.names()}:
        assert f"{folder}/" in DESIGN, folder


def test_the_guide_of_the_clerk_tells_every_message_as_it_is():
    assert clerk_guide.FILE.read_text(encoding="utf-8") == clerk_guide.document()


def test_the_guide_leaves_no_placeholder_to_the_reader():
    assert "{" not in clerk_guide.message_tables()


def test_the_table_of_calls_is_what_the_signatures_give():
    assert page_calls.written() == page_calls.table(), "run: PYTHONPATH=. python tests/support/page_calls.py"


def test_the_sample_page_runs(county_db, monkeypatch):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    [sample] = re.findall(r'^    """.*?^\(This page', page_calls.FILE.read_text(encoding="utf-8"), re.M | re.S)
    app = AppTest.from_string(textwrap.dedent(sample.removesuffix("(This page")), default_timeout=60).run()
    assert not app.exception
    assert app.dataframe and "db-finding" in "".join(element.proto.body for element in app.get("html"))
