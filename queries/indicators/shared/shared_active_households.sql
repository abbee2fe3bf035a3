-- purpose: Monitored households active on the as-of day (监测对象): identified by then, risk not eliminated.
-- grain: one row per active household.
-- params:
--   $as_of  DATE  households identified later are not active yet
-- units: none. An elimination carries no history: a household eliminated since is not active on earlier days either.
-- source: core_monitored, from ledger 监测对象台账.
select
    household_id,
    village_code,
    monitor_category
from core_monitored
where identified_on <= $as_of
    and not is_risk_eliminated
order by household_id
