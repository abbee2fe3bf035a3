-- purpose: Give each row of a household ledger the village its household now belongs to.
-- grain: one row per row of merged.
-- params: none
-- units: as the ledger's core table.
-- source: merged, core_households of the version in the making.
create or replace temp view placed as
select m.* replace (h.village_code as village_code)
from merged m
join core_households h on h.household_id = m.household_id
order by h.village_code, m.household_id, m.file_no, m.row_no
