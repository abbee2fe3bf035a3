-- purpose: Years an indicator was reported for, newest first, for the year filter.
-- grain: one row per year with a county figure.
-- params:
--   $indicator  VARCHAR  indicator id
-- units: year as text, such as 2025.
-- source: out_indicators.
select distinct period as year
from out_indicators
where indicator = $indicator
    and region_level = 'county'
    and grp = ''
    and value is not null
order by year desc
