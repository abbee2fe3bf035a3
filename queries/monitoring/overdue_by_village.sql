-- purpose: Active households and those overdue for a visit, for every village of a county, for the map.
-- grain: one row per village.
-- params:
--   $county_code  VARCHAR  county drawn
--   $as_of        DATE     day of the counts
-- units: 户; null where no visit ledger is loaded.
-- source: out_indicators, core_units.
select
    unit.region_code,
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
group by unit.region_code
order by unit.region_code
