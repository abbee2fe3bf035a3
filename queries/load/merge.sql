-- purpose: The ledger after the load: current rows that nothing replaces, and staged rows that are new or changed.
-- grain: one row per key of the ledger.
-- params: none
-- units: as the ledger's core table.
-- source: current_rows, staged.
create or replace temp view merged as
select s.* exclude (record_key)
from current_rows s
where not exists (
    select 1 from staged a where a.record_key = s.record_key and a.row_hash <> s.row_hash
)
union all by name
select a.* exclude (record_key, named_village_codes)
from staged a
where not exists (
    select 1 from current_rows s where s.record_key = a.record_key and s.row_hash = a.row_hash
)
