-- purpose: What earlier versions counted by rule, for changes and trends.
-- grain: one row per earlier version, rule and region; villages only of the version just before.
-- params: none
-- units: counts of the rule's subject.
-- source: out_quality_counts of the version this one was built from, and the history it held.
create table out_quality_history (
    version varchar not null,
    as_of date not null,
    rule_id varchar not null,
    region_code varchar not null,
    region_level varchar not null,
    offenders integer not null,
    examined integer not null
)
