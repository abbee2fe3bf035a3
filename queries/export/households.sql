-- purpose: The rows of the household register (农户基本信息台账) as they are now, under their canonical titles.
-- grain: one row per household.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: none.
-- source: core_households, from ledger 农户基本信息台账.
select
    r.province_name as "省",
    r.city_name as "市",
    r.county_name as "县",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.village_code as "行政村代码",
    t.hamlet_name as "自然村组",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.head_id_number as "证件号码",
    t.phone as "联系电话",
    t.household_size as "家庭人口数",
    t.household_type as "户类型",
    t.monitor_category as "监测对象类别",
    t.identified_on as "识别时间",
    case t.is_risk_eliminated when true then '是' when false then '否' end as "风险是否已消除",
    t.eliminated_on as "风险消除时间",
    t.risks as "致贫返贫风险",
    t.assistance as "享受低保或特困",
    case t.is_housing_safe when true then '是' when false then '否' end as "住房是否安全",
    case t.is_water_safe when true then '是' when false then '否' end as "饮水是否安全",
    case t.is_education_secured when true then '是' when false then '否' end as "义务教育是否有保障",
    case t.is_medical_secured when true then '是' when false then '否' end as "基本医疗是否有保障"
from core_households t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.household_id
