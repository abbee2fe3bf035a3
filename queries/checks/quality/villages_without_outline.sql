-- purpose: Villages that the map cannot draw.
-- grain: one row per village of the directory without an outline.
-- params: none
-- units: none.
-- source: core_regions and core_boundaries.
select
    r.township_name,
    r.village_name,
    r.village_code
from core_regions r
left join core_boundaries b on b.village_code = r.village_code
where b.village_code is null
order by r.village_code
