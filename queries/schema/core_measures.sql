-- purpose: Support measures for households (帮扶措施台账).
-- grain: one row per measure (措施编号).
-- params: none
-- units: invested_yuan in yuan to the cent.
-- source: ledger 帮扶措施台账.
create table core_measures (
    measure_id varchar not null,
    household_id varchar not null,
    village_code varchar not null,
    head_name varchar,
    measure_type varchar not null,
    measure_name varchar,
    started_on date,
    started_on_precision varchar,
    ended_on date,
    ended_on_precision varchar,
    invested_yuan decimal(18, 2),
    delivery_status varchar not null,
    responsible_unit varchar,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
