-- purpose: Contradictions within rows of the monitored ledger and against the register.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 监测对象台账, core_households of the version in the making.
select s.file_no, s.row_no, 'category_against_type' as code, 'monitor_category' as column_name,
    s.monitor_category as value, h.household_type as detail
from staged s
join core_households h on h.household_id = s.household_id
where (s.monitor_category = '脱贫不稳定户' and h.household_type = '一般农户')
   or (s.monitor_category = '边缘易致贫户' and h.household_type = '脱贫户')
union all
select file_no, row_no, 'eliminated_without_date', 'eliminated_on', null, null
from staged
where is_risk_eliminated and eliminated_on is null
union all
select file_no, row_no, 'date_without_elimination', 'eliminated_on', eliminated_on::varchar, null
from staged
where not is_risk_eliminated and eliminated_on is not null
union all
select file_no, row_no, 'dates_out_of_order', 'eliminated_on', eliminated_on::varchar, '识别时间 ' || identified_on::varchar
from staged
where eliminated_on < identified_on
  and not (eliminated_on_precision = 'month' and date_trunc('month', identified_on) <= eliminated_on)
order by file_no, row_no, code
