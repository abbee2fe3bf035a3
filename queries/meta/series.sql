-- purpose: Indicators of one region over time.
-- grain: one row per indicator, group and period.
-- params:
--   $region_code  VARCHAR    county, township or village looked at
--   $indicators   VARCHAR[]  indicator ids
--   $groups       VARCHAR[]  groups to keep; '' is all of them together
-- units: value in the indicator's unit; null = not reported.
-- source: out_indicators.
select
    indicator,
    grp,
    period,
    numerator,
    denominator,
    value
from out_indicators
where region_code = $region_code
    and indicator in $indicators::varchar[]
    and grp in $groups::varchar[]
order by indicator, grp, period
