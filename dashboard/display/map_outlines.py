"""Village outlines as SVG paths."""

import json
import math

import pandas as pd
import shapely

# Width of the drawing in its own units: fine enough for a wall, and whole numbers keep the file small.
_WIDTH = 2000


def drawing(villages: pd.DataFrame) -> bytes:
    """The map as JSON: ``width``, ``height``, and per village and township its code, name and SVG path.

    ``villages`` are rows of ``meta/outlines`` in degrees, drawn equirectangular at the county's mean latitude.
    """
    if villages.empty:
        return json.dumps({"width": 0, "height": 0, "villages": [], "townships": []}).encode()
    shapes = shapely.from_geojson(villages["geometry_geojson"].tolist())
    west, south, east, north = shapely.total_bounds(shapes)
    stretch = math.cos(math.radians((south + north) / 2))
    scale = _WIDTH / ((east - west) * stretch)
    flat = shapely.transform(shapes, lambda points: (points - [west, north]) * [stretch * scale, -scale])
    table = villages.assign(shape=flat)
    map_parts = {
        "width": _WIDTH,
        "height": round((north - south) * scale),
        "villages": [
            {"code": row.village_code, "name": row.village_name, "township": row.township_code, "d": _path(row.shape)}
            for row in table.itertuples()
        ],
        "townships": [_township(code, group) for code, group in table.groupby("township_code", sort=True)],
    }
    return json.dumps(map_parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _township(code: str, villages: pd.DataFrame) -> dict:
    # Neighbours' borders may differ by a hair after rounding; a hair's breadth of growth closes the seams.
    whole = shapely.union_all(shapely.buffer(villages["shape"].to_numpy(), 1.0, join_style="mitre"))
    label = shapely.point_on_surface(whole)
    return {
        "code": code,
        "name": villages["township_name"].iat[0],
        "d": _path(whole),
        "label": [round(label.x), round(label.y)],
        "box": [round(edge) for edge in shapely.bounds(whole)],
    }


def _path(shape: shapely.Geometry) -> str:
    rings = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [f"{round(x)},{round(y)}" for x, y in ring.coords]
            kept = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
            rings.append(f"M{'L'.join(kept)}Z")
    return "".join(rings)
