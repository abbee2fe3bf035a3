-- purpose: Assessment checklist items (考核清单).
-- grain: one row per item (指标编号).
-- params: none
-- units: full_score and self_score in points; completion_share as a fraction (1 = done).
-- source: ledger 考核清单.
create table core_checklist (
    item_id varchar not null,
    serial_no varchar,
    section varchar not null,
    content varchar not null,
    scoring_rule varchar,
    full_score double,
    lead_unit varchar,
    due_on date,
    due_on_precision varchar,
    completion_status varchar not null,
    completion_share double,
    self_score double,
    evidence varchar,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
