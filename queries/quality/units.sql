-- purpose: Errors and doubts of the regions directly below a region, most first.
-- grain: one row per region below that had anything to examine.
-- params:
--   $region_code  VARCHAR  the county or township looked at
--   $ledger  VARCHAR  rules of this ledger only; '' for all
--   $severity  VARCHAR  error or warning only; '' for both
--   $rule_id  VARCHAR  this rule only; '' for all
-- units: offenders, errors, warnings and examined count subjects; share_pct from 0 to 100.
-- source: out_quality_counts, out_quality_rules, core_units.
select
    u.region_code,
    u.region_name,
    cast(coalesce(sum(c.offenders) filter (where r.severity = 'error'), 0) as integer) as errors,
    cast(coalesce(sum(c.offenders) filter (where r.severity = 'warning'), 0) as integer) as warnings,
    cast(sum(c.offenders) as integer) as offenders,
    cast(sum(c.examined) as integer) as examined,
    100.0 * cast(sum(c.offenders) as double) / nullif(sum(c.examined), 0) as share_pct
from core_units u
join out_quality_counts c on c.region_code = u.region_code
join out_quality_rules r on r.rule_id = c.rule_id
where u.parent_code = $region_code
    and ($ledger = '' or r.ledger = $ledger)
    and ($severity = '' or r.severity = $severity)
    and ($rule_id = '' or r.rule_id = $rule_id)
group by u.region_code, u.region_name
order by offenders desc, share_pct desc, u.region_code
