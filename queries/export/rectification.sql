-- purpose: The rows of problems to be rectified (问题整改台账) as they are now, under their canonical titles.
-- grain: one row per problem.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: completion and progress as fractions (1 = done).
-- source: core_rectification, from ledger 问题整改台账.
select
    t.serial_no as "序号",
    t.problem_id as "问题编号",
    t.problem_source as "问题来源",
    t.found_on as "发现时间",
    t.problem_type as "问题类型",
    t.township_name as "涉及乡镇",
    t.village_name as "涉及村",
    t.description as "问题描述",
    t.measures as "整改措施",
    t.responsible_unit as "责任单位",
    t.responsible_person as "责任人",
    t.due_on as "整改时限",
    t.rectification_status as "整改状态",
    coalesce(t.progress_note, cast(t.progress_share as varchar)) as "整改进度",
    t.completed_on as "完成时间",
    case t.is_closed when true then '是' when false then '否' end as "是否销号"
from core_rectification t
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.region_code
            and s.scope_code = $region_code
    )
order by t.problem_id
