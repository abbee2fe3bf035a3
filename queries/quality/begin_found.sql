-- purpose: Begin the list of how many each rule found and examined where.
-- grain: none (creates)
-- params: none
-- units: counts of the rule's subject.
-- source: none
create or replace temp table quality_found (
    rule_id varchar not null,
    region_code varchar,
    offenders integer not null,
    examined integer not null
)
