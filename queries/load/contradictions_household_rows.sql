-- purpose: Rows of household ledgers that name another head or another village than the register.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged, core_households, core_regions of the version in the making.
with registered as (
    select
        s.file_no,
        s.row_no,
        s.head_name,
        s.named_village_codes,
        h.head_name as registered_head,
        h.village_code,
        case
            when s.head_name <> h.head_name then
                regexp_replace(s.head_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
                <> regexp_replace(h.head_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
            else false
        end as is_another_name
    from staged s
    join core_households h on h.household_id = s.household_id
)

select file_no, row_no, 'head_differs' as code, 'head_name' as column_name, head_name as value,
    registered_head as detail
from registered
where is_another_name
union all
select r.file_no, r.row_no, 'place_differs', 'place_village', null, d.township_name || d.village_name
from registered r
join core_regions d on d.village_code = r.village_code
where r.named_village_codes is not null
  and position(r.village_code in r.named_village_codes) = 0
order by file_no, row_no, code
