-- purpose: Visit coverage, on-site share and households due month by month, for the place itself.
-- grain: one row per month, two years at most.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $as_of        DATE     the 24 months up to this day's are told
-- units: due, visited, visited_onsite in 户; *_pct in percent, null where no household was due.
-- source: out_indicators.
select
    period,
    max(denominator) filter (where indicator = 'visit_coverage_pct') as due,
    max(numerator) filter (where indicator = 'visit_coverage_pct') as visited,
    max(numerator) filter (where indicator = 'visit_onsite_pct') as visited_onsite,
    max(value) filter (where indicator = 'visit_coverage_pct') as coverage_pct,
    max(value) filter (where indicator = 'visit_onsite_pct') as onsite_pct
from out_indicators
where region_code = $region_code
    and indicator in ('visit_coverage_pct', 'visit_onsite_pct')
    and period > strftime(cast($as_of as date) - interval 24 month, '%Y-%m')
group by period
order by period
