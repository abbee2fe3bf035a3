-- purpose: Households having each guarantee (三保障和饮水安全) of those that report it (guarantee_ok_pct).
-- grain: one row per region and guarantee; 全部 takes the households that report all four.
-- params:
--   $as_of  DATE  day the figures are given for
-- units: percent; null where no household reports the guarantee.
-- source: core_households, from ledger 农户基本信息台账.
with stated as (
    select village_code, '住房' as grp, is_housing_safe as is_ok from core_households
    union all
    select village_code, '饮水' as grp, is_water_safe as is_ok from core_households
    union all
    select village_code, '义务教育' as grp, is_education_secured as is_ok from core_households
    union all
    select village_code, '基本医疗' as grp, is_medical_secured as is_ok from core_households
    union all
    select
        village_code,
        '全部' as grp,
        case
            when is_housing_safe is not null
                and is_water_safe is not null
                and is_education_secured is not null
                and is_medical_secured is not null
                then is_housing_safe and is_water_safe and is_education_secured and is_medical_secured
        end as is_ok
    from core_households
),
by_village as (
    select
        village_code,
        grp,
        count(*) filter (where is_ok) as households_ok,
        count(is_ok) as households_reporting
    from stated
    group by village_code, grp
),
by_region as (
    select
        s.scope_code as region_code,
        v.grp,
        sum(v.households_ok) as households_ok,
        sum(v.households_reporting) as households_reporting
    from by_village v
    join core_region_scope s on s.region_code = v.village_code
    group by s.scope_code, v.grp
),
figures as (
    select
        u.region_code,
        u.region_level,
        g.grp,
        cast(coalesce(r.households_ok, 0) as double) as numerator,
        cast(coalesce(r.households_reporting, 0) as double) as denominator
    from core_units u
    cross join (values ('住房'), ('饮水'), ('义务教育'), ('基本医疗'), ('全部')) as g(grp)
    left join by_region r
        on r.region_code = u.region_code
        and r.grp = g.grp
)
select
    'guarantee_ok_pct' as indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    numerator,
    denominator,
    100.0 * numerator / nullif(denominator, 0) as value,
    '%' as unit
from figures
order by region_code, grp
