-- purpose: Per-capita income and its growth, year by year, in the regions directly below the place.
-- grain: one row per region and year.
-- params:
--   $region_code  VARCHAR  county or township looked at
--   $grp          VARCHAR  '' all, 脱贫户 or 监测对象
-- units: per_capita_yuan per person and year; growth_pct in percent; households in 户; null = not reported.
-- source: out_indicators, core_units.
select
    unit.region_code,
    unit.region_name,
    o.period,
    max(o.value) filter (where o.indicator = 'income_per_capita_yuan') as per_capita_yuan,
    max(o.value) filter (where o.indicator = 'income_growth_pct') as growth_pct,
    max(o.denominator) filter (where o.indicator = 'income_per_capita_hh_mean_yuan') as households
from core_units unit
join out_indicators o
    on o.region_code = unit.region_code
    and o.indicator in ('income_per_capita_yuan', 'income_growth_pct', 'income_per_capita_hh_mean_yuan')
    and o.grp = $grp
where unit.parent_code = $region_code
group by unit.region_code, unit.region_name, o.period
order by unit.region_code, o.period
