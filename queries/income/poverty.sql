-- purpose: Households below each income line, Foster-Greer-Thorbecke measures and the Gini coefficient, year by year.
-- grain: one row per line and year.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
-- units: line_yuan per person and year; below, households in 户; below_pct in percent; fgt* and gini are fractions.
-- source: out_indicators.
with against_lines as (
    select
        period,
        cast(grp as double) as line_yuan,
        max(numerator) filter (where indicator = 'income_below_line_pct') as below,
        max(denominator) filter (where indicator = 'income_below_line_pct') as households,
        max(value) filter (where indicator = 'income_below_line_pct') as below_pct,
        max(value) filter (where indicator = 'poverty_fgt0') as fgt0,
        max(value) filter (where indicator = 'poverty_fgt1') as fgt1,
        max(value) filter (where indicator = 'poverty_fgt2') as fgt2
    from out_indicators
    where region_code = $region_code
        and indicator in ('income_below_line_pct', 'poverty_fgt0', 'poverty_fgt1', 'poverty_fgt2')
    group by period, grp
)
select
    l.line_yuan,
    l.period,
    l.below,
    l.households,
    l.below_pct,
    l.fgt0,
    l.fgt1,
    l.fgt2,
    g.value as gini
from against_lines l
left join out_indicators g
    on g.region_code = $region_code
    and g.indicator = 'income_gini'
    and g.period = l.period
order by l.line_yuan, l.period
