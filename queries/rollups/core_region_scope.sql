-- purpose: The regions a fact placed at a region counts for: itself and every region that contains it.
-- grain: one row per region and each region containing it, itself included.
-- params: none
-- units: none
-- source: core_units.
select region_code, region_level as scope_level, region_code as scope_code
from core_units
union all
select region_code, 'township' as scope_level, township_code as scope_code
from core_units
where region_level = 'village'
union all
select region_code, 'county' as scope_level, county_code as scope_code
from core_units
where region_level <> 'county'
order by region_code, scope_code
