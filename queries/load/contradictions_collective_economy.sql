-- purpose: Totals of the collective-economy ledger that disagree with their parts, and losses.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: value and detail in yuan.
-- source: staged rows of 村集体经济收入台账.
select file_no, row_no, 'total_income_differs' as code, 'total_income_yuan' as column_name,
    total_income_yuan::varchar as value,
    (operating_income_yuan + coalesce(subsidy_income_yuan, 0) + coalesce(other_income_yuan, 0))::varchar as detail
from staged
where total_income_yuan - operating_income_yuan - coalesce(subsidy_income_yuan, 0) - coalesce(other_income_yuan, 0) < -0.01
   or (subsidy_income_yuan is not null and other_income_yuan is not null
       and total_income_yuan - operating_income_yuan - subsidy_income_yuan - other_income_yuan > 0.01)
union all
select file_no, row_no, 'parts_exceed_operating', 'operating_income_yuan', operating_income_yuan::varchar,
    (coalesce(lease_income_yuan, 0) + coalesce(investment_income_yuan, 0))::varchar
from staged
where coalesce(lease_income_yuan, 0) + coalesce(investment_income_yuan, 0) - operating_income_yuan > 0.01
union all
select file_no, row_no, 'profit_differs', 'net_profit_yuan', net_profit_yuan::varchar,
    (total_income_yuan - total_cost_yuan)::varchar
from staged
where abs(net_profit_yuan - (total_income_yuan - total_cost_yuan)) > 0.01
union all
select file_no, row_no, 'income_not_positive', 'net_profit_yuan', net_profit_yuan::varchar, null
from staged
where net_profit_yuan < 0
union all
select file_no, row_no, 'income_not_positive', 'total_income_yuan', total_income_yuan::varchar, null
from staged
where total_income_yuan = 0
order by file_no, row_no, code
