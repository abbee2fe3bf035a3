-- purpose: The problems one by one, the longest overdue first, for the list of the rectification page.
-- grain: one row per problem the filters leave.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $source       VARCHAR  问题来源 to keep; '' keeps all
--   $unit         VARCHAR  责任单位 to keep; '' keeps all
--   $status       VARCHAR  state, 整改状态 or 30 days' notice (即将到期) to keep; '' keeps all
-- units: days_overdue, days_left, days_open in days, the first two never together; progress_pct in percent.
-- source: core_rectification, bridge_rectification_units, out_rectification_states, from ledger 问题整改台账.
select
    p.problem_id,
    s.state,
    case when s.days_left < 0 then -s.days_left end as days_overdue,
    case when s.days_left >= 0 then s.days_left end as days_left,
    p.problem_source,
    p.problem_type,
    coalesce(township.region_name, p.township_name) as township_name,
    case when place.region_level = 'village' then place.region_name else p.village_name end as village_name,
    p.description,
    p.measures,
    p.responsible_unit,
    p.responsible_person,
    p.found_on,
    p.due_on,
    p.rectification_status,
    100.0 * p.progress_share as progress_pct,
    s.schedule_pct,
    p.progress_note,
    s.days_open,
    s.days_unclosed,
    p.completed_on,
    p.is_closed
from core_rectification p
join out_rectification_states s on s.problem_id = p.problem_id
left join core_units place on place.region_code = p.region_code
left join core_units township
    on township.region_code = place.township_code
    and township.region_level = 'township'
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
    and (
        $status in ('', s.state, p.rectification_status)
        or ($status = '即将到期' and s.is_due_soon)
    )
order by
    s.days_left nulls last,
    s.days_unclosed desc nulls last,
    s.is_closed,
    p.completed_on desc nulls last,
    p.problem_id
