-- purpose: The version being read: its as-of date and the jurisdiction whose thresholds were applied.
-- grain: exactly one row.
-- params: none
-- units: none
-- source: meta_version.
select
    version,
    base_version,
    as_of,
    jurisdiction
from meta_version
order by version
