-- purpose: Share of the month's active monitored households visited in it, in any mode and on site (入户).
-- grain: one row per indicator, region and month, from the first month with a visit.
-- params:
--   $as_of  DATE  identifications and visits after this day are not seen
-- units: percent; null where no household was due.
-- source: core_monitored, core_visits, from ledgers 监测对象台账 and 走访台账.
with visited as (
    select
        v.household_id,
        cast(date_trunc('month', v.visited_on) as date) as month_start,
        count(*) filter (where v.visit_mode = '入户') > 0 as is_on_site
    from core_visits v
    where v.visited_on <= $as_of
        and exists (select 1 from core_monitored m where m.household_id = v.household_id)
    group by v.household_id, cast(date_trunc('month', v.visited_on) as date)
),
first_month as (
    select min(cast(date_trunc('month', visited_on) as date)) as month_start
    from core_visits
    where visited_on <= $as_of
),
months as (
    select
        p.month_start,
        p.month_end,
        p.period
    from param_months p
    join first_month f on p.month_start >= f.month_start
),
due as (
    select
        m.household_id,
        m.village_code,
        p.month_start
    from core_monitored m
    join months p
        on m.identified_on <= p.month_end
        and (not m.is_risk_eliminated or m.eliminated_on >= p.month_start)
    where m.identified_on <= $as_of
),
by_village as (
    select
        d.village_code,
        d.month_start,
        count(*) as households_due,
        count(v.household_id) as households_visited,
        count(*) filter (where v.is_on_site) as households_on_site
    from due d
    left join visited v
        on v.household_id = d.household_id
        and v.month_start = d.month_start
    group by d.village_code, d.month_start
),
by_region as (
    select
        s.scope_code as region_code,
        b.month_start,
        sum(b.households_due) as households_due,
        sum(b.households_visited) as households_visited,
        sum(b.households_on_site) as households_on_site
    from by_village b
    join core_region_scope s on s.region_code = b.village_code
    group by s.scope_code, b.month_start
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        p.period,
        cast(coalesce(
            case i.indicator when 'visit_coverage_pct' then r.households_visited else r.households_on_site end,
            0
        ) as double) as numerator,
        cast(coalesce(r.households_due, 0) as double) as denominator
    from core_units u
    cross join months p
    cross join (values ('visit_coverage_pct'), ('visit_onsite_pct')) as i(indicator)
    left join by_region r
        on r.region_code = u.region_code
        and r.month_start = p.month_start
)
select
    indicator,
    region_code,
    region_level,
    period,
    '' as grp,
    numerator,
    denominator,
    100.0 * numerator / nullif(denominator, 0) as value,
    '%' as unit
from figures
order by indicator, region_code, period
