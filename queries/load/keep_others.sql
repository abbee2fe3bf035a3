-- purpose: The ledger as it stands, without the rows that are taken out of it.
-- grain: one row per key of the ledger that is not removed.
-- params: none
-- units: as the ledger's core table.
-- source: standing; removed holds the keys to take out.
create or replace temp view merged as
select s.* exclude (record_key)
from standing s
where not exists (select 1 from removed r where r.record_key = s.record_key)
