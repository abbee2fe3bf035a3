-- purpose: The latest day on which something in the ledgers happened, for the as-of date (截至日期) of a version.
-- grain: exactly one row; null when no ledger holds a date.
-- params:
--   $today  DATE  later dates are not counted
-- units: none
-- source: core_visits, core_monitored, core_measures, core_rectification.
with happened as (
    select max(visited_on) as happened_on from core_visits where visited_on <= $today
    union all
    select max(identified_on) as happened_on from core_monitored where identified_on <= $today
    union all
    select max(eliminated_on) as happened_on from core_monitored where eliminated_on <= $today
    union all
    select max(started_on) as happened_on from core_measures where started_on <= $today
    union all
    select max(found_on) as happened_on from core_rectification where found_on <= $today
    union all
    select max(completed_on) as happened_on from core_rectification where completed_on <= $today
)
select max(happened_on) as as_of
from happened
