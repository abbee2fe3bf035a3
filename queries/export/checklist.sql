-- purpose: The rows of assessment checklist items (考核清单) as they are now, under their canonical titles.
-- grain: one row per item.
-- params: none
-- units: completion and progress as fractions (1 = done).
-- source: core_checklist, from ledger 考核清单.
select
    t.serial_no as "序号",
    t.item_id as "指标编号",
    t.section as "考核板块",
    t.content as "考核内容",
    t.scoring_rule as "评分标准",
    t.full_score as "分值",
    t.lead_unit as "牵头单位",
    t.due_on as "完成时限",
    t.completion_status as "完成状态",
    t.completion_share as "完成率",
    t.self_score as "自评得分",
    t.evidence as "佐证材料"
from core_checklist t
order by t.item_id
