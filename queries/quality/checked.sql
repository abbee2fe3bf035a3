-- purpose: What every data-quality rule found in the whole county, for the check command.
-- grain: one row per rule, in the order of the rule file.
-- params: none
-- units: counts of the rule's subject; null where the rule could not be run.
-- source: out_quality_rules, out_quality_counts.
with found as (
    select rule_id, sum(offenders) as offenders, sum(examined) as examined
    from out_quality_counts
    where region_level in ('county', '')
    group by rule_id
)
select
    r.severity,
    r.rule_id,
    r.says,
    case when r.fault is null then cast(coalesce(f.offenders, 0) as integer) end as offenders,
    case when r.fault is null then cast(coalesce(f.examined, 0) as integer) end as examined,
    r.fault
from out_quality_rules r
left join found f on f.rule_id = r.rule_id
order by r.position, r.rule_id
