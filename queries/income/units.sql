-- purpose: Incomes of a year in the regions directly below the place, side by side.
-- grain: one row per township of a county or village of a township, the lowest income first.
-- params:
--   $region_code  VARCHAR  county or township looked at
--   $year         INTEGER  income year
--   $grp          VARCHAR  '' all, 脱贫户 or 监测对象
--   $line         VARCHAR  income line as the long table writes it, such as 6000
-- units: *_yuan per person and year; *_pct in percent; households, falling, below in 户. Below the line and Gini are
--   of all households, whatever the group.
-- source: out_indicators, core_units.
select
    unit.region_code,
    unit.region_name,
    max(o.denominator) filter (where o.indicator = 'income_per_capita_hh_mean_yuan' and o.grp = $grp) as households,
    max(o.value) filter (where o.indicator = 'income_per_capita_yuan' and o.grp = $grp) as per_capita_yuan,
    max(o.value) filter (where o.indicator = 'income_growth_pct' and o.grp = $grp) as growth_pct,
    max(o.value) filter (where o.indicator = 'income_per_capita_p50_yuan' and o.grp = $grp) as p50_yuan,
    max(o.numerator) filter (where o.indicator = 'income_falling_pct' and o.grp = $grp) as falling,
    max(o.value) filter (where o.indicator = 'income_falling_pct' and o.grp = $grp) as falling_pct,
    max(o.numerator) filter (where o.indicator = 'income_below_line_pct' and o.grp = $line) as below,
    max(o.value) filter (where o.indicator = 'income_below_line_pct' and o.grp = $line) as below_pct,
    max(o.value) filter (where o.indicator = 'income_transfer_share_pct' and o.grp = $grp) as transfer_pct,
    max(o.value) filter (where o.indicator = 'income_gini') as gini
from core_units unit
join out_indicators o
    on o.region_code = unit.region_code
    and o.period = cast($year as varchar)
    and o.grp in ('', $grp, $line)
where unit.parent_code = $region_code
group by unit.region_code, unit.region_name
order by per_capita_yuan nulls last, unit.region_code
