-- purpose: Households of the place whose income of the year calls for a look, the hardest hit first.
-- grain: one row per household, up to a number of rows; total is how many there are, unwatched those not monitored now.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $year         INTEGER  income year
--   $as_of        DATE     households identified later are not monitored yet
--   $grp          VARCHAR  '' all, 脱贫户 or 监测对象
--   $kind         VARCHAR  falling (below the year before), dropped (by drop_pct or more) or below (the line)
--   $line_yuan    DOUBLE   per-capita income line; on it is not below it
--   $drop_pct     DOUBLE   fall from the year before that counts as sharp, percent
--   $limit        INTEGER  rows at most
-- units: *_yuan per person and year; change_pct in percent, null on a base of nothing or of debts.
-- source: fact_incomes, core_households, core_monitored, from ledgers 收入台账, 农户基本信息台账 and 监测对象台账.
with incomes as (
    select
        f.household_id,
        f.village_code,
        f.is_escaped,
        f.per_capita_yuan,
        f.previous_per_capita_yuan,
        f.per_capita_yuan - f.previous_per_capita_yuan as change_yuan,
        case
            when f.previous_per_capita_yuan > 0
                then 100.0 * (f.per_capita_yuan - f.previous_per_capita_yuan) / f.previous_per_capita_yuan
        end as change_pct
    from fact_incomes f
    where f.income_year = $year
),
watched as (
    select
        household_id,
        is_risk_eliminated
    from core_monitored
    where identified_on <= $as_of
)
select
    township.region_name as township_name,
    village.region_name as village_name,
    i.household_id,
    h.head_name,
    h.household_type,
    case
        when w.household_id is null then '未纳入监测'
        when w.is_risk_eliminated then '风险已消除'
        else '监测中'
    end as watch,
    i.previous_per_capita_yuan,
    i.per_capita_yuan,
    i.change_yuan,
    i.change_pct,
    cast(count(*) over () as integer) as total,
    cast(count(*) filter (where w.is_risk_eliminated is distinct from false) over () as integer) as unwatched
from incomes i
join core_units village
    on village.region_code = i.village_code
join core_units township
    on township.region_code = village.township_code
    and township.region_level = 'township'
left join core_households h on h.household_id = i.household_id
left join watched w on w.household_id = i.household_id
where $region_code in (village.region_code, village.township_code, village.county_code)
    and case $grp when '' then true when '脱贫户' then i.is_escaped else not w.is_risk_eliminated end
    and case $kind
        when 'falling' then i.per_capita_yuan < i.previous_per_capita_yuan
        when 'dropped' then i.change_pct <= -$drop_pct
        when 'below' then i.per_capita_yuan < $line_yuan
    end
order by
    case when $kind = 'below' then i.per_capita_yuan else i.change_pct end nulls first,
    i.village_code,
    i.household_id
limit $limit
