-- purpose: The rows of visits (走访台账) as they are now, under their canonical titles.
-- grain: one row per household and day.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: none.
-- source: core_visits, from ledger 走访台账.
select
    t.visited_on as "走访日期",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.visitor as "走访人",
    t.visit_mode as "走访方式",
    case t.is_risk_found when true then '是' when false then '否' end as "是否发现风险",
    t.findings as "走访情况"
from core_visits t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.household_id, t.visited_on
