-- purpose: Which of the keys to remove are keys of the ledger.
-- grain: one row per key.
-- params: none
-- units: none
-- source: current_rows; removed holds the keys.
select
    s.record_key
from current_rows s
where exists (select 1 from removed r where r.record_key = s.record_key)
order by s.record_key
