-- purpose: Assessment checklist: items, share done, items past their deadline, by 考核板块 and 牵头单位.
-- grain: one row per indicator, county and group ('', 考核板块=… or 牵头单位=…); no lower region is named in it.
-- params:
--   $as_of  DATE  an item due that day is not overdue
-- units: 项; percent. Null when no checklist is loaded.
-- source: core_checklist, bridge_checklist_units, from ledger 考核清单.
with grouped as (
    select item_id, '' as grp, completion_status, due_on
    from core_checklist
    union all
    select item_id, '考核板块=' || section as grp, completion_status, due_on
    from core_checklist
    union all
    select c.item_id, '牵头单位=' || b.lead_unit as grp, c.completion_status, c.due_on
    from core_checklist c
    join bridge_checklist_units b on b.item_id = c.item_id
),
counted as (
    select
        grp,
        cast(count(*) as double) as items,
        cast(count(*) filter (where completion_status = '已完成') as double) as done,
        cast(count(*) filter (where completion_status <> '已完成' and due_on < $as_of) as double) as overdue
    from grouped
    group by grp
),
groups as (
    select '' as grp
    union
    select grp from counted
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        g.grp,
        case i.indicator
            when 'checklist_items' then c.items
            when 'checklist_done_pct' then c.done
            when 'checklist_overdue' then c.overdue
        end as numerator,
        case when i.indicator = 'checklist_done_pct' then c.items end as denominator,
        i.unit
    from core_units u
    cross join groups g
    cross join (
        values
            ('checklist_items', '项'),
            ('checklist_done_pct', '%'),
            ('checklist_overdue', '项')
    ) as i(indicator, unit)
    left join counted c on c.grp = g.grp
    where u.region_level = 'county'
)
select
    indicator,
    region_code,
    region_level,
    cast($as_of as varchar) as period,
    grp,
    numerator,
    denominator,
    case
        when indicator = 'checklist_done_pct' then 100.0 * numerator / nullif(denominator, 0)
        else numerator
    end as value,
    unit
from figures
order by indicator, region_code, grp
