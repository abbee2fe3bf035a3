"""What pages read: rows narrowed to a place, values made once for a view."""

import ast
import threading
from dataclasses import replace
from datetime import datetime

import pytest

from dashboard import paths
from dashboard.presenters import export_tables
from dashboard.serving import cached, unscoped_queries
from dashboard.serving.bounded_cache import BoundedCache
from dashboard.serving.regions import Region
from dashboard.serving.view import View
from dashboard.warehouse import queries, versions

READERS = [paths.PROJECT / "pages", *(paths.PROJECT / "dashboard" / name for name in ("presenters", "serving", "web"))]


def called() -> set[str]:
    """Names of all queries that pages, presenters and serving modules name, and those of the export page's tables."""
    every = set(queries.names())
    texts = {
        node.value
        for folder in READERS
        for file in folder.rglob("*.py")
        if file.stem != "unscoped_queries"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return (texts & every) | {table.query for table in export_tables.tables()}


def test_every_query_of_a_page_is_narrowed_to_a_place_or_listed_with_a_reason():
    narrowed = {name for name in called() if unscoped_queries.is_scoped(name)}
    assert len(narrowed) > 40
    assert called() - narrowed == set(unscoped_queries.REASONS), "listed: exactly those that declare no place"
    assert all(unscoped_queries.REASONS.values())


@pytest.mark.parametrize("read", [cached.rows, cached.rows_once])
def test_a_query_that_forgets_the_place_fails_instead_of_giving_the_whole_county(
    county_db, tmp_path, monkeypatch, read
):
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    (tmp_path / "forgetful").mkdir()
    header = "-- purpose: p\n-- grain: g\n-- params: none\n-- units: u\n-- source: s\n"
    (tmp_path / "forgetful" / "villages.sql").write_text(f"{header}select 1 as village_code", encoding="utf-8")
    monkeypatch.setattr(paths, "QUERIES", tmp_path)
    with pytest.raises(unscoped_queries.UnscopedQuery, match="forgetful/villages"):
        read("forgetful/villages", {"region_code": "629821100201"})


@pytest.fixture
def view(county_db, monkeypatch) -> View:
    monkeypatch.setenv("DASHBOARD_DB", str(county_db))
    return View(versions.current(county_db), cached.regions().counties[:1], 2025, "测试")


def test_a_view_is_known_by_its_database_version_place_year_scope_and_right(view, monkeypatch, tmp_path):
    village = Region("1", "village", "新村", view.place.code)
    others = [
        View(None, view.trail, view.year),
        View(replace(view.version, created_at=datetime(2020, 1, 1)), view.trail, view.year),
        View(view.version, (*view.trail, village), view.year),
        View(view.version, view.trail, 2024),
        View(view.version, view.trail, view.year, scope="1"),
        View(view.version, view.trail, view.year, masking="open"),
    ]
    keys = {other.key for other in [view, *others]}
    assert len(keys) == len(others) + 1
    monkeypatch.setenv("DASHBOARD_DB", str(tmp_path))
    assert view.key not in keys


def test_a_value_is_made_once_for_a_view_and_its_choices(view):
    made = []
    for chosen in ("a", "a", "b"):
        cached.once("test_once", lambda chosen=chosen: made.append(chosen), view, chosen)
    cached.once("test_once", lambda: made.append("other reader"), View(view.version, view.trail, 2025, scope="1"), "a")
    assert made == ["a", "b", "other reader"]


def test_a_cache_makes_a_value_once_for_all_who_ask_at_the_same_time():
    cache, made, ready = BoundedCache(2), [], threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        cache.get("key", lambda: made.append(1) or len(made))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_a_cache_forgets_what_was_looked_at_longest_ago_and_keeps_no_failure():
    cache, made = BoundedCache(2), []
    for key in "abac":
        cache.get(key, lambda key=key: made.append(key))
    cache.get("a", lambda: made.append("a again"))
    cache.get("b", lambda: made.append("b again"))
    assert made == ["a", "b", "c", "b again"]
    with pytest.raises(ZeroDivisionError):
        cache.get("d", lambda: 1 / 0)
    assert cache.get("d", lambda: 4) == 4
