-- purpose: Active households and those overdue for a visit, for every village of a county, for the map.
-- grain: one row per village.
-- params:
--   $county_code  VARCHAR  county drawn
--   $region_code  VARCHAR  county, township or village looked at
--   $as_of        DATE     day of the counts
-- units: 户; is_inside: in the place looked at; null where no visit ledger is loaded.
-- source: out_indicators, core_units.
select
    unit.region_code,
    $region_code in (unit.region_code, unit.township_code, unit.county_code) as is_inside,
    max(o.value) filter (where o.indicator = 'monitored_active') as active,
    max(o.value) filter (where o.indicator = 'visit_overdue') as overdue
from core_units unit
join out_indicators o
    on o.region_code = unit.region_code
    and o.indicator in ('monitored_active', 'visit_overdue')
    and o.period = cast($as_of as varchar)
    and o.grp = ''
where unit.region_level = 'village'
    and unit.county_code = $county_code
group by unit.region_code, unit.township_code, unit.county_code
order by unit.region_code
