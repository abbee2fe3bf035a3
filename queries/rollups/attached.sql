-- purpose: Whether the version a build starts from is attached as base.
-- grain: one row when it is, none when the build starts from nothing.
-- params: none
-- units: none
-- source: DuckDB's list of attached databases.
select database_name
from duckdb_databases()
where database_name = 'base'
order by database_name
