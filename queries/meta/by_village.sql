-- purpose: One indicator of every village of a county, for maps.
-- grain: one row per village.
-- params:
--   $county_code  VARCHAR  county drawn
--   $indicator    VARCHAR  indicator id
--   $grp          VARCHAR  group; '' is all of them together
--   $period       VARCHAR  period
-- units: value in the indicator's unit; null = not reported.
-- source: out_indicators, core_units.
select
    unit.region_code,
    unit.region_name,
    told.value
from core_units unit
left join out_indicators told
    on told.region_code = unit.region_code
    and told.indicator = $indicator
    and told.grp = $grp
    and told.period = $period
where unit.region_level = 'village'
    and unit.county_code = $county_code
order by unit.region_code
