-- purpose: Visits as quality rules look at them: who visited how many that day, what became of a risk found.
-- grain: one row per household and day of visit.
-- params:
--   $as_of  DATE  the day up to which time is counted
-- units: visits_that_day counts households the same visitor visited on the day in person; days_since in days.
-- source: core_visits, core_households, core_monitored.
create or replace temp table quality_visit as
with kept as (
    select
        count(visitor) > 0 as is_visitor_kept,
        count(visit_mode) > 0 as is_mode_kept,
        count(findings) > 0 as is_findings_kept
    from core_visits
),
days as (
    select
        visitor,
        visited_on,
        village_code,
        count(*) as visits
    from core_visits
    where visitor is not null and visit_mode = '入户'
    group by visitor, visited_on, village_code
)
select
    v.village_code as region_code,
    v.household_id,
    coalesce(v.head_name, h.head_name) as person_name,
    h.head_id_number as id_number,
    cast(v.visited_on as varchar) as row_key,
    v.visited_on,
    v.visit_mode,
    v.is_risk_found,
    v.visitor is not null as has_visitor,
    coalesce(trim(v.findings), '') <> '' as has_findings,
    d.visits as visits_that_day,
    cast($as_of - v.visited_on as integer) as days_since,
    m.household_id is not null as is_monitored,
    k.is_visitor_kept,
    k.is_mode_kept,
    k.is_findings_kept
from core_visits v
cross join kept k
left join days d
    on d.visitor = v.visitor and d.visited_on = v.visited_on and d.village_code = v.village_code and v.visit_mode = '入户'
left join core_households h on h.household_id = v.household_id
left join core_monitored m on m.household_id = v.household_id
