-- purpose: Active monitored households not visited within the interval (visit_overdue), by 监测对象类别.
-- grain: one row per region and category, '' being all of them.
-- params:
--   $as_of  DATE  visits after this day are not seen
--   $visited_since  DATE  first day on which a visit still counts, unless param_visit_since names the category
-- units: 户; null when no visit ledger is loaded.
-- source: core_monitored, core_visits, from ledgers 监测对象台账 and 走访台账;
--   shared_active_households, param_visit_since.
with ledger as (
    select
        (select count(*) from core_visits) > 0
        and (select count(*) from core_monitored) > 0 as is_loaded
),
groups as (
    select '' as grp
    union
    select monitor_category as grp from core_monitored
),
last_visit as (
    select
        household_id,
        max(visited_on) as visited_on
    from core_visits
    where visited_on <= $as_of
    group by household_id
),
overdue as (
    select
        m.village_code,
        m.monitor_category
    from shared_active_households m
    left join last_visit v on v.household_id = m.household_id
    left join param_visit_since p on p.monitor_category = m.monitor_category
    where v.visited_on is null
        or v.visited_on < coalesce(p.visited_since, $visited_since)
),
counted as (
    select
        s.scope_code as region_code,
        case when grouping(o.monitor_category) = 1 then '' else o.monitor_category end as grp,
        count(*) as households
    from overdue o
    join core_region_scope s on s.region_code = o.village_code
    group by grouping sets ((s.scope_code, o.monitor_category), (s.scope_code))
),
figures as (
    select
        u.region_code,
        u.region_level,
        g.grp,
        case when l.is_loaded then cast(coalesce(c.households, 0) as double) end as households
    from core_units u
    cross join groups g
    cross join ledger l
    left join counted c
        on c.region_code = u.region_code
        and c.grp = g.grp
)
select
    'visit_overdue' as indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    households as numerator,
    cast(null as double) as denominator,
    households as value,
    '户' as unit
from figures
order by region_code, grp
