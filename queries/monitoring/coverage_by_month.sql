-- purpose: Visit coverage month by month of the regions directly below the place, for the heat map.
-- grain: one row per region and month.
-- params:
--   $region_code  VARCHAR  county or township looked at
--   $as_of        DATE     the twelve months up to this day's are told
-- units: visited, due in 户; coverage_pct in percent, null where no household was due.
-- source: out_indicators, core_units.
select
    unit.region_code,
    unit.region_name,
    o.period,
    o.numerator as visited,
    o.denominator as due,
    o.value as coverage_pct
from core_units unit
join out_indicators o
    on o.region_code = unit.region_code
    and o.indicator = 'visit_coverage_pct'
where unit.parent_code = $region_code
    and o.period > strftime(cast($as_of as date) - interval 12 month, '%Y-%m')
order by unit.region_code, o.period
