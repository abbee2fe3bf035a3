-- purpose: What breaks a data-quality rule in a region, one by one.
-- grain: one row per offender.
-- params:
--   $region_code  VARCHAR  the county, township or village looked at
--   $region_level  VARCHAR  its level; what lies in no region belongs to the county
--   $rule_id  VARCHAR  the rule
-- units: facts are the values concerned, as words.
-- source: out_quality_offenders, core_units.
select
    t.region_name as township_name,
    case when u.region_level = 'village' then u.region_name end as village_name,
    o.household_id,
    o.person_name,
    o.id_number,
    o.row_key,
    o.facts
from out_quality_offenders o
left join core_units u on u.region_code = o.region_code
left join core_units t
    on t.region_code = case when u.region_level = 'township' then u.region_code else u.township_code end
where o.rule_id = $rule_id
    and (
        exists (
            select 1
            from core_region_scope scope
            where scope.region_code = o.region_code and scope.scope_code = $region_code
        )
        or (u.region_code is null and $region_level = 'county')
    )
order by o.region_code, o.household_id, o.row_key, o.id_number
