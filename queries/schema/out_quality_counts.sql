-- purpose: How many break each data-quality rule, of how many examined.
-- grain: one row per rule that ran and region with anything to examine.
-- params: none
-- units: counts of the rule's subject (户, 人, 条 …); region_code '' holds what lies in no region.
-- source: the rules' conditions over quality_* subjects, filled once per published version.
create table out_quality_counts (
    rule_id varchar not null,
    region_code varchar not null,
    region_level varchar not null,
    offenders integer not null,
    examined integer not null
)
