-- purpose: How many staged rows are new, changed and unchanged against the current rows.
-- grain: one row per file sheet.
-- params: none
-- units: counts of rows.
-- source: staged, current_rows.
select
    a.file_no,
    count(*) filter (where s.record_key is null) as rows_new,
    count(*) filter (where s.row_hash <> a.row_hash) as rows_changed,
    count(*) filter (where s.row_hash = a.row_hash) as rows_unchanged
from staged a
left join current_rows s on s.record_key = a.record_key
group by a.file_no
order by a.file_no
