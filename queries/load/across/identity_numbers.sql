-- purpose: Identity numbers (证件号码) that belong to two people: heads of two households, or a head and another's member.
-- grain: one row per touched household and the first other household with its head's number.
-- params: none
-- units: value is the identity number, detail the other household's id.
-- source: touched, core_households, core_members of the version in the making.
with positions as (
    select
        household_id,
        kind,
        file_no,
        row_no,
        row_number() over (partition by household_id order by kind) as place
    from touched
),

claims as (
    select h.head_id_number as id_number, h.household_id, true as is_head
    from core_households h
    where h.head_id_number is not null
    union all
    select m.id_number, m.household_id, false
    from core_members m
),

shared as (
    select
        h.household_id,
        h.head_id_number as id_number,
        min(o.household_id) as other_household_id
    from core_households h
    join claims o on o.id_number = h.head_id_number and o.household_id <> h.household_id
    where exists (select 1 from touched t where t.household_id in (h.household_id, o.household_id))
    group by h.household_id, h.head_id_number
)

select p.kind, p.file_no, p.row_no, 'id_of_two_households' as code, s.household_id,
    case p.kind when 'members' then 'id_number' else 'head_id_number' end as column_name,
    s.id_number as value, s.other_household_id as detail, false as is_detail_personal
from shared s
join positions p on p.household_id = s.household_id and p.place = 1
union
select p.kind, p.file_no, p.row_no, 'id_of_two_households', s.other_household_id,
    case p.kind when 'members' then 'id_number' else 'head_id_number' end,
    s.id_number, s.household_id, false
from shared s
join positions p on p.household_id = s.other_household_id and p.place = 1
where not exists (select 1 from touched t where t.household_id = s.household_id)
order by file_no, row_no, code
