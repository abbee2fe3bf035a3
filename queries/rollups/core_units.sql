-- purpose: County, townships and villages of the directory, as every page and indicator lists them.
-- grain: one row per county, township and village.
-- params: none
-- units: none
-- source: core_regions.
with counties as (
    select
        county_code as region_code,
        'county' as region_level,
        coalesce(max(county_name), '全县') as region_name,
        max(city_code) as parent_code,
        county_code,
        cast(null as varchar) as township_code,
        cast(null as varchar) as village_code
    from core_regions
    group by county_code
),
townships as (
    select
        township_code as region_code,
        'township' as region_level,
        max(township_name) as region_name,
        max(county_code) as parent_code,
        max(county_code) as county_code,
        township_code,
        cast(null as varchar) as village_code
    from core_regions
    group by township_code
),
villages as (
    select
        village_code as region_code,
        'village' as region_level,
        village_name as region_name,
        township_code as parent_code,
        county_code,
        township_code,
        village_code
    from core_regions
)
select region_code, region_level, region_name, parent_code, county_code, township_code, village_code from counties
union all
select region_code, region_level, region_name, parent_code, county_code, township_code, village_code from townships
union all
select region_code, region_level, region_name, parent_code, county_code, township_code, village_code from villages
order by region_code
