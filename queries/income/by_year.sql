-- purpose: The place's income year by year and group: level, growth, spread, falling households, dependence.
-- grain: one row per group ('', 脱贫户, 监测对象) and year.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
-- units: *_yuan per person and year; *_pct in percent; falling, households in 户; null = not reported.
-- source: out_indicators.
select
    grp,
    period,
    max(value) filter (where indicator = 'income_per_capita_yuan') as per_capita_yuan,
    max(denominator) filter (where indicator = 'income_per_capita_yuan') as persons,
    max(value) filter (where indicator = 'income_per_capita_hh_mean_yuan') as household_mean_yuan,
    max(denominator) filter (where indicator = 'income_per_capita_hh_mean_yuan') as households,
    max(value) filter (where indicator = 'income_growth_pct') as growth_pct,
    max(value) filter (where indicator = 'income_per_capita_p10_yuan') as p10_yuan,
    max(value) filter (where indicator = 'income_per_capita_p25_yuan') as p25_yuan,
    max(value) filter (where indicator = 'income_per_capita_p50_yuan') as p50_yuan,
    max(value) filter (where indicator = 'income_per_capita_p75_yuan') as p75_yuan,
    max(value) filter (where indicator = 'income_per_capita_p90_yuan') as p90_yuan,
    max(numerator) filter (where indicator = 'income_falling_pct') as falling,
    max(denominator) filter (where indicator = 'income_falling_pct') as comparable,
    max(value) filter (where indicator = 'income_falling_pct') as falling_pct,
    max(value) filter (where indicator = 'income_wage_business_share_pct') as wage_business_pct,
    max(value) filter (where indicator = 'income_transfer_share_pct') as transfer_pct
from out_indicators
where region_code = $region_code
    and indicator in (
        'income_per_capita_yuan',
        'income_per_capita_hh_mean_yuan',
        'income_growth_pct',
        'income_per_capita_p10_yuan',
        'income_per_capita_p25_yuan',
        'income_per_capita_p50_yuan',
        'income_per_capita_p75_yuan',
        'income_per_capita_p90_yuan',
        'income_falling_pct',
        'income_wage_business_share_pct',
        'income_transfer_share_pct'
    )
group by grp, period
order by grp, period
