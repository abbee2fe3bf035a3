-- purpose: Checklist items as quality rules look at them.
-- grain: one row per item (指标编号).
-- params:
--   $as_of  DATE  an item due that day is not overdue
-- units: scores in points; completion_pct from 0 to 100; days_overdue in days, null without a deadline, below 0 before it.
-- source: core_checklist; items lie at the county.
create or replace temp table quality_item as
select
    c.region_code,
    cast(null as varchar) as household_id,
    cast(null as varchar) as person_name,
    cast(null as varchar) as id_number,
    i.item_id as row_key,
    i.section,
    i.content,
    i.full_score,
    i.self_score,
    i.lead_unit,
    i.due_on,
    i.completion_status,
    i.completion_share * 100.0 as completion_pct,
    coalesce(trim(i.evidence), '') <> '' as has_evidence,
    cast($as_of - i.due_on as integer) as days_overdue
from core_checklist i
left join (
    select min(region_code) as region_code
    from core_units
    where region_level = 'county'
) c on true
