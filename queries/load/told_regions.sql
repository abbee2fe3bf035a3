-- purpose: Townships of the directory that stand under two names, and village names that stand twice in a township.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 行政区划名录.
with named as (
    select
        file_no,
        row_no,
        township_name,
        village_name,
        first_value(township_name) over (partition by township_code order by file_no, row_no) as first_township_name,
        count(*) over (partition by township_code, village_name) as villages_so_named
    from staged
)

select file_no, row_no, 'township_two_names' as code, 'township_name' as column_name, township_name as value,
    first_township_name as detail
from named
where township_name <> first_township_name
union all
select file_no, row_no, 'village_name_twice', 'village_name', village_name, township_name
from named
where villages_so_named > 1
order by file_no, row_no, code
