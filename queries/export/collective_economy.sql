-- purpose: The rows of village collective-economy accounts (村集体经济收入台账) as they are now, under their canonical titles.
-- grain: one row per village and year.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: amounts in yuan to the cent.
-- source: core_collective_economy, from ledger 村集体经济收入台账.
select
    t.account_year as "年度",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.village_code as "行政村代码",
    t.total_income_yuan as "总收入",
    t.operating_income_yuan as "经营性收入",
    t.lease_income_yuan as "其中：发包租赁收入",
    t.investment_income_yuan as "其中：投资收益",
    t.subsidy_income_yuan as "补助收入",
    t.other_income_yuan as "其他收入",
    t.total_cost_yuan as "总支出",
    t.net_profit_yuan as "本年收益"
from core_collective_economy t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.village_code, t.account_year
