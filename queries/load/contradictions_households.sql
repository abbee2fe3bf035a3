-- purpose: Contradictions within rows of the household register.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 农户基本信息台账.
select file_no, row_no, 'category_against_type' as code, 'monitor_category' as column_name,
    monitor_category as value, household_type as detail
from staged
where (monitor_category = '脱贫不稳定户' and household_type = '一般农户')
   or (monitor_category = '边缘易致贫户' and household_type = '脱贫户')
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
union all
select file_no, row_no, 'category_missing', 'monitor_category', null, null
from staged
where monitor_category is null and (identified_on is not null or is_risk_eliminated is not null)
order by file_no, row_no, code
