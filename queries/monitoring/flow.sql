-- purpose: Households newly identified and households whose risk was eliminated, by year or month, for the place.
-- grain: one row per year from the first identification, or per month of the last two years.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $step         VARCHAR  year or month
--   $as_of        DATE     the last period is this day's
-- units: 户; zero where nothing happened.
-- source: out_monitoring_flow, out_indicators.
with months as (
    select strftime(unnest(generate_series(
        date_trunc('month', cast($as_of as date)) - interval 23 month,
        date_trunc('month', cast($as_of as date)),
        interval 1 month
    )), '%Y-%m') as period
),
periods as (
    select distinct period
    from out_indicators
    where indicator = 'monitored_identified'
        and region_code = $region_code
        and $step = 'year'
    union all
    select period
    from months
    where $step = 'month'
),
flow as (
    select
        strftime(month_start, case when $step = 'year' then '%Y' else '%Y-%m' end) as period,
        sum(identified) as identified,
        sum(eliminated) as eliminated
    from out_monitoring_flow
    where region_code = $region_code
    group by 1
)
select
    p.period,
    cast(coalesce(f.identified, 0) as integer) as identified,
    cast(coalesce(f.eliminated, 0) as integer) as eliminated
from periods p
left join flow f on f.period = p.period
order by p.period
