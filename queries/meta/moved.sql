-- purpose: County figures of this version that differ from those of the version it was built from.
-- grain: one row per county, indicator and period; without groups.
-- params: none
-- units: value in the indicator's unit; null = not reported.
-- source: out_indicators, out_indicators_before.
select
    told.indicator,
    told.region_code,
    told.period,
    told.value,
    earlier.value as value_before
from out_indicators told
join out_indicators_before earlier
    on earlier.indicator = told.indicator
    and earlier.region_code = told.region_code
    and earlier.grp = told.grp
    -- A figure as of a day is compared with the one as of the earlier version's day.
    and (earlier.period = told.period or (length(earlier.period) = 10 and length(told.period) = 10))
where told.region_level = 'county'
    and told.grp = ''
    and told.value is distinct from earlier.value
order by told.indicator, told.region_code, told.period desc
