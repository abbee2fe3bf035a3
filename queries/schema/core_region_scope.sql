-- purpose: The roll-up bridge: a fact placed at region_code counts for every scope it lies in.
-- grain: one row per region and each region containing it, itself included.
-- params: none
-- units: none
-- source: derived from core_regions at publication.
create table core_region_scope (
    region_code varchar not null,
    scope_level varchar not null,
    scope_code varchar not null
)
