-- purpose: The ledger as it is now, without the rows that are taken out of it.
-- grain: one row per key of the ledger that is not removed.
-- params: none
-- units: as the ledger's core table.
-- source: current_rows; removed holds the keys to take out.
create or replace temp view merged as
select s.* exclude (record_key)
from current_rows s
where not exists (select 1 from removed r where r.record_key = s.record_key)
