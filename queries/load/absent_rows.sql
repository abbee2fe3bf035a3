-- purpose: Current rows that are absent from the files although these have rows of the row's place in the row's period.
-- grain: one row per key; none where the key of a held-back row of the files cannot be told, since it may be any.
-- params: none
-- units: none
-- source: current_scope, loaded_scope, refused_keys; core_households of the version in the making.
with covered as (
    select distinct
        l.period,
        coalesce(l.place, h.village_code) as place
    from loaded_scope l
    left join core_households h on h.household_id = l.household_id
)
select
    s.record_key,
    s.place,
    s.shown
from current_scope s
where not exists (select 1 from loaded_scope l where l.record_key = s.record_key)
    and not exists (select 1 from refused_keys r where r.record_key = s.record_key)
    and not exists (select 1 from refused_keys r where r.record_key is null)
    and exists (select 1 from covered o where o.period = s.period and o.place = s.place)
order by s.place, s.record_key
