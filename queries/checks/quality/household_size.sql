-- purpose: Households whose listed members are not as many as 家庭人口数 says (households without any listed member left out).
-- grain: one row per household.
-- params: none
-- units: counts of persons.
-- source: core_households and core_members.
with listed as (
    select household_id, count(*) as members_listed
    from core_members
    group by household_id
)
select
    h.village_code,
    h.household_id,
    h.household_size,
    l.members_listed
from core_households h
join listed l on l.household_id = h.household_id
where l.members_listed <> h.household_size
order by h.village_code, h.household_id
