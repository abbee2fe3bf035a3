-- purpose: Yearly collective-economy accounts of villages (村集体经济收入台账), as reported.
-- grain: one row per village and year (行政村代码+年度).
-- params: none
-- units: *_yuan in yuan to the cent.
-- source: ledger 村集体经济收入台账.
create table core_collective_economy (
    village_code varchar not null,
    account_year integer not null,
    total_income_yuan decimal(18, 2) not null,
    operating_income_yuan decimal(18, 2) not null,
    lease_income_yuan decimal(18, 2),
    investment_income_yuan decimal(18, 2),
    subsidy_income_yuan decimal(18, 2),
    other_income_yuan decimal(18, 2),
    total_cost_yuan decimal(18, 2),
    net_profit_yuan decimal(18, 2),
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
