-- purpose: What villages' collective income is made of, by year, for the place.
-- grain: one row per year with at least one account.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
-- units: *_yuan in yuan; other_yuan is what total income holds beyond operating income and subsidies.
-- source: core_collective_economy, from ledger 村集体经济收入台账.
select
    account.account_year,
    cast(sum(coalesce(account.lease_income_yuan, 0)) as double) as lease_yuan,
    cast(sum(coalesce(account.investment_income_yuan, 0)) as double) as investment_yuan,
    cast(
        sum(
            account.operating_income_yuan
            - coalesce(account.lease_income_yuan, 0)
            - coalesce(account.investment_income_yuan, 0)
        ) as double
    ) as other_operating_yuan,
    cast(sum(coalesce(account.subsidy_income_yuan, 0)) as double) as subsidy_yuan,
    cast(
        sum(
            account.total_income_yuan
            - account.operating_income_yuan
            - coalesce(account.subsidy_income_yuan, 0)
        ) as double
    ) as other_yuan
from core_collective_economy account
where exists (
    select 1
    from core_region_scope scope
    where scope.region_code = account.village_code
        and scope.scope_code = $region_code
)
group by account.account_year
order by account.account_year
