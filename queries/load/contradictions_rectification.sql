-- purpose: Contradictions within rows of the rectification ledger.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 问题整改台账.
select file_no, row_no, 'done_without_date' as code, 'completed_on' as column_name, null as value, null as detail
from staged
where rectification_status = '已完成' and completed_on is null
union all
select file_no, row_no, 'date_but_not_done', 'completed_on', completed_on::varchar, rectification_status
from staged
where rectification_status <> '已完成' and completed_on is not null
union all
select file_no, row_no, 'done_below_full', 'progress', (progress_share * 100)::decimal(9, 2)::varchar || '%', null
from staged
where rectification_status = '已完成' and progress_share < 1
union all
select file_no, row_no, 'full_but_not_done', 'rectification_status', rectification_status, null
from staged
where rectification_status <> '已完成' and progress_share = 1
union all
select file_no, row_no, 'closed_but_not_done', 'is_closed', '是', rectification_status
from staged
where is_closed and rectification_status <> '已完成'
union all
select file_no, row_no, 'dates_out_of_order', 'completed_on', completed_on::varchar, '发现时间 ' || found_on::varchar
from staged
where completed_on < found_on
  and not (completed_on_precision = 'month' and date_trunc('month', found_on) <= completed_on)
union all
select file_no, row_no, 'dates_out_of_order', 'due_on', due_on::varchar, '发现时间 ' || found_on::varchar
from staged
where due_on < found_on
  and not (due_on_precision = 'month' and date_trunc('month', found_on) <= due_on)
order by file_no, row_no, code
