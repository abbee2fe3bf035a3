-- purpose: Keys that stand twice in one ledger; none may.
-- grain: one row per ledger and repeated key.
-- params: none
-- units: none.
-- source: every core_* table with a key.
with keys as (
    select 'regions' as ledger, village_code as row_key from core_regions
    union all
    select 'households' as ledger, household_id as row_key from core_households
    union all
    select 'members' as ledger, id_number as row_key from core_members
    union all
    select 'incomes' as ledger, household_id || ' ' || cast(income_year as varchar) as row_key from core_incomes
    union all
    select 'visits' as ledger, household_id || ' ' || cast(visited_on as varchar) as row_key from core_visits
    union all
    select 'monitored' as ledger, household_id as row_key from core_monitored
    union all
    select 'measures' as ledger, measure_id as row_key from core_measures
    union all
    select 'collective_economy' as ledger, village_code || ' ' || cast(account_year as varchar) as row_key
    from core_collective_economy
    union all
    select 'checklist' as ledger, item_id as row_key from core_checklist
    union all
    select 'rectification' as ledger, problem_id as row_key from core_rectification
)
select
    ledger,
    case when ledger = 'members' then substr(row_key, 1, 2) || '*************' || right(row_key, 3) else row_key end
        as row_key,
    count(*) as copies
from keys
group by ledger, keys.row_key
having count(*) > 1
order by ledger, row_key
