-- purpose: The long table of indicators (指标长表) under Chinese titles, with the names of regions.
-- grain: one row per indicator, region, period and group.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep, with all it contains; '' keeps all
-- units: 数值 in the unit named by 单位, not rounded; blank = not reported.
-- source: out_indicators.
select
    i.indicator as "指标代码",
    u.region_name as "地区",
    i.region_code as "区划代码",
    case i.region_level when 'county' then '县' when 'township' then '乡镇' else '行政村' end as "级别",
    i.period as "期间",
    i.grp as "分组",
    i.numerator as "分子",
    i.denominator as "分母",
    i.value as "数值",
    i.unit as "单位"
from out_indicators i
join core_units u on u.region_code = i.region_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = i.region_code
            and s.scope_code = $region_code
    )
order by i.indicator, i.region_code, i.period, i.grp
