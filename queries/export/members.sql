-- purpose: The rows of household members (家庭成员台账) as they are now, under their canonical titles.
-- grain: one row per person.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: none.
-- source: core_members, from ledger 家庭成员台账.
select
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.head_name as "户主姓名",
    t.member_name as "姓名",
    t.id_number as "证件号码",
    t.relation as "与户主关系",
    t.sex as "性别",
    t.born_on as "出生日期",
    t.ethnicity as "民族",
    t.education as "文化程度",
    t.schooling as "在校生状况",
    t.health as "健康状况",
    t.labour_skill as "劳动技能",
    t.work_place as "务工区域",
    t.months_worked as "务工时间（月）",
    case t.is_insured when true then '是' when false then '否' end as "是否参加城乡居民基本医疗保险"
from core_members t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.household_id, t.id_number
