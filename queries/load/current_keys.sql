-- purpose: Which of the keys to remove stand in the ledger.
-- grain: one row per key.
-- params: none
-- units: none
-- source: standing; removed holds the keys.
select
    s.record_key
from standing s
where exists (select 1 from removed r where r.record_key = s.record_key)
order by s.record_key
