-- purpose: The ledger as it stands, where the load brings nothing for it.
-- grain: one row per key of the ledger.
-- params: none
-- units: as the ledger's core table.
-- source: standing.
create or replace temp view merged as
select * exclude (record_key)
from standing
