"""Village outlines (行政村边界) of the invented county: polygons that tile it without gap or overlap.

Villages are the Voronoi cells of seeded points within an irregular outline; a township is a compact block of them.
Every border is bent once, and the cells on both sides of it use the same bend. Units are degrees (WGS-84).
"""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from dashboard.sample.county import LEAST_VILLAGES, Township

FILE_NAME = "行政村边界.geojson"

_CENTRE = (105.0, 35.0)
# A county of 60 villages is some 30 km across; larger ones grow in proportion.
_RADIUS_DEGREES = 0.16
_DECIMALS = 5
_TOO_SHORT_DEGREES = 0.004
_CROOKEDNESS = 0.13

Point = tuple[float, float]


def write(out: Path, townships: list[Township], seed: int) -> Path:
    """Write every village's outline as GeoJSON, exterior rings clockwise as maps fill them; gives the file."""
    path = out / FILE_NAME
    path.write_text(json.dumps(_collection(outlines(townships, seed)), ensure_ascii=False), encoding="utf-8")
    return path


def outlines(townships: list[Township], seed: int) -> gpd.GeoDataFrame:
    """One row per village in the order of the directory: 行政村代码, 行政村, 乡镇, polygon (WGS-84)."""
    rng = np.random.default_rng([seed, 3])
    total = sum(len(township.villages) for township in townships)
    outline = _county_outline(total, rng)
    points = _spread_points(outline, total, rng)
    order = np.empty(total, dtype=int)
    start = 0
    for block in _blocks(points, np.arange(total), [len(township.villages) for township in townships]):
        order[start : start + len(block)] = block
        start += len(block)
    cells = _crooked(_cells(points, outline)[order], np.random.default_rng([seed, 4]))
    villages = [(village, township) for township in townships for village in township.villages]
    return gpd.GeoDataFrame(
        {
            "行政村代码": [village.code for village, _ in villages],
            "行政村": [village.name for village, _ in villages],
            "乡镇": [township.name for _, township in villages],
        },
        geometry=shapely.orient_polygons(cells, exterior_cw=True),
        crs="EPSG:4326",
    )


def _collection(frame: gpd.GeoDataFrame) -> dict:
    # Written by hand: to_json would turn the rings anticlockwise again.
    columns = ["行政村代码", "行政村", "乡镇"]
    records = frame[columns].to_dict("records")
    geometries = [json.loads(text) for text in shapely.to_geojson(frame.geometry.to_numpy())]
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in zip(records, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _county_outline(villages: int, rng: np.random.Generator) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wave = sum(
        rng.uniform(0.02, 0.22 / order) * np.sin(order * angle + rng.uniform(0, 2 * np.pi)) for order in range(2, 9)
    )
    radius = _RADIUS_DEGREES * np.sqrt(villages / LEAST_VILLAGES) * (1 + wave)
    ring = np.column_stack([_CENTRE[0] + 1.2 * radius * np.cos(angle), _CENTRE[1] + radius * np.sin(angle)])
    return shapely.Polygon(np.round(ring, _DECIMALS))


def _spread_points(outline: shapely.Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    """Points within the outline, shape (count, 2), pushed apart until their cells are of similar size."""
    west, south, east, north = outline.bounds
    inside = np.empty((0, 2))
    while len(inside) < count:
        tried = rng.uniform((west, south), (east, north), (4 * count, 2))
        inside = np.vstack([inside, tried[shapely.contains_xy(outline, tried)]])
    points = inside[:count]
    for _ in range(3):
        centres = shapely.centroid(_cells(points, outline))
        moved = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
        points = np.where(shapely.contains_xy(outline, moved)[:, None], moved, points)
    return points


def _cells(points: np.ndarray, outline: shapely.Polygon) -> np.ndarray:
    """The part of the outline nearest to each point, in the order of the points."""
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=outline, ordered=True)
    return shapely.intersection(shapely.get_parts(diagram), outline)


def _blocks(points: np.ndarray, members: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    """Split points into compact blocks of the given sizes by halving along the longer side."""
    if len(sizes) == 1:
        return [members]
    spans = np.ptp(points[members], axis=0)
    members = members[np.argsort(points[members, int(spans[1] > spans[0])], kind="stable")]
    half = len(sizes) // 2
    cut = sum(sizes[:half])
    return _blocks(points, members[:cut], sizes[:half]) + _blocks(points, members[cut:], sizes[half:])


def _crooked(cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The cells with every long border bent, the same way for both neighbours."""
    bends: dict[tuple[Point, Point], list[Point]] = {}
    made = [shapely.Polygon(_bent_ring(_ring(cell), bends, rng)) for cell in cells]
    straight = [shapely.Polygon(_ring(cell)) for cell in cells]
    result = np.array(made)
    return result if bool(shapely.coverage_is_valid(result)) else np.array(straight)


def _ring(cell: shapely.Polygon) -> list[Point]:
    """The cell's corners, rounded, without the closing one."""
    corners = [tuple(corner) for corner in np.round(shapely.get_coordinates(cell.exterior), _DECIMALS).tolist()]
    return [corner for at, corner in enumerate(corners[:-1]) if corner != corners[at - 1] or at == 0]


def _bent_ring(
    ring: list[Point], bends: dict[tuple[Point, Point], list[Point]], rng: np.random.Generator
) -> list[Point]:
    bent: list[Point] = []
    for at, here in enumerate(ring):
        there = ring[(at + 1) % len(ring)]
        edge = (min(here, there), max(here, there))
        if edge not in bends:
            bends[edge] = _bend(*edge, rng)
        inner = bends[edge]
        bent += [here, *(inner if here == edge[0] else reversed(inner))]
    return bent


def _bend(start: Point, end: Point, rng: np.random.Generator) -> list[Point]:
    """Corners between the ends of a border: three of them, off the straight line."""
    (x0, y0), (x1, y1) = start, end
    if np.hypot(x1 - x0, y1 - y0) < _TOO_SHORT_DEGREES:
        return []
    bent = []
    for share, room in ((0.25, 0.6), (0.5, 1.0), (0.75, 0.6)):
        aside = rng.uniform(-_CROOKEDNESS, _CROOKEDNESS) * room
        x, y = x0 + share * (x1 - x0) - aside * (y1 - y0), y0 + share * (y1 - y0) + aside * (x1 - x0)
        bent.append((round(float(x), _DECIMALS), round(float(y), _DECIMALS)))
    return bent
