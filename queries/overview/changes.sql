-- purpose: The latest figures of the place and the regions below it beside those of the version before.
-- grain: one row per region, indicator and group reported in both versions.
-- params:
--   $region_code  VARCHAR    county or township looked at
--   $indicators   VARCHAR[]  indicator ids
--   $groups       VARCHAR[]  groups to keep; '' is all of them together
-- units: value in the indicator's unit.
-- source: out_indicators, out_indicators_before, core_units.
with places as (
    select region_code
    from core_units
    where region_code = $region_code
        or parent_code = $region_code
),
now_ranked as (
    select
        told.region_code,
        told.indicator,
        told.grp,
        told.period,
        told.value,
        row_number() over (partition by told.region_code, told.indicator, told.grp order by told.period desc) as place
    from out_indicators told
    join places on places.region_code = told.region_code
    where told.value is not null
        and told.indicator in $indicators::varchar[]
        and told.grp in $groups::varchar[]
),
before_ranked as (
    select
        told.region_code,
        told.indicator,
        told.grp,
        told.value,
        row_number() over (partition by told.region_code, told.indicator, told.grp order by told.period desc) as place
    from out_indicators_before told
    join places on places.region_code = told.region_code
    where told.value is not null
        and told.indicator in $indicators::varchar[]
        and told.grp in $groups::varchar[]
)
select
    latest.region_code,
    latest.indicator,
    latest.grp,
    latest.period,
    latest.value,
    earlier.value as value_before
from now_ranked latest
join before_ranked earlier
    on earlier.region_code = latest.region_code
    and earlier.indicator = latest.indicator
    and earlier.grp = latest.grp
    and earlier.place = 1
where latest.place = 1
order by latest.indicator, latest.grp, latest.region_code
