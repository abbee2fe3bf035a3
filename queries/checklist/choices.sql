-- purpose: What the checklist page can be filtered by: plans, sections of the plan chosen, lead units.
-- grain: one row per dimension and name.
-- params:
--   $plan  VARCHAR  plan whose sections are offered; '' offers all
-- units: none
-- source: core_checklist, bridge_checklist_units, out_checklist_states, from ledger 考核清单.
with items as (
    select c.item_id, c.section, s.plan
    from core_checklist c
    join out_checklist_states s on s.item_id = c.item_id
),
named as (
    select '方案' as dimension, plan as name, item_id
    from items
    union all
    select '板块' as dimension, section as name, item_id
    from items
    where $plan in ('', plan)
    union all
    select '牵头单位' as dimension, b.lead_unit as name, i.item_id
    from items i
    join bridge_checklist_units b on b.item_id = i.item_id
    where $plan in ('', i.plan)
)
select
    dimension,
    name
from named
group by dimension, name
order by dimension, min(item_id), name
