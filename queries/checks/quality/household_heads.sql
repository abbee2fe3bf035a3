-- purpose: Households with listed members of whom none, or more than one, is the head (户主).
-- grain: one row per household.
-- params: none
-- units: counts of persons.
-- source: core_members.
select
    min(village_code) as village_code,
    household_id,
    count(*) filter (where relation = '户主') as heads
from core_members
group by household_id
having count(*) filter (where relation = '户主') <> 1
order by village_code, household_id
