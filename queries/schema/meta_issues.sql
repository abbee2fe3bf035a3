-- purpose: Refusals, warnings and notices of each load, personal data masked.
-- grain: one row per issue.
-- params: none
-- units: none
-- source: written by each load.
create table meta_issues (
    file_no integer not null,
    code varchar not null,
    severity varchar not null,
    row_no integer,
    column_title varchar,
    value_masked varchar,
    message varchar not null
)
