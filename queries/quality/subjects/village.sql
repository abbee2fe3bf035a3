-- purpose: Villages of the directory as quality rules look at them: what the other ledgers have of them.
-- grain: one row per village (行政村代码).
-- params: none
-- units: households, monitored in households; same_names in villages of the township with that name.
-- source: core_regions, core_boundaries, core_households, core_monitored, core_collective_economy.
create or replace temp table quality_village as
with homes as (
    select village_code, count(*) as households
    from core_households
    group by village_code
),
ledgers as (
    select
        (select count(*) from core_households) > 0 as has_register,
        (select count(*) from core_boundaries) > 0 as has_outlines,
        (select max(account_year) from core_collective_economy) as latest_account_year
),
names as (
    select township_code, village_name, count(*) as same_names
    from core_regions
    group by township_code, village_name
)
select
    r.village_code as region_code,
    cast(null as varchar) as household_id,
    cast(null as varchar) as person_name,
    cast(null as varchar) as id_number,
    r.village_code as row_key,
    r.village_name,
    r.is_escaped_village,
    n.same_names,
    b.village_code is not null as has_outline,
    coalesce(h.households, 0) as households,
    a.village_code is not null as has_latest_account,
    k.latest_account_year,
    k.has_register,
    k.has_outlines
from core_regions r
cross join ledgers k
join names n on n.township_code = r.township_code and n.village_name = r.village_name
left join core_boundaries b on b.village_code = r.village_code
left join homes h on h.village_code = r.village_code
left join core_collective_economy a on a.village_code = r.village_code and a.account_year = k.latest_account_year
