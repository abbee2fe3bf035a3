-- purpose: Staged rows of a household that the register does not have.
-- grain: one row per staged row.
-- params: none
-- units: none
-- source: staged, core_households of the version in the making.
select
    s.file_no,
    s.row_no,
    s.household_id
from staged s
where not exists (select 1 from core_households h where h.household_id = s.household_id)
order by s.file_no, s.row_no
