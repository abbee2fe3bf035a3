-- purpose: Households that break any data-quality rule, themselves or by a member, an income, a visit or a measure.
-- grain: exactly one row.
-- params:
--   $region_code  VARCHAR  the county, township or village looked at
--   $ledger  VARCHAR  rules of this ledger only; '' for all
--   $severity  VARCHAR  error or warning only; '' for both
-- units: households with an offence, and households of the register.
-- source: out_quality_offenders, out_quality_rules, core_households.
select
    cast(count(distinct o.household_id) as integer) as households,
    (
        select cast(count(*) as integer)
        from core_households h
        where exists (
            select 1
            from core_region_scope scope
            where scope.region_code = h.village_code and scope.scope_code = $region_code
        )
    ) as registered
from out_quality_offenders o
join out_quality_rules r on r.rule_id = o.rule_id
where ($ledger = '' or r.ledger = $ledger)
    and ($severity = '' or r.severity = $severity)
    and exists (
        select 1
        from core_region_scope scope
        where scope.region_code = o.region_code and scope.scope_code = $region_code
    )
