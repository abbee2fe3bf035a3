-- purpose: Households newly identified in each year (monitored_identified), by 监测对象类别.
-- grain: one row per region, year and category, '' being all of them; years run from the first identification.
-- params:
--   $as_of  DATE  households identified later are not counted
-- units: 户.
-- source: core_monitored, from ledger 监测对象台账.
with identified as (
    select
        village_code,
        monitor_category,
        year(identified_on) as identified_year
    from core_monitored
    where identified_on <= $as_of
),
first_year as (
    select min(identified_year) as identified_year from identified
),
groups as (
    select '' as grp
    union
    select monitor_category as grp from core_monitored
),
counted as (
    select
        s.scope_code as region_code,
        i.identified_year,
        case when grouping(i.monitor_category) = 1 then '' else i.monitor_category end as grp,
        count(*) as households
    from identified i
    join core_region_scope s on s.region_code = i.village_code
    group by grouping sets ((s.scope_code, i.identified_year, i.monitor_category), (s.scope_code, i.identified_year))
)
select
    'monitored_identified' as indicator,
    u.region_code,
    u.region_level,
    y.period,
    g.grp,
    cast(coalesce(c.households, 0) as double) as numerator,
    cast(null as double) as denominator,
    cast(coalesce(c.households, 0) as double) as value,
    '户' as unit
from core_units u
cross join groups g
cross join first_year f
join param_years y on y.calendar_year >= f.identified_year
left join counted c
    on c.region_code = u.region_code
    and c.identified_year = y.calendar_year
    and c.grp = g.grp
order by u.region_code, y.period, g.grp
