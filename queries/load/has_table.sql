-- purpose: Whether a database has a table.
-- grain: one row where it has, none where not.
-- params:
--   $database  VARCHAR  an attached database; '' for the one being read
--   $table     VARCHAR  the table
-- units: none
-- source: the catalogue.
select t.table_name
from duckdb_tables() t
where t.database_name = coalesce(nullif($database, ''), current_database())
    and t.table_name = $table
