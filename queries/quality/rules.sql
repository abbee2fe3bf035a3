-- purpose: How many break each data-quality rule in a region, of how many, and what became of it since the last version.
-- grain: one row per rule; broken ones first, errors before doubts, most offenders first.
-- params:
--   $region_code  VARCHAR  the county, township or village looked at
--   $region_level  VARCHAR  its level; what lies in no region counts for the county
--   $ledger  VARCHAR  rules of this ledger only; '' for all
--   $severity  VARCHAR  error or warning only; '' for both
-- units: offenders, examined and change count the rule's subject; share_pct from 0 to 100; null where the rule could not
--   be run or had nothing to examine, change also where the version before did not have the rule.
-- source: out_quality_rules, out_quality_counts, out_quality_history.
with now as (
    select rule_id, sum(offenders) as offenders, sum(examined) as examined
    from out_quality_counts
    where region_code = $region_code or (region_code = '' and $region_level = 'county')
    group by rule_id
),
last_version as (
    select max(version) as version
    from out_quality_history
),
before as (
    select h.rule_id, sum(h.offenders) as offenders
    from out_quality_history h
    join last_version l on l.version = h.version
    where h.region_code = $region_code or (h.region_code = '' and $region_level = 'county')
    group by h.rule_id
)
select
    r.rule_id,
    r.severity,
    r.ledger,
    r.subject,
    r.unit,
    r.says,
    r.todo,
    r.source,
    r.limits,
    r.fault,
    cast(n.offenders as integer) as offenders,
    cast(n.examined as integer) as examined,
    100.0 * cast(n.offenders as double) / nullif(n.examined, 0) as share_pct,
    cast(n.offenders - b.offenders as integer) as change
from out_quality_rules r
left join now n on n.rule_id = r.rule_id
left join before b on b.rule_id = r.rule_id
where ($ledger = '' or r.ledger = $ledger)
    and ($severity = '' or r.severity = $severity)
order by coalesce(n.offenders, 0) > 0 desc, r.severity, coalesce(n.offenders, 0) desc, r.position, r.rule_id
