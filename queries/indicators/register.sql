-- purpose: Households and persons in the register (households, population), by 户类型.
-- grain: one row per indicator, region and household type, '' being all of them.
-- params:
--   $as_of  DATE  day the figures are given for
-- units: 户, 人.
-- source: core_households, from ledger 农户基本信息台账.
with ledger as (
    select count(*) > 0 as is_loaded from core_households
),
groups as (
    select '' as grp
    union
    select household_type as grp from core_households
),
counted as (
    select
        s.scope_code as region_code,
        case when grouping(h.household_type) = 1 then '' else h.household_type end as grp,
        count(*) as households,
        sum(h.household_size) as persons
    from core_households h
    join core_region_scope s on s.region_code = h.village_code
    group by grouping sets ((s.scope_code, h.household_type), (s.scope_code))
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        g.grp,
        case
            when l.is_loaded and i.indicator = 'households' then cast(coalesce(c.households, 0) as double)
            when l.is_loaded and i.indicator = 'population' then cast(coalesce(c.persons, 0) as double)
        end as numerator,
        i.unit
    from core_units u
    cross join groups g
    cross join ledger l
    cross join (values ('households', '户'), ('population', '人')) as i(indicator, unit)
    left join counted c
        on c.region_code = u.region_code
        and c.grp = g.grp
)
select
    indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    numerator,
    cast(null as double) as denominator,
    numerator as value,
    unit
from figures
order by indicator, region_code, grp
