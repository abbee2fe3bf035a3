-- purpose: Contradictions within rows of the member ledger, and numbers that stood for somebody else.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 家庭成员台账; current_rows: the ledger before the load.
with against_id as (
    select
        file_no,
        row_no,
        sex,
        born_on,
        born_on_precision,
        case when id_number[17]::integer % 2 = 1 then '男' else '女' end as sex_of_id,
        strptime(id_number[7:14], '%Y%m%d')::date as birth_of_id
    from staged
)

select file_no, row_no, 'sex_against_id' as code, 'sex' as column_name, sex as value, sex_of_id as detail
from against_id
where sex <> sex_of_id
union all
select file_no, row_no, 'birth_against_id', 'born_on', null, null
from against_id
where (born_on_precision = 'day' and born_on <> birth_of_id)
   or (born_on_precision = 'month' and date_trunc('month', born_on) <> date_trunc('month', birth_of_id))
union all
select a.file_no, a.row_no, 'id_of_another_before', 'member_name', a.member_name, s.member_name
from staged a
join current_rows s on s.record_key = a.record_key
where case
        when a.member_name <> s.member_name then
            regexp_replace(a.member_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
            <> regexp_replace(s.member_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
        else false
    end
order by file_no, row_no, code
