-- purpose: Monitored households of the place by category and state, and how many of them are overdue for a visit.
-- grain: one row per 监测对象类别 that occurs in the county, the largest first.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $as_of        DATE     day of the counts
-- units: 户; eliminated_pct in percent, null where no household was ever monitored.
-- source: out_indicators.
select
    grp as monitor_category,
    max(value) filter (where indicator = 'monitored_ever') as ever,
    max(value) filter (where indicator = 'monitored_active') as active,
    max(value) filter (where indicator = 'monitored_eliminated') as eliminated,
    max(value) filter (where indicator = 'risk_eliminated_pct') as eliminated_pct,
    max(value) filter (where indicator = 'visit_overdue') as overdue
from out_indicators
where region_code = $region_code
    and indicator in (
        'monitored_ever',
        'monitored_active',
        'monitored_eliminated',
        'risk_eliminated_pct',
        'visit_overdue'
    )
    and period = cast($as_of as varchar)
    and grp <> ''
group by grp
order by ever desc, grp
