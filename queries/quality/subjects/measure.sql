-- purpose: Support measures as quality rules look at them: against dates, the household's kind and who could work.
-- grain: one row per measure (措施编号).
-- params:
--   $as_of  DATE  the day up to which time is counted
-- units: invested_yuan in yuan; days_* in days; posts counts 公益性岗位 measures of the household under way or done;
--   of_working_age in persons of 16 to 69, null where no member is listed.
-- source: core_measures, quality_household.
create or replace temp table quality_measure as
with posts as (
    select household_id, count(*) as posts
    from core_measures
    where measure_type = '公益性岗位' and delivery_status <> '未落实' and (ended_on is null or ended_on >= $as_of)
    group by household_id
),
alike as (
    select
        household_id,
        measure_type,
        measure_name,
        started_on,
        count(*) as copies
    from core_measures
    where measure_name is not null and started_on is not null
    group by household_id, measure_type, measure_name, started_on
),
kept as (
    select
        count(started_on) > 0 as is_start_kept,
        count(measure_name) > 0 as is_name_kept,
        count(invested_yuan) > 0 as is_invested_kept,
        count(responsible_unit) > 0 as is_unit_kept
    from core_measures
)
select
    m.village_code as region_code,
    m.household_id,
    coalesce(m.head_name, h.person_name) as person_name,
    h.id_number,
    m.measure_id as row_key,
    m.measure_type,
    m.measure_name,
    m.started_on,
    m.ended_on,
    m.invested_yuan,
    m.delivery_status,
    m.responsible_unit,
    cast($as_of - m.started_on as integer) as days_since_start,
    cast($as_of - m.ended_on as integer) as days_since_end,
    coalesce(p.posts, 0) as posts,
    a.copies,
    h.household_type,
    coalesce(h.is_monitored, false) as is_monitored,
    h.of_working_age,
    h.children,
    k.is_start_kept,
    k.is_name_kept,
    k.is_invested_kept,
    k.is_unit_kept
from core_measures m
cross join kept k
left join posts p on p.household_id = m.household_id
left join alike a
    on a.household_id = m.household_id
    and a.measure_type = m.measure_type
    and a.measure_name = m.measure_name
    and a.started_on = m.started_on
left join quality_household h on h.household_id = m.household_id
