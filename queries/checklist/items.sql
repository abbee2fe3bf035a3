-- purpose: The checklist item by item, latest deadlines missed first, for the list of the checklist page.
-- grain: one row per item the filters leave.
-- params:
--   $plan     VARCHAR  plan to keep; '' keeps all
--   $section  VARCHAR  考核板块 to keep as the ledger writes it; '' keeps all
--   $unit     VARCHAR  牵头单位 to keep; '' keeps all
--   $status   VARCHAR  state (逾期, 临近到期, 未定时限), 完成状态, 缺佐证材料 or 未明确单位 to keep; '' keeps all
-- units: days_overdue and days_left in days, one of them at most; completion_pct in percent; scores in points.
-- source: core_checklist, bridge_checklist_units, out_checklist_states, from ledger 考核清单.
select
    c.item_id,
    s.plan,
    s.section_name,
    c.content,
    coalesce(nullif(trim(c.lead_unit), ''), '未明确') as lead_unit,
    c.due_on,
    c.completion_status,
    s.state,
    case when s.days_left < 0 then -s.days_left end as days_overdue,
    case when s.days_left >= 0 then s.days_left end as days_left,
    100.0 * c.completion_share as completion_pct,
    c.full_score,
    c.self_score,
    case when s.is_evidence_missing then '缺佐证材料' else c.evidence end as evidence,
    c.scoring_rule
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
    and (
        $status in ('', s.state, c.completion_status)
        or ($status = '缺佐证材料' and s.is_evidence_missing)
        or ($status = '未明确单位' and coalesce(trim(c.lead_unit), '') = '')
    )
order by
    s.is_done,
    s.days_left nulls last,
    c.item_id
