-- purpose: Begin the list of households that the load touches, for checks over register and members together.
-- grain: none (creates)
-- params: none
-- units: none
-- source: none
create or replace temp table touched (
    kind varchar,
    household_id varchar,
    file_no integer,
    row_no integer
)
