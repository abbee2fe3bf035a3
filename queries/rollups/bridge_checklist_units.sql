-- purpose: Lead units (牵头单位) of checklist items one by one; a cell may name several, however parted.
--   Splitting a list is written differently by every SQL engine, so it is done here and nowhere else.
-- grain: one row per item and lead unit.
-- params: none
-- units: none
-- source: core_checklist, from ledger 考核清单.
with named as (
    select
        item_id,
        unnest(regexp_split_to_array(lead_unit, '[、，,；;／/\s　]+')) as lead_unit
    from core_checklist
    where lead_unit is not null
)
select distinct item_id, lead_unit
from named
where lead_unit <> ''
order by item_id, lead_unit
