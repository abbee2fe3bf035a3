-- purpose: Townships with two names, village names that occur twice in a township, and a second county.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 行政区划名录 beside the current rows (current_rows) that are not in the files.
with directory as (
    select file_no, row_no, record_key, county_code, township_code, township_name, village_name
    from staged
    union all
    select null, null, record_key, county_code, township_code, township_name, village_name
    from current_rows
    where not exists (select 1 from staged where staged.record_key = current_rows.record_key)
),

named as (
    select
        file_no,
        row_no,
        county_code,
        township_name,
        village_name,
        first_value(county_code) over (order by file_no nulls first, row_no, record_key) as first_county_code,
        first_value(township_name) over (
            partition by township_code
            order by file_no nulls first, row_no, record_key
        ) as first_township_name,
        count(*) over (partition by township_code, village_name) as villages_so_named
    from directory
)

select file_no, row_no, 'township_two_names' as code, 'township_name' as column_name, township_name as value,
    first_township_name as detail
from named
where file_no is not null and township_name <> first_township_name
union all
select file_no, row_no, 'village_name_twice', 'village_name', village_name, township_name
from named
where file_no is not null and villages_so_named > 1
union all
select file_no, row_no, 'county_second', 'county_code', county_code, first_county_code
from named
where file_no is not null and county_code <> first_county_code
order by file_no, row_no, code
