-- purpose: Keys that occur more than once in one ledger; none may.
-- grain: one row per ledger and repeated key.
-- params: none
-- units: copies is a count of rows.
-- source: ledger_rows, the rows of every ledger.
select
    ledger,
    row_key,
    count(*) as copies
from ledger_rows
group by ledger, row_key
having count(*) > 1
order by ledger, row_key
