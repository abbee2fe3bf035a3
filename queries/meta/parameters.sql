-- purpose: Thresholds and targets the version was computed with, each with its source clause.
-- grain: one row per parameter.
-- params: none
-- units: value in the unit named by unit.
-- source: meta_parameters, from data/policy.toml at publication.
select
    parameter,
    label,
    value,
    unit,
    jurisdiction,
    valid_from,
    source_document,
    source_clause,
    quote
from meta_parameters
order by parameter
