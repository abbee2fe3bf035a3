-- purpose: Codes of the regions that are gone once villages are removed: these, and what has no village left.
-- grain: one row per region code.
-- params: none
-- units: none
-- source: current_rows (the directory); removed holds the codes of the villages.
with villages as (
    select
        s.village_code,
        s.township_code,
        s.county_code,
        exists (select 1 from removed r where r.record_key = s.village_code) as is_removed
    from current_rows s
)
select v.village_code as record_key
from villages v
where v.is_removed
union
select v.township_code as record_key
from villages v
group by v.township_code
having bool_and(v.is_removed)
union
select v.county_code as record_key
from villages v
group by v.county_code
having bool_and(v.is_removed)
order by record_key
