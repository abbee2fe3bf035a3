-- purpose: Staged member rows (家庭成员) whose identity number has another name or household in an earlier row.
-- grain: one row per such staged row, with the issue that replaces row_conflicts and the column that differs.
-- params: none
-- units: none
-- source: staged rows of 家庭成员台账.
with placed as (
    select
        file_no,
        row_no,
        household_id,
        regexp_replace(member_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g') as plain_name,
        first_value(household_id) over key_rows as first_household_id,
        first_value(regexp_replace(member_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')) over key_rows as first_name
    from staged
    window key_rows as (partition by record_key order by file_no, row_no)
)

select file_no, row_no, 'id_of_two_people' as code,
    case when plain_name <> first_name then 'member_name' else 'household_id' end as column_name
from placed
where plain_name <> first_name or household_id <> first_household_id
order by file_no, row_no
