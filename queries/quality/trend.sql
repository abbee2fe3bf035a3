-- purpose: Errors and doubts of a region version by version, counting the rules the version read still has.
-- grain: one row per version, oldest first.
-- params:
--   $region_code  VARCHAR  the county, township or village looked at
--   $region_level  VARCHAR  its level; what lies in no region counts for the county
--   $ledger  VARCHAR  rules of this ledger only; '' for all
--   $severity  VARCHAR  error or warning only; '' for both
--   $rule_id  VARCHAR  this rule only; '' for all
-- units: errors and warnings count offenders; share_pct is offenders of examined, from 0 to 100.
-- source: out_quality_counts, out_quality_history, out_quality_rules, meta_version.
with counted as (
    select v.version, v.as_of, c.rule_id, c.region_code, c.offenders, c.examined
    from out_quality_counts c
    cross join meta_version v
    union all
    select version, as_of, rule_id, region_code, offenders, examined
    from out_quality_history
)
select
    c.version,
    c.as_of,
    cast(coalesce(sum(c.offenders) filter (where r.severity = 'error'), 0) as integer) as errors,
    cast(coalesce(sum(c.offenders) filter (where r.severity = 'warning'), 0) as integer) as warnings,
    100.0 * cast(sum(c.offenders) as double) / nullif(sum(c.examined), 0) as share_pct
from counted c
join out_quality_rules r on r.rule_id = c.rule_id
where (c.region_code = $region_code or (c.region_code = '' and $region_level = 'county'))
    and ($ledger = '' or r.ledger = $ledger)
    and ($severity = '' or r.severity = $severity)
    and ($rule_id = '' or r.rule_id = $rule_id)
group by c.version, c.as_of
order by c.as_of, c.version
