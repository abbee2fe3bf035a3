"""Addresses of pages that keep the place.

They are relative to the page that shows them, so they hold behind a proxy that serves the dashboard under a sub-path.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from dashboard.serving import cached
from dashboard.serving.regions import Region


def address(stem: str, trail: Sequence[Region]) -> str:
    """The address of the page ``stem`` ('' for the page itself) narrowed to the last region of ``trail``.

    ``trail`` begins with a county, which is named only where the database holds several.
    """
    tree = cached.regions()
    place = {
        key: tree.label(region.code) for key, region in zip(("county", "township", "village"), trail, strict=False)
    }
    if len(tree.counties) == 1:
        place.pop("county", None)
    return f"{stem}?{urlencode(place)}" if place or not stem else stem
