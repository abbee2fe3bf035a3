-- purpose: The rows of yearly household incomes (收入台账) as they are now, under their canonical titles.
-- grain: one row per household and year.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: amounts in yuan to the cent.
-- source: core_incomes, from ledger 收入台账.
select
    t.income_year as "年度",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.household_size as "家庭人口数",
    t.wage_yuan as "工资性收入",
    t.business_yuan as "生产经营性收入",
    t.property_yuan as "财产性收入",
    t.transfer_yuan as "转移性收入",
    t.business_cost_yuan as "生产经营性支出",
    t.net_income_yuan as "家庭纯收入",
    t.net_income_per_capita_yuan as "人均纯收入"
from core_incomes t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.household_id, t.income_year
