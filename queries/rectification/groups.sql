-- purpose: Problems counted by responsible unit, source, place and time left, for the rectification page.
-- grain: one row per dimension and group among the problems the filters leave; one of 全部 unless none is left.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $source       VARCHAR  问题来源 to keep; '' keeps all
--   $unit         VARCHAR  责任单位 to keep; '' keeps all
-- units: counts of problems; shares in percent; days in days. Places are the regions directly below the one looked
--   at; 本级 holds problems that name none of them. overdue_change is null where the version before has no such
--   figure, and under filters.
-- source: core_rectification, bridge_rectification_units, out_rectification_states, out_indicators_before.
with problems as (
    select
        p.problem_id,
        p.problem_source,
        p.problem_type,
        p.region_code,
        s.state,
        s.is_done,
        s.is_closed,
        s.is_due_soon,
        s.days_left,
        s.days_open,
        s.bucket_no,
        s.bucket
    from core_rectification p
    join out_rectification_states s on s.problem_id = p.problem_id
    where exists (
            select 1
            from core_region_scope scope
            where scope.region_code = p.region_code
                and scope.scope_code = $region_code
        )
        and ($source = '' or p.problem_source = $source)
        and (
            $unit = ''
            or exists (
                select 1
                from bridge_rectification_units b
                where b.problem_id = p.problem_id
                    and b.responsible_unit = $unit
            )
        )
),
parts as (
    select scope.region_code, part.region_code as part_code, part.region_name as part_name
    from core_units part
    join core_region_scope scope on scope.scope_code = part.region_code
    where part.parent_code = $region_code
),
placed as (
    select problem_id, '全部' as dimension, '' as code, '全部' as name, 0 as place
    from problems
    union all
    select problem_id, '问题来源' as dimension, problem_source as code, problem_source as name, 0 as place
    from problems
    union all
    select
        problem_id,
        '问题类型' as dimension,
        coalesce(problem_type, '') as code,
        coalesce(problem_type, '未分类型') as name,
        0 as place
    from problems
    union all
    select
        p.problem_id,
        '责任单位' as dimension,
        coalesce(b.responsible_unit, '') as code,
        coalesce(b.responsible_unit, '未明确责任单位') as name,
        0 as place
    from problems p
    left join bridge_rectification_units b on b.problem_id = p.problem_id
    union all
    select
        p.problem_id,
        '地区' as dimension,
        coalesce(part.part_code, '') as code,
        coalesce(part.part_name, '本级（未列下级）') as name,
        0 as place
    from problems p
    left join parts part on part.region_code = p.region_code
    union all
    select problem_id, '时限' as dimension, bucket as code, bucket as name, bucket_no as place
    from problems
    where bucket is not null
),
counted as (
    select
        t.dimension,
        t.code,
        t.name,
        max(t.place) as place,
        count(*) as problems,
        count(*) filter (where p.is_done) as done,
        count(*) filter (where p.is_closed) as closed,
        count(*) filter (where p.state = '已销号') as done_and_closed,
        count(*) filter (where p.state = '完成未销号') as done_not_closed,
        count(*) filter (where p.state = '长期坚持') as for_good,
        count(*) filter (where p.state = '逾期') as overdue,
        count(*) filter (where p.state = '未达序时进度') as behind,
        count(*) filter (where p.is_due_soon) as due_soon,
        count(*) filter (where p.is_due_soon and p.state = '未达序时进度') as due_soon_behind,
        count(*) filter (where p.state = '正常推进') as on_track,
        count(*) filter (where p.state = '未定时限') as without_deadline,
        max(-p.days_left) filter (where p.state = '逾期') as longest_overdue_days,
        max(p.days_open) filter (where p.bucket is not null) as longest_open_days
    from placed t
    join problems p on p.problem_id = t.problem_id
    group by t.dimension, t.code, t.name
)
select
    c.dimension,
    c.code,
    c.name,
    c.problems,
    c.done,
    c.closed,
    c.done_and_closed,
    c.done_not_closed,
    c.for_good,
    c.overdue,
    c.behind,
    c.due_soon,
    c.due_soon_behind,
    c.on_track,
    c.without_deadline,
    c.problems - c.done - c.for_good - c.overdue as open_in_time,
    100.0 * c.done / nullif(c.problems, 0) as done_pct,
    100.0 * c.closed / nullif(c.problems, 0) as closed_pct,
    c.longest_overdue_days,
    c.longest_open_days,
    cast(c.overdue - b.value as integer) as overdue_change
from counted c
left join out_indicators_before b
    on b.indicator = 'rectification_overdue'
    and $source = ''
    and $unit = ''
    and (
        (c.dimension = '地区' and b.region_code = c.code and b.grp = '')
        or (
            b.region_code = $region_code
            and b.grp = case when c.dimension = '全部' then '' else c.dimension || '=' || c.name end
        )
    )
order by
    c.dimension,
    c.place,
    c.overdue desc,
    open_in_time desc,
    c.problems desc,
    c.code
