-- purpose: What breaks each data-quality rule, one by one.
-- grain: one row per rule and offender; a household or person can break several rules.
-- params: none
-- units: facts are the values concerned, as words; row_key is 措施编号, 问题编号, 年度 … where the subject has one.
-- source: the rules' conditions over quality_* subjects, filled once per published version.
create table out_quality_offenders (
    rule_id varchar not null,
    region_code varchar,
    household_id varchar,
    person_name varchar,
    id_number varchar,
    row_key varchar,
    facts varchar
)
