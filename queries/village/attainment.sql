-- purpose: Every village's collective economy of a year against the target, for the collective-economy page.
-- grain: one row per village in the place, also those that did not report.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $year         INTEGER  account year
-- units: *_yuan in yuan; attained_pct in percent (100 = target met); null = not reported.
-- source: core_collective_economy, from ledger 村集体经济收入台账; targets from meta_parameters.
with targets as (
    select
        max(value) filter (where parameter = 'collective_target_yuan') as target_yuan,
        max(value) filter (where parameter = 'collective_weak_yuan') as weak_yuan,
        max(value) filter (where parameter = 'collective_shell_yuan') as shell_yuan,
        max(value) filter (where parameter = 'collective_million_yuan') as million_yuan
    from meta_parameters
),
villages as (
    select
        village.region_code as village_code,
        village.region_name as village_name,
        village.township_code,
        township.region_name as township_name
    from core_units village
    join core_units township
        on township.region_code = village.township_code
        and township.region_level = 'township'
    where village.region_level = 'village'
        and $region_code in (village.region_code, village.township_code, village.county_code)
),
accounts as (
    select
        village.village_code,
        village.village_name,
        village.township_code,
        village.township_name,
        cast(this_year.total_income_yuan as double) as total_yuan,
        cast(this_year.operating_income_yuan as double) as operating_yuan,
        cast(this_year.lease_income_yuan as double) as lease_yuan,
        cast(this_year.investment_income_yuan as double) as investment_yuan,
        cast(this_year.subsidy_income_yuan as double) as subsidy_yuan,
        cast(this_year.other_income_yuan as double) as other_yuan,
        cast(this_year.net_profit_yuan as double) as profit_yuan,
        cast(last_year.operating_income_yuan as double) as last_operating_yuan
    from villages village
    left join core_collective_economy this_year
        on this_year.village_code = village.village_code
        and this_year.account_year = $year
    left join core_collective_economy last_year
        on last_year.village_code = village.village_code
        and last_year.account_year = $year - 1
)
select
    account.village_code,
    account.village_name,
    account.township_code,
    account.township_name,
    case
        when account.operating_yuan is null then '未填报'
        when account.operating_yuan >= target.target_yuan then '达标'
        when account.operating_yuan <= target.shell_yuan then '空壳村'
        when account.operating_yuan < target.weak_yuan then '其他薄弱村'
        else '其他未达标'
    end as state,
    account.total_yuan,
    account.operating_yuan,
    account.lease_yuan,
    account.investment_yuan,
    account.subsidy_yuan,
    account.other_yuan,
    account.profit_yuan,
    account.operating_yuan - account.last_operating_yuan as change_yuan,
    target.target_yuan,
    case
        when account.operating_yuan < target.target_yuan then target.target_yuan - account.operating_yuan
        when account.operating_yuan >= target.target_yuan then 0
    end as gap_yuan,
    100.0 * account.operating_yuan / nullif(target.target_yuan, 0) as attained_pct,
    account.total_yuan > target.million_yuan as is_million
from accounts account
cross join targets target
order by gap_yuan desc nulls first, account.village_code
