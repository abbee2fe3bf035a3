"""Queries that pages may run without the place looked at, each with the reason.

Every other query of a page must declare ``$region_code`` or ``$county_code``: `cached.rows` refuses one that does not,
because it would give a reader of one village the whole county.
"""

from collections.abc import Mapping

from dashboard.warehouse import queries

REASONS: Mapping[str, str] = {
    "meta/version": "facts about the version, not about a place",
    "meta/units": "the directory itself, from which a place is chosen",
    "meta/years": "years to choose from, the same for every place of a county",
    "meta/parameters": "thresholds hold for the whole jurisdiction",
    "meta/moved": "what a publication changed, shown to the clerk who published; county values only",
    "meta/outlines": "outlines of all villages; the map turns to the place by itself",
    "quality/stored": "whether the version holds results at all",
    "checklist/choices": "the checklist ledger names no place below the county",
    "checklist/items": "the checklist ledger names no place below the county",
    "export/checklist": "the checklist ledger names no place below the county",
    "export/loads": "the log of loads: a file may hold many places",
}

_PLACE = {"region_code", "county_code"}


class UnscopedQuery(ValueError):
    """A query that a page runs but that does not declare the place it is narrowed to."""


def is_scoped(name: str) -> bool:
    """Whether the query declares a place; KeyError where there is no such query."""
    return not _PLACE.isdisjoint(queries.get(name).params)


def check(name: str) -> None:
    """Raise UnscopedQuery for a query without a place that is not listed in ``REASONS``."""
    if name not in REASONS and not is_scoped(name):
        raise UnscopedQuery(f"{name}: declares neither $region_code nor $county_code and is not listed as unscoped")
