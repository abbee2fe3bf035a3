-- purpose: Problems to be rectified: done, closed, overdue, done but not closed, due soon.
-- grain: one row per indicator, region and group ('', 问题来源=…, 责任单位=… or 整改状态=…);
--   villages only have the groups that occur there.
-- params:
--   $as_of  DATE  a problem due that day is not overdue
--   $due_soon_days  INTEGER  days ahead, the last one included, that count as due soon
-- units: 个 (problems); percent, null where there is no problem. Null when no problem is loaded.
-- source: core_rectification, bridge_rectification_units, from ledger 问题整改台账.
with problems as (
    select
        problem_id,
        region_code,
        problem_source,
        rectification_status,
        rectification_status = '已完成' as is_done,
        coalesce(is_closed, false) as is_closed,
        -- What is to be kept up for good (长期坚持) has no deadline, whatever its row says.
        case when rectification_status <> '长期坚持' then due_on end as due_on
    from core_rectification
),
grouped as (
    select problem_id, region_code, is_done, is_closed, due_on, '' as grp
    from problems
    union all
    select problem_id, region_code, is_done, is_closed, due_on, '问题来源=' || problem_source as grp
    from problems
    union all
    select problem_id, region_code, is_done, is_closed, due_on, '整改状态=' || rectification_status as grp
    from problems
    union all
    select p.problem_id, p.region_code, p.is_done, p.is_closed, p.due_on, '责任单位=' || b.responsible_unit as grp
    from problems p
    join bridge_rectification_units b on b.problem_id = p.problem_id
),
counted as (
    select
        s.scope_code as region_code,
        g.grp,
        cast(count(*) as double) as problems,
        cast(count(*) filter (where g.is_done) as double) as done,
        cast(count(*) filter (where g.is_closed) as double) as closed,
        cast(count(*) filter (where not g.is_done and g.due_on < $as_of) as double) as overdue,
        cast(count(*) filter (where g.is_done and not g.is_closed) as double) as done_not_closed,
        cast(count(*) filter (
            where not g.is_done
                and date_diff('day', $as_of, g.due_on) between 0 and $due_soon_days
        ) as double) as due_soon
    from grouped g
    join core_region_scope s on s.region_code = g.region_code
    group by s.scope_code, g.grp
),
ledger as (
    select count(*) > 0 as is_loaded from core_rectification
),
groups as (
    select '' as grp
    union
    select grp from grouped
),
regions as (
    select
        u.region_code,
        u.region_level,
        g.grp,
        case when l.is_loaded then coalesce(c.problems, 0.0) end as problems,
        case when l.is_loaded then coalesce(c.done, 0.0) end as done,
        case when l.is_loaded then coalesce(c.closed, 0.0) end as closed,
        case when l.is_loaded then coalesce(c.overdue, 0.0) end as overdue,
        case when l.is_loaded then coalesce(c.done_not_closed, 0.0) end as done_not_closed,
        case when l.is_loaded then coalesce(c.due_soon, 0.0) end as due_soon
    from core_units u
    cross join groups g
    cross join ledger l
    left join counted c
        on c.region_code = u.region_code
        and c.grp = g.grp
    where u.region_level <> 'village'
        or g.grp = ''
        or c.grp is not null
),
figures as (
    select
        i.indicator,
        r.region_code,
        r.region_level,
        r.grp,
        case i.indicator
            when 'rectification_problems' then r.problems
            when 'rectification_done_pct' then r.done
            when 'rectification_closed_pct' then r.closed
            when 'rectification_overdue' then r.overdue
            when 'rectification_done_not_closed' then r.done_not_closed
            when 'rectification_due_30d' then r.due_soon
        end as numerator,
        case when i.unit = '%' then r.problems end as denominator,
        i.unit
    from regions r
    join (
        values
            ('rectification_problems', '个', true),
            ('rectification_done_pct', '%', true),
            ('rectification_closed_pct', '%', true),
            ('rectification_overdue', '个', false),
            ('rectification_done_not_closed', '个', false),
            ('rectification_due_30d', '个', false)
    ) as i(indicator, unit, has_status_groups)
        on i.has_status_groups
        or r.grp not like '整改状态=%'
)
select
    indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    numerator,
    denominator,
    case when unit = '%' then 100.0 * numerator / nullif(denominator, 0) else numerator end as value,
    unit
from figures
order by indicator, region_code, grp
