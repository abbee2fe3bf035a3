-- purpose: Stage the checked rows of one ledger with the hash that tells a changed row from an unchanged one.
-- grain: one row per row of the files being loaded.
-- params: none
-- units: as the ledger's core table.
-- source: the rows handed over by the intake (incoming); canonical holds the row's values, without its place in a file.
create or replace temp table staged as
select
    * exclude (canonical),
    md5(canonical::varchar) as row_hash
from incoming
