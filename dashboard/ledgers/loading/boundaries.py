"""Village outlines (行政村边界) of a GeoJSON file: valid shapes of known villages, rings turned for drawing."""

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from dashboard.definitions import forms
from dashboard.ledgers.loading.directory import Directory
from dashboard.ledgers.reporting.report import SheetReport

# West, south, east and north of all there is, in degrees.
_DEGREES = (-180, -90, 180, 90)


def checked(features: Iterable[Any], directory: Directory, report: SheetReport) -> pa.Table:
    """(village_code, geometry_geojson, file_no, row_no) of every usable outline; a feature's number is its row."""
    field = forms.outlines().field("village_code")
    outlines: dict[str, str] = {}
    rows: list[int] = []
    for number, feature in enumerate(features, start=1):
        report.rows_read += 1
        code = _code(feature, (field.title, *field.aliases))
        if code is None:
            report.add_issue("boundary_without_code", row=number)
        elif not directory.knows(code):
            report.add_issue("village_code_unknown", row=number, column=field.title, value=code)
        elif code in outlines:
            report.add_issue("boundary_repeated", row=number, column=field.title, value=code)
        elif (outline := _outline(feature)) is None:
            report.add_issue("boundary_invalid", row=number, column=field.title, value=code)
        else:
            outlines[code] = outline
            rows.append(number)
    return pa.table(
        {
            "village_code": pa.array(list(outlines), pa.string()),
            "geometry_geojson": pa.array(list(outlines.values()), pa.string()),
            "row_no": pa.array(rows, pa.int32()),
            "file_no": pa.array([report.file_no] * len(rows), pa.int32()),
        }
    )


def _code(feature: Any, titles: Iterable[str]) -> str | None:
    """The first of some properties of a feature that has a value."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None
    return next((str(properties[title]).strip() for title in titles if properties.get(title)), None)


def _outline(feature: dict[str, Any]) -> str | None:
    """The polygon as GeoJSON text, its outer ring clockwise (else the drawing fills the rest of the world)."""
    # Here, since the process that reads files needs no geometry.
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import mapping, shape

    try:
        geometry = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, ShapelyError):
        return None
    west, south, east, north = _DEGREES
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty or not geometry.is_valid:
        return None
    left, bottom, right, top = geometry.bounds
    if not (west <= left and south <= bottom and right <= east and top <= north):
        return None
    return json.dumps(mapping(shapely.orient_polygons(geometry, exterior_cw=True)))
