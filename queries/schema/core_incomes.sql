-- purpose: Yearly household income (收入台账), as reported.
-- grain: one row per household and year (户编号+年度).
-- params: none
-- units: *_yuan in yuan to the cent; household_size in persons of that year.
-- source: ledger 收入台账.
create table core_incomes (
    household_id varchar not null,
    income_year integer not null,
    village_code varchar not null,
    head_name varchar,
    household_size integer not null,
    wage_yuan decimal(18, 2) not null,
    business_yuan decimal(18, 2) not null,
    property_yuan decimal(18, 2) not null,
    transfer_yuan decimal(18, 2) not null,
    business_cost_yuan decimal(18, 2) not null,
    net_income_yuan decimal(18, 2),
    net_income_per_capita_yuan decimal(18, 2),
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
