-- purpose: How each problem stands on the as-of day: closed, done, for good, late, behind schedule, due soon.
-- grain: one row per problem.
-- params:
--   $as_of  DATE  a problem due that day is not overdue
--   $due_soon_days  INTEGER  days ahead, the last one included, that count as due soon
--   $behind_schedule_pct  DOUBLE  percentage points behind the share of time gone that are still on schedule
--   $overdue_step_1_days  INTEGER  end of the first step of lateness
--   $overdue_step_2_days  INTEGER  end of the second step
--   $overdue_step_3_days  INTEGER  end of the third step
-- units: days_left in days, negative when overdue, null when done, for good or without a deadline; days_open in days
--   since found, null when done; days_unclosed in days since done, where not closed; schedule_pct is the share of time gone between found and due.
--   state is one of 已销号, 完成未销号, 长期坚持, 逾期, 未达序时进度, 临近到期, 正常推进, 未定时限.
-- source: core_rectification, from ledger 问题整改台账.
with problems as (
    select
        problem_id,
        rectification_status,
        rectification_status = '已完成' as is_done,
        rectification_status = '长期坚持' as is_for_good,
        coalesce(is_closed, false) as is_closed,
        found_on,
        completed_on,
        -- What is to be kept up for good (长期坚持) has no deadline, whatever its row says.
        case when rectification_status not in ('已完成', '长期坚持') then due_on end as due_on,
        case
            when rectification_status = '未启动' then coalesce(100.0 * progress_share, 0.0)
            else 100.0 * progress_share
        end as progress_pct
    from core_rectification
),
timed as (
    select
        problem_id,
        is_done,
        is_for_good,
        is_closed,
        progress_pct,
        case
            when is_done and not is_closed then date_diff('day', completed_on, $as_of)
        end as days_unclosed,
        date_diff('day', $as_of, due_on) as days_left,
        case when not is_done then date_diff('day', found_on, $as_of) end as days_open,
        case
            when due_on > found_on and found_on <= $as_of and due_on >= $as_of
                then 100.0 * date_diff('day', found_on, $as_of) / nullif(date_diff('day', found_on, due_on), 0)
        end as schedule_pct
    from problems
),
judged as (
    select
        problem_id,
        is_done,
        is_closed,
        is_for_good,
        days_left,
        days_open,
        days_unclosed,
        schedule_pct,
        coalesce(days_left between 0 and $due_soon_days, false) as is_due_soon,
        case
            when is_done and is_closed then '已销号'
            when is_done then '完成未销号'
            when is_for_good then '长期坚持'
            when days_left is null then '未定时限'
            when days_left < 0 then '逾期'
            when progress_pct < schedule_pct - $behind_schedule_pct then '未达序时进度'
            when days_left <= $due_soon_days then '临近到期'
            else '正常推进'
        end as state,
        case
            when is_done or is_for_good then null
            when days_left is null then 7
            when days_left > $due_soon_days then 6
            when days_left >= 0 then 5
            when -days_left <= $overdue_step_1_days then 4
            when -days_left <= $overdue_step_2_days then 3
            when -days_left <= $overdue_step_3_days then 2
            else 1
        end as bucket_no
    from timed
)
select
    problem_id,
    is_done,
    is_closed,
    is_for_good,
    is_due_soon,
    days_left,
    days_open,
    days_unclosed,
    schedule_pct,
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
order by problem_id
