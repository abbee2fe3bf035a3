-- purpose: County and township figures of the version a build starts from, so that pages can say what changed.
-- grain: one row per indicator, region, period and group.
-- params: none
-- units: value in the unit named by unit; null = not reported.
-- source: out_indicators of the version attached as base.
select
    indicator,
    region_code,
    region_level,
    period,
    grp,
    numerator,
    denominator,
    value,
    unit
from base.out_indicators
where region_level <> 'village'
order by indicator, region_code, period, grp
