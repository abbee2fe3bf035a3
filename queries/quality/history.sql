-- purpose: The counts of the version a build starts from and those it remembers of versions before.
-- grain: one row per earlier version, rule and region; villages only of the version just before.
-- params:
--   $kept_versions  INTEGER  how many earlier versions are remembered
-- units: counts of the rule's subject.
-- source: out_quality_counts, out_quality_history and meta_version of the version attached as base.
with earlier as (
    select
        v.version,
        v.as_of,
        c.rule_id,
        c.region_code,
        c.region_level,
        c.offenders,
        c.examined
    from base.out_quality_counts c
    cross join base.meta_version v
    union all
    select
        version,
        as_of,
        rule_id,
        region_code,
        region_level,
        offenders,
        examined
    from base.out_quality_history
    where region_level <> 'village'
),
ranked as (
    select
        version,
        dense_rank() over (order by version desc) as place
    from earlier
    group by version
)
select
    e.version,
    e.as_of,
    e.rule_id,
    e.region_code,
    e.region_level,
    e.offenders,
    e.examined
from earlier e
join ranked r on r.version = e.version
where r.place <= $kept_versions
order by e.version, e.rule_id, e.region_code
