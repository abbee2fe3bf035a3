-- purpose: The place's monitored households, those to act on first.
-- grain: one row per household, up to a number of rows; total is how many there are.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $kind         VARCHAR  overdue, never (visited), without_measure, undelivered, active or eliminated
--   $limit        INTEGER  rows at most
-- units: days_unvisited in days up to the as-of day, null = never visited; total in 户.
-- source: out_monitored_households, core_units.
select
    township.region_name as township_name,
    village.region_name as village_name,
    h.household_id,
    h.head_name,
    h.household_size,
    h.monitor_category,
    h.risks,
    h.identified_on,
    h.last_visited_on,
    h.days_unvisited,
    case
        when h.is_risk_eliminated then null
        when h.is_overdue is null then null
        when h.last_visited_on is null then '从未走访'
        when h.is_overdue then '逾期未走访'
        else '已走访'
    end as visit_state,
    h.measures as measure_count,
    h.measures_delivered as delivered_count,
    case when h.is_risk_eliminated then '风险已消除' else '监测中' end as watch,
    h.eliminated_on,
    cast(count(*) over () as integer) as total
from out_monitored_households h
join core_units village
    on village.region_code = h.village_code
join core_units township
    on township.region_code = village.township_code
    and township.region_level = 'township'
where $region_code in (village.region_code, village.township_code, village.county_code)
    and h.is_risk_eliminated = ($kind = 'eliminated')
    and case $kind
        when 'overdue' then h.is_overdue
        when 'never' then h.is_overdue and h.last_visited_on is null
        when 'without_measure' then h.measures = 0
        when 'undelivered' then h.measures_delivered = 0
        else true
    end
order by
    h.eliminated_on desc nulls first,
    case when h.is_risk_eliminated then 0 else h.days_unvisited end desc nulls first,
    h.village_code,
    h.household_id
limit $limit
