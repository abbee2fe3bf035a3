-- purpose: Regions to choose from and to walk down (county, township, village).
-- grain: one row per county, township and village.
-- params: none
-- units: none
-- source: core_units, from ledger 行政区划名录.
select
    region_code,
    region_level,
    region_name,
    parent_code,
    county_code,
    township_code
from core_units
order by region_code
