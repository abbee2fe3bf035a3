-- purpose: Active monitored households with a measure carried out (support_coverage_pct) and with none at all.
-- grain: one row per indicator and region.
-- params:
--   $as_of  DATE  day the figures are given for
-- units: percent, null where no household is active; 户. Null when no ledger of measures is loaded.
-- source: core_monitored, core_measures, from ledgers 监测对象台账 and 帮扶措施台账; shared_active_households.
with ledger as (
    select
        (select count(*) from core_measures) > 0
        and (select count(*) from core_monitored) > 0 as is_loaded
),
supported as (
    select
        household_id,
        count(*) filter (where delivery_status = '已落实') > 0 as is_delivered
    from core_measures
    group by household_id
),
counted as (
    select
        s.scope_code as region_code,
        count(*) as active,
        count(*) filter (where m.is_delivered) as delivered,
        count(*) filter (where m.is_delivered is null) as without_measure
    from (
        select
            a.village_code,
            p.is_delivered
        from shared_active_households a
        left join supported p on p.household_id = a.household_id
    ) as m
    join core_region_scope s on s.region_code = m.village_code
    group by s.scope_code
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        case
            when not l.is_loaded then null
            when i.indicator = 'support_coverage_pct' then cast(coalesce(c.delivered, 0) as double)
            else cast(coalesce(c.without_measure, 0) as double)
        end as numerator,
        case
            when l.is_loaded and i.indicator = 'support_coverage_pct' then cast(coalesce(c.active, 0) as double)
        end as denominator,
        i.unit
    from core_units u
    cross join ledger l
    cross join (values ('support_coverage_pct', '%'), ('support_none', '户')) as i(indicator, unit)
    left join counted c on c.region_code = u.region_code
)
select
    indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    '' as grp,
    numerator,
    denominator,
    case
        when indicator = 'support_coverage_pct' then 100.0 * numerator / nullif(denominator, 0)
        else numerator
    end as value,
    unit
from figures
order by indicator, region_code
