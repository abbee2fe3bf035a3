-- purpose: Three guarantees and drinking water (三保障和饮水安全): share of households that have them, and who lacks them.
-- grain: one row per guarantee, all four together last.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $as_of        DATE     day of the counts
-- units: reporting, lacking, unreported in 户; ok_pct in percent, null where no household reports it.
-- source: out_indicators.
with register as (
    select value as households
    from out_indicators
    where region_code = $region_code
        and indicator = 'households'
        and period = cast($as_of as varchar)
        and grp = ''
)
select
    o.grp as guarantee,
    o.denominator as reporting,
    o.denominator - o.numerator as lacking,
    r.households - o.denominator as unreported,
    o.value as ok_pct
from out_indicators o
left join register r on true
where o.region_code = $region_code
    and o.indicator = 'guarantee_ok_pct'
    and o.period = cast($as_of as varchar)
order by case o.grp when '住房' then 1 when '饮水' then 2 when '义务教育' then 3 when '基本医疗' then 4 else 5 end, o.grp
