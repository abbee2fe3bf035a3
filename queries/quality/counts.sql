-- purpose: Offenders and examined of every rule, rolled up to villages, townships and the county.
-- grain: one row per rule that ran and region with anything to examine; region_code '' for what lies in no region.
-- params: none
-- units: counts of the rule's subject.
-- source: quality_found, core_region_scope.
select
    f.rule_id,
    coalesce(s.scope_code, '') as region_code,
    coalesce(s.scope_level, '') as region_level,
    cast(sum(f.offenders) as integer) as offenders,
    cast(sum(f.examined) as integer) as examined
from quality_found f
left join core_region_scope s on s.region_code = f.region_code
group by f.rule_id, coalesce(s.scope_code, ''), coalesce(s.scope_level, '')
order by f.rule_id, region_code
