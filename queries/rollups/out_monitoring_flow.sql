-- purpose: Households newly identified and households whose risk was eliminated, month by month.
-- grain: one row per region and month in which there was either.
-- params:
--   $as_of  DATE  later days are not counted
-- units: 户. An elimination without a date cannot be placed in a month and is left out.
-- source: core_monitored, from ledger 监测对象台账.
with events as (
    select
        village_code,
        cast(date_trunc('month', identified_on) as date) as month_start,
        1 as identified,
        0 as eliminated
    from core_monitored
    where identified_on <= $as_of
    union all
    select
        village_code,
        cast(date_trunc('month', eliminated_on) as date) as month_start,
        0 as identified,
        1 as eliminated
    from core_monitored
    where is_risk_eliminated
        and identified_on <= $as_of
        and eliminated_on <= $as_of
)
select
    s.scope_code as region_code,
    e.month_start,
    cast(sum(e.identified) as integer) as identified,
    cast(sum(e.eliminated) as integer) as eliminated
from events e
join core_region_scope s on s.region_code = e.village_code
group by s.scope_code, e.month_start
order by s.scope_code, e.month_start
