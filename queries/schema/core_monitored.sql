-- purpose: Households under monitoring (监测对象台账).
-- grain: one row per monitored household (户编号).
-- params: none
-- units: household_size in persons.
-- source: ledger 监测对象台账.
create table core_monitored (
    household_id varchar not null,
    village_code varchar not null,
    head_name varchar,
    household_size integer,
    monitor_category varchar not null,
    identified_on date not null,
    identified_on_precision varchar,
    risks varchar,
    is_risk_eliminated boolean not null,
    eliminated_on date,
    eliminated_on_precision varchar,
    helper_name varchar,
    helper_phone varchar,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
