-- purpose: Keys of a ledger's rows that refer to something that is being removed.
-- grain: one row per key.
-- params: none
-- units: none
-- source: referring holds each row's key and what it refers to; removed holds what is removed.
select
    f.record_key
from referring f
where exists (select 1 from removed r where r.record_key = f.refers_to)
order by f.record_key
