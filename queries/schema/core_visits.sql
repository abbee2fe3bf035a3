-- purpose: Visits to households (走访台账).
-- grain: one row per household and day of visit (户编号+走访日期).
-- params: none
-- units: none
-- source: ledger 走访台账.
create table core_visits (
    household_id varchar not null,
    visited_on date not null,
    visited_on_precision varchar,
    village_code varchar not null,
    head_name varchar,
    visitor varchar,
    visit_mode varchar,
    is_risk_found boolean,
    findings varchar,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
