-- purpose: Monitored households ever, active, eliminated, and the share eliminated, by 监测对象类别.
-- grain: one row per indicator, region and category, '' being all of them.
-- params:
--   $as_of  DATE  households identified later are not counted
-- units: 户; risk_eliminated_pct in percent, null where no household was ever monitored.
-- source: core_monitored, from ledger 监测对象台账.
with ledger as (
    select count(*) > 0 as is_loaded from core_monitored
),
groups as (
    select '' as grp
    union
    select monitor_category as grp from core_monitored
),
counted as (
    select
        s.scope_code as region_code,
        case when grouping(m.monitor_category) = 1 then '' else m.monitor_category end as grp,
        count(*) as ever,
        count(*) filter (where m.is_risk_eliminated) as eliminated
    from core_monitored m
    join core_region_scope s on s.region_code = m.village_code
    where m.identified_on <= $as_of
    group by grouping sets ((s.scope_code, m.monitor_category), (s.scope_code))
),
regions as (
    select
        u.region_code,
        u.region_level,
        g.grp,
        case when l.is_loaded then cast(coalesce(c.ever, 0) as double) end as ever,
        case when l.is_loaded then cast(coalesce(c.eliminated, 0) as double) end as eliminated
    from core_units u
    cross join groups g
    cross join ledger l
    left join counted c
        on c.region_code = u.region_code
        and c.grp = g.grp
),
figures as (
    select
        i.indicator,
        r.region_code,
        r.region_level,
        r.grp,
        case i.indicator
            when 'monitored_ever' then r.ever
            when 'monitored_active' then r.ever - r.eliminated
            else r.eliminated
        end as numerator,
        case when i.indicator = 'risk_eliminated_pct' then r.ever end as denominator,
        i.unit
    from regions r
    cross join (
        values
            ('monitored_ever', '户'),
            ('monitored_active', '户'),
            ('monitored_eliminated', '户'),
            ('risk_eliminated_pct', '%')
    ) as i(indicator, unit)
)
select
    indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    numerator,
    denominator,
    case
        when indicator = 'risk_eliminated_pct' then 100.0 * numerator / nullif(denominator, 0)
        else numerator
    end as value,
    unit
from figures
order by indicator, region_code, grp
