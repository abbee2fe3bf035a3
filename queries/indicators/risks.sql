-- purpose: Active monitored households having each risk (risk_active); a household can have several.
-- grain: one row per region and risk, '' being households with any risk named.
-- params:
--   $as_of  DATE  day the figures are given for
-- units: 户; null when no risk is named anywhere in the ledger.
-- source: bridge_risks, from ledger 监测对象台账; shared_active_households.
with ledger as (
    select count(*) > 0 as is_loaded from bridge_risks
),
groups as (
    select '' as grp
    union
    select risk as grp from bridge_risks
),
active as (
    select
        m.household_id,
        m.village_code,
        b.risk
    from shared_active_households m
    join bridge_risks b on b.household_id = m.household_id
),
counted as (
    select
        s.scope_code as region_code,
        case when grouping(a.risk) = 1 then '' else a.risk end as grp,
        count(distinct a.household_id) as households
    from active a
    join core_region_scope s on s.region_code = a.village_code
    group by grouping sets ((s.scope_code, a.risk), (s.scope_code))
),
figures as (
    select
        u.region_code,
        u.region_level,
        g.grp,
        case when l.is_loaded then cast(coalesce(c.households, 0) as double) end as households
    from core_units u
    cross join groups g
    cross join ledger l
    left join counted c
        on c.region_code = u.region_code
        and c.grp = g.grp
)
select
    'risk_active' as indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    households as numerator,
    cast(null as double) as denominator,
    households as value,
    '户' as unit
from figures
order by region_code, grp
