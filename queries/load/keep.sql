-- purpose: The ledger as it is now, where the load brings nothing for it.
-- grain: one row per key of the ledger.
-- params: none
-- units: as the ledger's core table.
-- source: current_rows.
create or replace temp view merged as
select * exclude (record_key)
from current_rows
