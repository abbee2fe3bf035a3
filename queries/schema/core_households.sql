-- purpose: The household register (农户基本信息台账).
-- grain: one row per household (户编号).
-- params: none
-- units: household_size in persons; *_on_precision is day or month.
-- source: ledger 农户基本信息台账.
create table core_households (
    household_id varchar not null,
    village_code varchar not null,
    hamlet_name varchar,
    head_name varchar not null,
    head_id_number varchar,
    phone varchar,
    household_size integer not null,
    household_type varchar not null,
    monitor_category varchar,
    identified_on date,
    identified_on_precision varchar,
    is_risk_eliminated boolean,
    eliminated_on date,
    eliminated_on_precision varchar,
    risks varchar,
    assistance varchar,
    is_housing_safe boolean,
    is_water_safe boolean,
    is_education_secured boolean,
    is_medical_secured boolean,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
