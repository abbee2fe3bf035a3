-- purpose: The load log: every sheet of every file that was read into any version so far.
-- grain: one row per file sheet and load.
-- params: none
-- units: rows_* are counts of rows.
-- source: written by each load.
create table meta_files (
    file_no integer not null,
    version varchar not null,
    loaded_at timestamp not null,
    file_name varchar not null,
    sheet varchar,
    ledger varchar,
    sha256 varchar not null,
    status varchar not null,
    rows_read integer not null,
    rows_loaded integer not null,
    rows_refused integer not null,
    rows_new integer not null,
    rows_changed integer not null,
    rows_unchanged integer not null,
    rows_missing integer not null
)
