-- purpose: Risks (致贫返贫风险) of monitored households one by one; a cell may name several, joined by 、.
--   Splitting a list is written differently by every SQL engine, so it is done here and nowhere else.
-- grain: one row per monitored household and risk.
-- params: none
-- units: none
-- source: core_monitored, from ledger 监测对象台账.
with named as (
    select
        household_id,
        trim(unnest(string_split(risks, '、'))) as risk
    from core_monitored
    where risks is not null
)
select distinct household_id, risk
from named
where risk <> ''
order by household_id, risk
