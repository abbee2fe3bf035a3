-- purpose: Monitored households with their last visit and their measures, for lists of whom to visit and help.
-- grain: one row per monitored household identified by the as-of day.
-- params:
--   $as_of  DATE  identifications and visits after this day are not seen
--   $visited_since  DATE  first day on which a visit still counts, unless param_visit_since names the category
-- units: measures, measures_delivered in rows of the ledger; days_unvisited in days, null = never visited.
--   is_overdue is null for eliminated households, and for all where no visit ledger is loaded; measures likewise.
-- source: core_monitored, core_households, core_visits, core_measures, from ledgers 监测对象台账, 农户基本信息台账,
--   走访台账 and 帮扶措施台账.
with ledgers as (
    select
        (select count(*) from core_visits) > 0 as has_visits,
        (select count(*) from core_measures) > 0 as has_measures
),
last_visit as (
    select
        household_id,
        max(visited_on) as visited_on
    from core_visits
    where visited_on <= $as_of
    group by household_id
),
measures as (
    select
        household_id,
        count(*) as measures,
        count(*) filter (where delivery_status = '已落实') as delivered
    from core_measures
    group by household_id
)
select
    m.household_id,
    m.village_code,
    coalesce(m.head_name, h.head_name) as head_name,
    coalesce(m.household_size, h.household_size) as household_size,
    m.monitor_category,
    m.risks,
    m.identified_on,
    m.is_risk_eliminated,
    m.eliminated_on,
    v.visited_on as last_visited_on,
    cast(date_diff('day', v.visited_on, $as_of) as integer) as days_unvisited,
    case
        when l.has_visits and not m.is_risk_eliminated
            then v.visited_on is null or v.visited_on < coalesce(p.visited_since, $visited_since)
    end as is_overdue,
    case when l.has_measures then cast(coalesce(s.measures, 0) as integer) end as measures,
    case when l.has_measures then cast(coalesce(s.delivered, 0) as integer) end as measures_delivered
from core_monitored m
cross join ledgers l
left join core_households h on h.household_id = m.household_id
left join last_visit v on v.household_id = m.household_id
left join measures s on s.household_id = m.household_id
left join param_visit_since p on p.monitor_category = m.monitor_category
where m.identified_on <= $as_of
order by m.village_code, m.household_id
