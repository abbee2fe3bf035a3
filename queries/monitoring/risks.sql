-- purpose: What puts the place's active monitored households at risk.
-- grain: one row per risk that an active household of the place has, the most frequent first.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $as_of        DATE     day of the counts
-- units: 户; a household with several risks counts for each.
-- source: out_indicators.
select
    grp as risk,
    value as households
from out_indicators
where region_code = $region_code
    and indicator = 'risk_active'
    and period = cast($as_of as varchar)
    and grp <> ''
    and value > 0
order by households desc, risk
