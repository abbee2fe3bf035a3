-- purpose: Staged rows whose key occurs more than once: exact copies, conflicting rows, and the first, which is loaded.
-- grain: one row per staged row of such a key; verdict is first, copy or conflict (first only where others conflict).
-- params: none
-- units: first_row_no as Excel shows it.
-- source: staged.
with repeated as (
    select record_key
    from staged
    group by record_key
    having count(*) > 1
),

ranked as (
    select
        file_no,
        row_no,
        row_hash,
        record_key,
        first_value(row_hash) over key_rows as first_hash,
        first_value(file_no) over key_rows as first_file_no,
        first_value(row_no) over key_rows as first_row_no,
        row_number() over key_rows as place
    from staged
    where record_key in (select r.record_key from repeated r)
    window key_rows as (partition by record_key order by file_no, row_no)
),

judged as (
    select
        file_no,
        row_no,
        record_key,
        first_file_no,
        first_row_no,
        case when place = 1 then 'first' when row_hash = first_hash then 'copy' else 'conflict' end as verdict,
        count(*) filter (where row_hash <> first_hash) over (partition by record_key) as conflicts
    from ranked
)

select
    file_no,
    row_no,
    verdict,
    record_key,
    first_file_no,
    first_row_no
from judged
where verdict <> 'first' or conflicts > 0
order by file_no, row_no
