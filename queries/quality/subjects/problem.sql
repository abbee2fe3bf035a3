-- purpose: Problems to be rectified as quality rules look at them.
-- grain: one row per problem (问题编号).
-- params:
--   $as_of  DATE  a problem due that day is not overdue
-- units: progress_pct from 0 to 100; days_overdue in days past the deadline, days_since_completion in days.
-- source: core_rectification.
create or replace temp table quality_problem as
select
    region_code,
    cast(null as varchar) as household_id,
    responsible_person as person_name,
    cast(null as varchar) as id_number,
    problem_id as row_key,
    problem_source,
    problem_type,
    found_on,
    due_on,
    completed_on,
    rectification_status,
    progress_share * 100.0 as progress_pct,
    is_closed,
    coalesce(trim(measures), '') <> '' as has_measures,
    responsible_unit,
    responsible_person is not null as has_responsible_person,
    cast($as_of - due_on as integer) as days_overdue,
    cast($as_of - completed_on as integer) as days_since_completion
from core_rectification
