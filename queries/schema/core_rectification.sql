-- purpose: Problems to be rectified (问题整改台账).
-- grain: one row per problem (问题编号).
-- params: none
-- units: progress_share as a fraction (1 = done); progress_note holds progress told in words.
-- source: ledger 问题整改台账.
create table core_rectification (
    problem_id varchar not null,
    serial_no varchar,
    problem_source varchar not null,
    found_on date,
    found_on_precision varchar,
    problem_type varchar,
    township_name varchar,
    village_name varchar,
    region_code varchar not null,
    description varchar not null,
    measures varchar,
    responsible_unit varchar,
    responsible_person varchar,
    due_on date,
    due_on_precision varchar,
    rectification_status varchar not null,
    progress_share double,
    progress_note varchar,
    completed_on date,
    completed_on_precision varchar,
    is_closed boolean,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
