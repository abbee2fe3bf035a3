-- purpose: Current rows that the load replaces, as they were.
-- grain: one row per replaced row, the first ones by key.
-- params:
--   $keys  INTEGER  how many rows to show
-- units: as the ledger's core table.
-- source: current_rows, staged.
select s.*
from current_rows s
join staged a on a.record_key = s.record_key
where a.row_hash <> s.row_hash
order by s.record_key
limit $keys
