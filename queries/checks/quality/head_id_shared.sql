-- purpose: Identity numbers that stand as the head's for more than one household.
-- grain: one row per household involved.
-- params: none
-- units: none.
-- source: core_households.
with shared as (
    select head_id_number
    from core_households
    where head_id_number is not null
    group by head_id_number
    having count(*) > 1
)
select
    h.village_code,
    h.household_id,
    h.head_id_number
from core_households h
join shared s on s.head_id_number = h.head_id_number
order by h.head_id_number, h.household_id
