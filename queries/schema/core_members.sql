-- purpose: Members of households (家庭成员台账).
-- grain: one row per person (证件号码).
-- params: none
-- units: months_worked in months.
-- source: ledger 家庭成员台账.
create table core_members (
    id_number varchar not null,
    household_id varchar not null,
    village_code varchar not null,
    head_name varchar,
    member_name varchar not null,
    relation varchar not null,
    sex varchar,
    born_on date,
    born_on_precision varchar,
    ethnicity varchar,
    education varchar,
    schooling varchar,
    health varchar,
    labour_skill varchar,
    work_place varchar,
    months_worked double,
    is_insured boolean,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
