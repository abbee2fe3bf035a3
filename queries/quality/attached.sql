-- purpose: Whether the version a build starts from is attached as base and has quality results.
-- grain: one row when it has, none otherwise.
-- params: none
-- units: none
-- source: DuckDB's list of tables.
select table_name
from duckdb_tables()
where database_name = 'base' and table_name = 'out_quality_history'
order by table_name
