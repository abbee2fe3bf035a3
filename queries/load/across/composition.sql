-- purpose: Touched households whose members do not fit the register: number of persons, heads (户主), the head's name and number.
-- grain: one row per household and contradiction, at its first row in the member ledger, else in the register.
-- params: none
-- units: value and detail are numbers of persons, names or identity numbers, is_detail_personal as the column is.
-- source: touched, core_households, core_members of the version in the making.
with composition as (
    select
        m.household_id,
        count(*) as members,
        count(*) filter (where m.relation = '户主') as heads,
        min(m.member_name) filter (where m.relation = '户主') as head_name,
        min(m.id_number) filter (where m.relation = '户主') as head_id_number
    from core_members m
    where exists (select 1 from touched t where t.household_id = m.household_id)
    group by m.household_id
),

positions as (
    select
        household_id,
        kind,
        file_no,
        row_no,
        row_number() over (partition by household_id order by kind desc) as place
    from touched
),

compared as (
    select
        p.kind,
        p.file_no,
        p.row_no,
        c.household_id,
        c.members,
        c.heads,
        h.household_size,
        c.head_name,
        c.head_id_number,
        h.head_name as registered_name,
        h.head_id_number as registered_id_number,
        case
            when c.head_name <> h.head_name then
                regexp_replace(c.head_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
                <> regexp_replace(h.head_name, '[·•・．.∙‧⋅﹒․･᛫\x{200b}-\x{200d}\s　]', '', 'g')
            else false
        end as is_another_name
    from composition c
    join core_households h on h.household_id = c.household_id
    join positions p on p.household_id = c.household_id and p.place = 1
)

select kind, file_no, row_no, 'members_differ_from_size' as code, household_id,
    case kind when 'members' then 'household_id' else 'household_size' end as column_name,
    members::varchar as value, household_size::varchar as detail, false as is_detail_personal
from compared
where members <> household_size
union all
select kind, file_no, row_no, case when heads = 0 then 'no_head' else 'several_heads' end, household_id,
    case kind when 'members' then 'relation' else 'household_size' end,
    heads::varchar, null, false
from compared
where heads <> 1
union all
select kind, file_no, row_no, 'head_member_differs', household_id,
    case kind when 'members' then 'member_name' else 'head_name' end,
    head_name, registered_name, true
from compared
where heads = 1 and is_another_name
union all
select kind, file_no, row_no, 'head_number_differs', household_id,
    case kind when 'members' then 'id_number' else 'head_id_number' end,
    head_id_number, registered_id_number, true
from compared
where heads = 1 and not is_another_name and head_id_number <> registered_id_number
order by file_no, row_no, code
