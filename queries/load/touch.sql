-- purpose: Note the households of the staged rows, each with its first row.
-- grain: none (inserts one row per household)
-- params:
--   $kind  VARCHAR  the ledger of the staged rows
-- units: none
-- source: staged.
insert into touched
select
    $kind,
    household_id,
    (min((file_no::bigint << 32) + row_no) >> 32)::integer,
    (min((file_no::bigint << 32) + row_no) & 4294967295)::integer
from staged
group by household_id
