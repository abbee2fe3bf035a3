-- purpose: Touched households whose members do not fit the register: number of persons, number of heads (户主).
-- grain: one row per household and contradiction, at its first row in the member ledger, else in the register.
-- params: none
-- units: value and detail are numbers of persons.
-- source: touched, core_households, core_members of the version in the making.
with composition as (
    select
        m.household_id,
        count(*) as members,
        count(*) filter (where m.relation = '户主') as heads
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
)

select p.kind, p.file_no, p.row_no, 'members_differ_from_size' as code, c.household_id as household_id,
    c.members::varchar as value, h.household_size::varchar as detail
from composition c
join core_households h on h.household_id = c.household_id
join positions p on p.household_id = c.household_id and p.place = 1
where c.members <> h.household_size
union all
select p.kind, p.file_no, p.row_no, case when c.heads = 0 then 'no_head' else 'several_heads' end, c.household_id,
    c.heads::varchar, null
from composition c
join positions p on p.household_id = c.household_id and p.place = 1
where c.heads <> 1
order by file_no, row_no, code
