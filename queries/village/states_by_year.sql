-- purpose: How many villages were shells, weak, below target, at target or silent, by year, for the place.
-- grain: one row per year with at least one account in the county.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
-- units: villages.
-- source: core_collective_economy, from ledger 村集体经济收入台账; limits from meta_parameters.
with limits as (
    select
        max(value) filter (where parameter = 'collective_target_yuan') as target_yuan,
        max(value) filter (where parameter = 'collective_weak_yuan') as weak_yuan,
        max(value) filter (where parameter = 'collective_shell_yuan') as shell_yuan
    from meta_parameters
),
years as (
    select distinct account_year
    from core_collective_economy
),
states as (
    select
        years.account_year,
        case
            when account.operating_income_yuan is null then '未填报'
            when account.operating_income_yuan >= limits.target_yuan then '达标'
            when account.operating_income_yuan <= limits.shell_yuan then '空壳村'
            when account.operating_income_yuan < limits.weak_yuan then '其他薄弱村'
            else '其他未达标'
        end as state
    from years
    cross join limits
    join core_units village
        on village.region_level = 'village'
        and $region_code in (village.region_code, village.township_code, village.county_code)
    left join core_collective_economy account
        on account.village_code = village.region_code
        and account.account_year = years.account_year
)
select
    account_year,
    count(*) filter (where state = '空壳村') as shell,
    count(*) filter (where state = '其他薄弱村') as weak,
    count(*) filter (where state = '其他未达标') as below_target,
    count(*) filter (where state = '达标') as attained,
    count(*) filter (where state = '未填报') as unreported
from states
group by account_year
order by account_year
