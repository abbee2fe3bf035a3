-- purpose: The rows of the village directory (行政区划名录) as they are now, under their canonical titles.
-- grain: one row per village.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: none.
-- source: core_regions, from ledger 行政区划名录.
select
    t.township_name as "乡镇",
    t.township_code as "乡镇代码",
    t.village_name as "行政村",
    t.village_code as "行政村代码",
    t.former_names as "曾用名",
    case t.is_escaped_village when true then '是' when false then '否' end as "是否脱贫村"
from core_regions t
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.village_code
