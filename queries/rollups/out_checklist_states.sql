-- purpose: How each checklist item stands on the as-of day: its plan, whether it is late, what is missing.
-- grain: one row per item.
-- params:
--   $as_of  DATE  an item due that day is not overdue
--   $due_soon_days  INTEGER  days ahead, the last one included, that count as due soon
--   $overdue_step_1_days  INTEGER  end of the first step of lateness
--   $overdue_step_2_days  INTEGER  end of the second step
--   $overdue_step_3_days  INTEGER  end of the third step
-- units: days_left in days, negative when overdue, null when done or without a deadline.
--   state is one of 已完成, 逾期, 临近到期, 未到期, 未定时限; bucket is null when done.
-- source: core_checklist, from ledger 考核清单. 考核板块 is written 方案·板块 where several plans share a ledger.
with items as (
    select
        item_id,
        section,
        position('·' in section) as mark_at,
        completion_status = '已完成' as is_done,
        completion_status = '已完成' and coalesce(trim(evidence), '') = '' as is_evidence_missing,
        case when completion_status <> '已完成' then date_diff('day', $as_of, due_on) end as days_left
    from core_checklist
),
judged as (
    select
        item_id,
        case when mark_at > 1 then substr(section, 1, mark_at - 1) else '未分方案' end as plan,
        case when mark_at > 1 then substr(section, mark_at + 1) else section end as section_name,
        is_done,
        is_evidence_missing,
        days_left,
        case
            when is_done then '已完成'
            when days_left is null then '未定时限'
            when days_left < 0 then '逾期'
            when days_left <= $due_soon_days then '临近到期'
            else '未到期'
        end as state,
        case
            when is_done then null
            when days_left is null then 7
            when days_left > $due_soon_days then 6
            when days_left >= 0 then 5
            when -days_left <= $overdue_step_1_days then 4
            when -days_left <= $overdue_step_2_days then 3
            when -days_left <= $overdue_step_3_days then 2
            else 1
        end as bucket_no
    from items
)
select
    item_id,
    plan,
    section_name,
    is_done,
    is_evidence_missing,
    days_left,
    state,
    bucket_no,
    case bucket_no
        when 1 then '逾期超过' || cast(cast($overdue_step_3_days as integer) as varchar) || '天'
        when 2 then
            '逾期' || cast(cast($overdue_step_2_days as integer) + 1 as varchar)
            || '～' || cast(cast($overdue_step_3_days as integer) as varchar) || '天'
        when 3 then
            '逾期' || cast(cast($overdue_step_1_days as integer) + 1 as varchar)
            || '～' || cast(cast($overdue_step_2_days as integer) as varchar) || '天'
        when 4 then '逾期1～' || cast(cast($overdue_step_1_days as integer) as varchar) || '天'
        when 5 then cast(cast($due_soon_days as integer) as varchar) || '天内到期'
        when 6 then cast(cast($due_soon_days as integer) as varchar) || '天后到期'
        when 7 then '未定时限'
    end as bucket
from judged
order by item_id
