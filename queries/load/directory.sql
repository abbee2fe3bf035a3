-- purpose: The villages a row may name.
-- grain: one row per village.
-- params: none
-- units: former_names joined by 、.
-- source: core_regions of the version in the making.
select
    village_code,
    village_name,
    township_code,
    township_name,
    county_code,
    county_name,
    former_names
from core_regions
order by village_code
