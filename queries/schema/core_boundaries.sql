-- purpose: Village outlines for the map, as loaded; drawn from out_map_shapes.
-- grain: one row per village with an outline.
-- params: none
-- units: geometry is GeoJSON text, WGS-84 degrees.
-- source: a GeoJSON file of village boundaries (行政村边界).
create table core_boundaries (
    village_code varchar not null,
    geometry_geojson varchar not null,
    row_hash varchar not null
)
