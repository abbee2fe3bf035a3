-- purpose: Household incomes with the gaps filled from their parts and the year before beside them.
-- grain: one row per household and year.
-- params: none
-- units: *_yuan in yuan; per capita per person of that year; previous_* is null without a row for the year before.
-- source: core_incomes, core_households, from ledgers 收入台账 and 农户基本信息台账.
with incomes as (
    select
        household_id,
        income_year,
        village_code,
        household_size,
        wage_yuan,
        business_yuan,
        property_yuan,
        transfer_yuan,
        coalesce(
            net_income_yuan,
            wage_yuan + business_yuan + property_yuan + transfer_yuan - business_cost_yuan
        ) as net_yuan,
        cast(net_income_per_capita_yuan as double) as stated_per_capita_yuan
    from core_incomes
),
per_capita as (
    select
        household_id,
        income_year,
        coalesce(stated_per_capita_yuan, cast(net_yuan as double) / nullif(household_size, 0)) as per_capita_yuan
    from incomes
)
select
    i.household_id,
    i.income_year,
    i.village_code,
    i.household_size,
    i.wage_yuan,
    i.business_yuan,
    i.property_yuan,
    i.transfer_yuan,
    i.net_yuan,
    this_year.per_capita_yuan,
    year_before.per_capita_yuan as previous_per_capita_yuan,
    coalesce(h.household_type = '脱贫户', false) as is_escaped
from incomes i
join per_capita this_year
    on this_year.household_id = i.household_id
    and this_year.income_year = i.income_year
left join per_capita year_before
    on year_before.household_id = i.household_id
    and year_before.income_year = i.income_year - 1
left join core_households h on h.household_id = i.household_id
order by i.income_year, i.village_code, i.household_id
