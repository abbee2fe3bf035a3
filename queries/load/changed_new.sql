-- purpose: Staged rows that replace current rows, as they will be.
-- grain: one row per replacing row, the first ones by key.
-- params:
--   $keys  INTEGER  how many rows to show
-- units: as the ledger's core table.
-- source: current_rows, staged.
select a.*
from staged a
join current_rows s on s.record_key = a.record_key
where a.row_hash <> s.row_hash
order by a.record_key
limit $keys
