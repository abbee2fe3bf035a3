-- purpose: Villages' yearly accounts as quality rules look at them: with the year before.
-- grain: one row per village and year.
-- params: none
-- units: *_yuan in yuan; change_pct of 总收入 in percent of the year before.
-- source: core_collective_economy.
create or replace temp table quality_account as
select
    a.village_code as region_code,
    cast(null as varchar) as household_id,
    cast(null as varchar) as person_name,
    cast(null as varchar) as id_number,
    cast(a.account_year as varchar) || '年' as row_key,
    a.account_year,
    a.total_income_yuan,
    a.operating_income_yuan,
    a.lease_income_yuan,
    a.investment_income_yuan,
    a.subsidy_income_yuan,
    a.other_income_yuan,
    a.total_cost_yuan,
    a.net_profit_yuan,
    a.operating_income_yuan + a.subsidy_income_yuan + a.other_income_yuan as parts_yuan,
    coalesce(a.lease_income_yuan, 0) + coalesce(a.investment_income_yuan, 0) as named_operating_yuan,
    a.total_income_yuan - a.total_cost_yuan as computed_profit_yuan,
    b.total_income_yuan as previous_total_income_yuan,
    case
        when b.total_income_yuan > 0
            then 100.0 * cast(a.total_income_yuan - b.total_income_yuan as double) / nullif(b.total_income_yuan, 0)
    end as change_pct,
    b.village_code is not null
    and b.total_income_yuan = a.total_income_yuan
    and b.operating_income_yuan = a.operating_income_yuan
    and b.total_cost_yuan = a.total_cost_yuan as is_copy_of_year_before
from core_collective_economy a
left join core_collective_economy b on b.village_code = a.village_code and b.account_year = a.account_year - 1
