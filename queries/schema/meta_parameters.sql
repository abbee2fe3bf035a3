-- purpose: Thresholds and targets this version was computed with, each with its source clause.
-- grain: one row per parameter.
-- params: none
-- units: value in the unit named by unit.
-- source: data/policy.toml, as it stood at publication.
create table meta_parameters (
    parameter varchar not null,
    label varchar not null,
    value double,
    unit varchar,
    jurisdiction varchar not null,
    valid_from date,
    source_document varchar,
    source_clause varchar,
    quote varchar
)
