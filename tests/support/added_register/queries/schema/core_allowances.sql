-- purpose: Allowances for the aged (高龄津贴), invented for a test.
-- grain: one row per allowance (津贴编号).
-- params: none
-- units: *_yuan in yuan to the cent.
-- source: ledger 高龄津贴台账.
create table core_allowances (
    allowance_id varchar not null,
    household_id varchar not null,
    village_code varchar not null,
    recipient_name varchar not null,
    card_number varchar,
    grade varchar not null,
    paid_on date,
    paid_on_precision varchar,
    paid_yuan decimal(18, 2),
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
