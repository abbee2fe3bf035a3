"""Features of a GeoJSON file, unchecked: their shapes are judged where the villages are known."""

import json
from typing import Any

from dashboard.ledgers.errors import BoundariesRefused


def features(data: bytes) -> list[Any]:
    """The features of a GeoJSON file; raises BoundariesRefused where it has none or is no GeoJSON."""
    try:
        listed = json.loads(data.decode("utf-8-sig"))["features"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BoundariesRefused("boundaries_unreadable") from error
    if not isinstance(listed, list) or not listed:
        raise BoundariesRefused("boundaries_unreadable")
    return listed
