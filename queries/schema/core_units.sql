-- purpose: Every region that figures are shown for, in the order of its official code.
-- grain: one row per county, township and village.
-- params: none
-- units: none
-- source: derived from core_regions at publication.
create table core_units (
    region_code varchar not null,
    region_level varchar not null,
    region_name varchar not null,
    parent_code varchar,
    county_code varchar not null,
    township_code varchar,
    village_code varchar
)
