-- purpose: Indicators of the regions directly below the place: a county's townships, a township's villages.
-- grain: one row per region, indicator, group and period.
-- params:
--   $region_code  VARCHAR    county or township looked at
--   $indicators   VARCHAR[]  indicator ids
--   $groups       VARCHAR[]  groups to keep; '' is all of them together
--   $periods      VARCHAR[]  periods to keep
-- units: value in the indicator's unit; null = not reported.
-- source: out_indicators, core_units.
select
    unit.region_code,
    unit.region_name,
    told.indicator,
    told.grp,
    told.period,
    told.numerator,
    told.denominator,
    told.value
from core_units unit
join out_indicators told
    on told.region_code = unit.region_code
where unit.parent_code = $region_code
    and told.indicator in $indicators::varchar[]
    and told.grp in $groups::varchar[]
    and told.period in $periods::varchar[]
order by unit.region_code, told.indicator, told.grp, told.period
