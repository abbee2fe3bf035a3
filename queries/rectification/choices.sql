-- purpose: What the rectification page can be filtered by: problem sources and responsible units.
-- grain: one row per dimension and name.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
-- units: none
-- source: core_rectification, bridge_rectification_units, from ledger 问题整改台账.
with problems as (
    select p.problem_id, p.problem_source
    from core_rectification p
    where exists (
        select 1
        from core_region_scope scope
        where scope.region_code = p.region_code
            and scope.scope_code = $region_code
    )
),
named as (
    select '问题来源' as dimension, problem_source as name
    from problems
    union all
    select '责任单位' as dimension, b.responsible_unit as name
    from problems p
    join bridge_rectification_units b on b.problem_id = p.problem_id
)
select
    dimension,
    name
from named
group by dimension, name
order by dimension, count(*) desc, name
