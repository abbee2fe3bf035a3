-- purpose: Contradictions within rows of the assessment checklist.
-- grain: one row per staged row and contradiction.
-- params: none
-- units: none
-- source: staged rows of 考核清单.
select file_no, row_no, 'done_below_full' as code, 'completion_share' as column_name,
    (completion_share * 100)::decimal(9, 2)::varchar || '%' as value, null as detail
from staged
where completion_status = '已完成' and completion_share < 1
union all
select file_no, row_no, 'full_but_not_done', 'completion_status', completion_status, null
from staged
where completion_status <> '已完成' and completion_share = 1
union all
select file_no, row_no, 'score_above_full', 'self_score', self_score::varchar, full_score::varchar
from staged
where self_score > full_score
order by file_no, row_no, code
