-- purpose: Whether a version has data-quality results; one published before there were rules has none.
-- grain: one row when it has, none otherwise.
-- params:
--   $database  VARCHAR  base for the version a build starts from, '' for the one being read
-- units: none
-- source: DuckDB's list of tables.
select table_name
from duckdb_tables()
where table_name = 'out_quality_history'
    and (database_name = $database or ($database = '' and database_name = current_database()))
order by table_name
