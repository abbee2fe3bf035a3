-- purpose: Rows placed at a region that the directory does not have.
-- grain: one row per ledger and unknown region code.
-- params: none
-- units: rows_affected is a count of rows.
-- source: every core_* table with a region, against core_units.
with places as (
    select 'households' as ledger, village_code as region_code from core_households
    union all
    select 'members' as ledger, village_code as region_code from core_members
    union all
    select 'incomes' as ledger, village_code as region_code from core_incomes
    union all
    select 'visits' as ledger, village_code as region_code from core_visits
    union all
    select 'monitored' as ledger, village_code as region_code from core_monitored
    union all
    select 'measures' as ledger, village_code as region_code from core_measures
    union all
    select 'collective_economy' as ledger, village_code as region_code from core_collective_economy
    union all
    select 'rectification' as ledger, region_code from core_rectification
)
select
    p.ledger,
    p.region_code,
    count(*) as rows_affected
from places p
left join core_units u on u.region_code = p.region_code
where u.region_code is null
group by p.ledger, p.region_code
order by p.ledger, p.region_code
