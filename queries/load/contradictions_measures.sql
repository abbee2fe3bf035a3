-- purpose: Contradictions within rows of the measure ledger and against register and monitored ledger.
-- grain: one row per staged row and contradiction.
-- params:
--   $today  DATE  the day of loading
-- units: none
-- source: staged rows of 帮扶措施台账, core_households and core_monitored of the version in the making.
select s.file_no, s.row_no, 'measure_for_unmonitored' as code, 'household_id' as column_name,
    s.household_id as value, null as detail
from staged s
join core_households h on h.household_id = s.household_id
where h.household_type = '一般农户'
  and h.monitor_category is null
  and not exists (select 1 from core_monitored m where m.household_id = s.household_id)
union all
select file_no, row_no, 'dates_out_of_order', 'ended_on', ended_on::varchar, '开始时间 ' || started_on::varchar
from staged
where ended_on < started_on
  and not (ended_on_precision = 'month' and date_trunc('month', started_on) <= ended_on)
union all
select file_no, row_no, 'started_in_future', 'started_on', started_on::varchar, delivery_status
from staged
where started_on > $today and delivery_status <> '未落实'
order by file_no, row_no, code
