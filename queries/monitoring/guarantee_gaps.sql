-- purpose: Households of the place that lack one of the three guarantees or safe drinking water.
-- grain: one row per household, up to a number of rows; total is how many there are.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $limit        INTEGER  rows at most
-- units: total in 户.
-- source: core_households, core_monitored, from ledgers 农户基本信息台账 and 监测对象台账.
select
    township.region_name as township_name,
    village.region_name as village_name,
    h.household_id,
    h.head_name,
    h.household_type,
    case
        when m.household_id is null then '未纳入监测'
        when m.is_risk_eliminated then '风险已消除'
        else '监测中'
    end as watch,
    concat_ws(
        '、',
        case when not h.is_housing_safe then '住房' end,
        case when not h.is_water_safe then '饮水' end,
        case when not h.is_education_secured then '义务教育' end,
        case when not h.is_medical_secured then '基本医疗' end
    ) as lacking,
    cast(count(*) over () as integer) as total
from core_households h
join core_units village
    on village.region_code = h.village_code
join core_units township
    on township.region_code = village.township_code
    and township.region_level = 'township'
left join core_monitored m on m.household_id = h.household_id
where (not h.is_housing_safe or not h.is_water_safe or not h.is_education_secured or not h.is_medical_secured)
    and $region_code in (village.region_code, village.township_code, village.county_code)
order by h.village_code, h.household_id
limit $limit
