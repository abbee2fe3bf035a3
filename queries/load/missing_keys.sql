-- purpose: Keys of current rows that are not in the files being loaded; the rows are kept.
-- grain: one row per key, the first ones only; rows_missing counts all.
-- params:
--   $keys  INTEGER  how many keys to name
-- units: rows_missing is a count of rows.
-- source: current_rows, staged; refused_keys are keys of rows of the files that were held back.
select
    s.record_key,
    count(*) over () as rows_missing
from current_rows s
where not exists (select 1 from staged a where a.record_key = s.record_key)
    and not exists (select 1 from refused_keys r where r.record_key = s.record_key)
order by s.record_key
limit $keys
