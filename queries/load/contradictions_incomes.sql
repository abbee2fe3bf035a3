-- purpose: Totals of the income ledger that disagree with their parts, and households without a positive income.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: value and detail in yuan.
-- source: staged rows of 收入台账.
with computed as (
    select
        file_no,
        row_no,
        household_size,
        net_income_yuan,
        net_income_per_capita_yuan,
        wage_yuan + business_yuan + property_yuan + transfer_yuan - business_cost_yuan as parts_yuan
    from staged
)

select file_no, row_no, 'net_income_differs' as code, 'net_income_yuan' as column_name,
    net_income_yuan::varchar as value, parts_yuan::varchar as detail
from computed
where abs(net_income_yuan - parts_yuan) > 0.01
union all
select file_no, row_no, 'per_capita_differs', 'net_income_per_capita_yuan', net_income_per_capita_yuan::varchar,
    (coalesce(net_income_yuan, parts_yuan)::double / household_size)::decimal(18, 2)::varchar
from computed
where abs(net_income_per_capita_yuan::double - coalesce(net_income_yuan, parts_yuan)::double / household_size) > 0.010001
union all
select file_no, row_no, 'income_not_positive', 'net_income_yuan', coalesce(net_income_yuan, parts_yuan)::varchar, null
from computed
where coalesce(net_income_yuan, parts_yuan) <= 0
order by file_no, row_no, code
