-- purpose: The rows of support measures (帮扶措施台账) as they are now, under their canonical titles.
-- grain: one row per measure.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: amounts in yuan to the cent.
-- source: core_measures, from ledger 帮扶措施台账.
select
    t.measure_id as "措施编号",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.measure_type as "措施类型",
    t.measure_name as "措施名称",
    t.started_on as "开始时间",
    t.ended_on as "结束时间",
    t.invested_yuan as "投入金额",
    t.delivery_status as "落实状态",
    t.responsible_unit as "责任单位"
from core_measures t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.measure_id
