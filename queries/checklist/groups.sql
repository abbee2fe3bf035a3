-- purpose: Checklist items counted by plan, section, lead unit and time left, for the checklist page.
-- grain: one row per dimension and group among the items the filters leave; one row of dimension 全部 unless none is left.
-- params:
--   $region_code  VARCHAR  county whose version before is compared with
--   $plan     VARCHAR  plan to keep; '' keeps all
--   $section  VARCHAR  考核板块 to keep as the ledger writes it; '' keeps all
--   $unit     VARCHAR  牵头单位 to keep; '' keeps all
-- units: counts of items; scores in points, only of items whose own score was reported. overdue_change is null where
--   the version before has no such figure, and under filters.
-- source: core_checklist, bridge_checklist_units, out_checklist_states, out_indicators_before.
with items as (
    select
        c.item_id,
        c.section,
        c.completion_status,
        c.full_score,
        c.self_score,
        s.plan,
        s.state,
        s.bucket_no,
        s.bucket,
        s.is_evidence_missing
    from core_checklist c
    join out_checklist_states s on s.item_id = c.item_id
    where ($plan = '' or s.plan = $plan)
        and ($section = '' or c.section = $section)
        and (
            $unit = ''
            or exists (
                select 1
                from bridge_checklist_units b
                where b.item_id = c.item_id
                    and b.lead_unit = $unit
            )
        )
),
placed as (
    select item_id, '全部' as dimension, '全部' as name, 0 as place
    from items
    union all
    select item_id, '方案' as dimension, plan as name, 0 as place
    from items
    union all
    select item_id, '板块' as dimension, section as name, 0 as place
    from items
    union all
    select i.item_id, '牵头单位' as dimension, coalesce(b.lead_unit, '未明确牵头单位') as name, 0 as place
    from items i
    left join bridge_checklist_units b on b.item_id = i.item_id
    union all
    select item_id, '时限' as dimension, bucket as name, bucket_no as place
    from items
    where bucket is not null
),
counted as (
    select
        p.dimension,
        p.name,
        max(p.place) as place,
        count(*) as items,
        count(*) filter (where i.completion_status = '已完成') as done,
        count(*) filter (where i.completion_status = '进行中') as in_progress,
        count(*) filter (where i.completion_status = '未启动') as not_started,
        count(*) filter (where i.state = '逾期') as overdue,
        count(*) filter (where i.completion_status = '进行中' and i.state <> '逾期') as in_progress_in_time,
        count(*) filter (where i.completion_status = '未启动' and i.state <> '逾期') as not_started_in_time,
        count(*) filter (where i.state = '临近到期') as due_soon,
        count(*) filter (where i.state = '未定时限') as without_deadline,
        count(*) filter (where i.is_evidence_missing) as without_evidence,
        count(i.self_score) filter (where i.full_score is not null) as scored,
        sum(i.self_score) filter (where i.full_score is not null) as self_score,
        sum(i.full_score) filter (where i.self_score is not null) as scored_full,
        sum(i.full_score) as full_score
    from placed p
    join items i on i.item_id = p.item_id
    group by p.dimension, p.name
)
select
    c.dimension,
    c.name,
    c.items,
    c.done,
    c.in_progress,
    c.not_started,
    c.overdue,
    c.in_progress_in_time,
    c.not_started_in_time,
    c.due_soon,
    c.without_deadline,
    c.without_evidence,
    100.0 * c.done / nullif(c.items, 0) as done_pct,
    c.scored,
    c.self_score,
    c.scored_full,
    c.full_score,
    100.0 * c.self_score / nullif(c.scored_full, 0) as score_pct,
    cast(c.overdue - b.value as integer) as overdue_change
from counted c
left join out_indicators_before b
    on b.indicator = 'checklist_overdue'
    and b.region_code = $region_code
    and b.grp = case c.dimension when '全部' then '' when '板块' then '考核板块=' || c.name else c.dimension || '=' || c.name end
    and $plan = ''
    and $section = ''
    and $unit = ''
order by
    c.dimension,
    c.place,
    c.overdue desc,
    done_pct,
    c.items desc,
    c.name
