-- purpose: How many staged rows are new, changed and unchanged against what stands.
-- grain: one row per file sheet.
-- params: none
-- units: counts of rows.
-- source: staged, standing.
select
    a.file_no,
    count(*) filter (where s.record_key is null) as rows_new,
    count(*) filter (where s.row_hash <> a.row_hash) as rows_changed,
    count(*) filter (where s.row_hash = a.row_hash) as rows_unchanged
from staged a
left join standing s on s.record_key = a.record_key
group by a.file_no
order by a.file_no
