-- purpose: Village outlines with what a map says about them; drawn once per version.
-- grain: one row per village with an outline that is in the directory.
-- params: none
-- units: geometry_geojson is GeoJSON text, WGS-84 degrees.
-- source: core_boundaries, core_units.
select
    village.region_code as village_code,
    village.region_name as village_name,
    township.region_code as township_code,
    township.region_name as township_name,
    outline.geometry_geojson
from core_boundaries outline
join core_units village
    on village.region_code = outline.village_code
join core_units township
    on township.region_code = village.township_code
    and township.region_level = 'township'
where village.region_level = 'village'
order by village.region_code
