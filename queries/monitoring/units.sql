-- purpose: Monitoring, visits and support of the regions directly below the place, side by side.
-- grain: one row per township of a county or village of a township, the least visited first.
-- params:
--   $region_code  VARCHAR  county or township looked at
--   $month        VARCHAR  month of the visits, such as 2025-12
--   $as_of        DATE     day of the counts
-- units: households in 户; *_pct in percent, null where no household was due; months_below counts the months in a
--   row, up to $month, in which fewer were visited than in the place as a whole.
-- source: out_indicators, core_units.
with told as (
    select
        unit.region_code,
        max(o.value) filter (where o.indicator = 'monitored_ever') as ever,
        max(o.value) filter (where o.indicator = 'monitored_active') as active,
        max(o.value) filter (where o.indicator = 'monitored_eliminated') as eliminated,
        max(o.value) filter (where o.indicator = 'risk_eliminated_pct') as eliminated_pct,
        max(o.denominator) filter (where o.indicator = 'visit_coverage_pct') as due,
        max(o.numerator) filter (where o.indicator = 'visit_coverage_pct') as visited,
        max(o.value) filter (where o.indicator = 'visit_coverage_pct') as coverage_pct,
        max(o.value) filter (where o.indicator = 'visit_onsite_pct') as onsite_pct,
        max(o.value) filter (where o.indicator = 'visit_overdue') as overdue,
        max(o.value) filter (where o.indicator = 'support_coverage_pct') as support_pct,
        max(o.value) filter (where o.indicator = 'support_none') as without_measure
    from core_units unit
    join out_indicators o on o.region_code = unit.region_code
    where unit.parent_code = $region_code
        and o.grp = ''
        and o.period in ($month, cast($as_of as varchar))
    group by unit.region_code
),
coverage as (
    select
        unit.region_code,
        own.period,
        own.value < whole.value as is_below
    from core_units unit
    join out_indicators own
        on own.region_code = unit.region_code
        and own.indicator = 'visit_coverage_pct'
    join out_indicators whole
        on whole.region_code = $region_code
        and whole.indicator = own.indicator
        and whole.period = own.period
    where unit.parent_code = $region_code
        and own.period <= $month
),
last_good_month as (
    -- A month in which nobody was due breaks the row too.
    select
        region_code,
        max(period) filter (where is_below is distinct from true) as period
    from coverage
    group by region_code
),
streaks as (
    select
        c.region_code,
        count(*) filter (where l.period is null or c.period > l.period) as months_below
    from coverage c
    join last_good_month l on l.region_code = c.region_code
    group by c.region_code
)
select
    unit.region_code,
    unit.region_name,
    told.ever,
    told.active,
    told.eliminated,
    told.eliminated_pct,
    told.due,
    told.visited,
    told.coverage_pct,
    cast(coalesce(streak.months_below, 0) as integer) as months_below,
    told.onsite_pct,
    told.overdue,
    told.support_pct,
    told.without_measure
from core_units unit
join told on told.region_code = unit.region_code
left join streaks streak on streak.region_code = unit.region_code
order by told.coverage_pct nulls last, told.due desc, unit.region_code
