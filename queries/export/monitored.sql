-- purpose: The rows of monitored households (监测对象台账) as they are now, under their canonical titles.
-- grain: one row per monitored household.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: none.
-- source: core_monitored, from ledger 监测对象台账.
select
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.household_size as "家庭人口数",
    t.monitor_category as "监测对象类别",
    t.identified_on as "识别时间",
    t.risks as "致贫返贫风险",
    case t.is_risk_eliminated when true then '是' when false then '否' end as "风险是否已消除",
    t.eliminated_on as "风险消除时间",
    t.helper_name as "帮扶责任人",
    t.helper_phone as "帮扶责任人电话"
from core_monitored t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.household_id
