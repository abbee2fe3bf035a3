-- purpose: The directory of villages (行政区划名录) with the townships and county they belong to.
-- grain: one row per administrative village (行政村).
-- params: none
-- units: none
-- source: ledger 行政区划名录.
create table core_regions (
    village_code varchar not null,
    village_name varchar not null,
    township_code varchar not null,
    township_name varchar not null,
    county_code varchar not null,
    county_name varchar,
    city_code varchar,
    city_name varchar,
    province_code varchar,
    province_name varchar,
    former_names varchar,
    is_escaped_village boolean,
    file_no integer,
    row_no integer,
    row_hash varchar not null
)
