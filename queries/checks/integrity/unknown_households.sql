-- purpose: Rows that name a household the register does not have.
-- grain: one row per ledger and unknown household.
-- params: none
-- units: rows_affected is a count of rows.
-- source: core_members, core_incomes, core_visits, core_monitored, core_measures against core_households.
with mentions as (
    select 'members' as ledger, household_id from core_members
    union all
    select 'incomes' as ledger, household_id from core_incomes
    union all
    select 'visits' as ledger, household_id from core_visits
    union all
    select 'monitored' as ledger, household_id from core_monitored
    union all
    select 'measures' as ledger, household_id from core_measures
)
select
    m.ledger,
    m.household_id,
    count(*) as rows_affected
from mentions m
left join core_households h on h.household_id = m.household_id
where h.household_id is null
group by m.ledger, m.household_id
order by m.ledger, m.household_id
