-- purpose: The data-quality rules as they stood when the version was published, and whether each could be run.
-- grain: one row per rule of data/quality_rules.toml, in its order.
-- params: none
-- units: position counts from 1; fault is null where the rule ran, else why it could not, in one sentence.
-- source: data/quality_rules.toml, data/quality_subjects.toml.
create table out_quality_rules (
    rule_id varchar not null,
    position integer not null,
    severity varchar not null,
    ledger varchar not null,
    subject varchar not null,
    unit varchar not null,
    says varchar not null,
    todo varchar not null,
    source varchar not null,
    limits varchar,
    fault varchar
)
