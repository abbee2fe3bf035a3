-- purpose: Responsible units (责任单位) of problems one by one; a cell may name several, however parted.
--   Splitting a list is written differently by every SQL engine, so it is done here and nowhere else.
-- grain: one row per problem and responsible unit.
-- params: none
-- units: none
-- source: core_rectification, from ledger 问题整改台账.
with named as (
    select
        problem_id,
        unnest(regexp_split_to_array(responsible_unit, '[、，,；;／/\s　]+')) as responsible_unit
    from core_rectification
    where responsible_unit is not null
)
select distinct problem_id, responsible_unit
from named
where responsible_unit <> ''
order by problem_id, responsible_unit
