-- purpose: What household incomes are made of: the four components, the cost of business and the net income.
-- grain: one row per region, year and group ('', 脱贫户, 监测对象 active on the as-of day) that reports incomes.
-- params:
--   $as_of  DATE  households identified later are not monitored yet
-- units: *_yuan in yuan; households in 户, persons in 人 of that year.
-- source: fact_incomes, core_incomes, core_monitored, from ledgers 收入台账, 农户基本信息台账 and 监测对象台账.
with active as (
    select household_id
    from core_monitored
    where identified_on <= $as_of
        and not is_risk_eliminated
),
by_kind as (
    select
        f.village_code,
        f.income_year,
        f.is_escaped,
        a.household_id is not null as is_active,
        count(*) as households,
        sum(f.household_size) as persons,
        sum(f.wage_yuan) as wage_yuan,
        sum(f.business_yuan) as business_yuan,
        sum(f.property_yuan) as property_yuan,
        sum(f.transfer_yuan) as transfer_yuan,
        sum(i.business_cost_yuan) as business_cost_yuan,
        sum(f.net_yuan) as net_yuan
    from fact_incomes f
    join core_incomes i
        on i.household_id = f.household_id
        and i.income_year = f.income_year
    left join active a on a.household_id = f.household_id
    group by f.village_code, f.income_year, f.is_escaped, a.household_id is not null
)
select
    s.scope_code as region_code,
    k.income_year,
    g.grp,
    cast(sum(k.households) as integer) as households,
    cast(sum(k.persons) as integer) as persons,
    cast(sum(k.wage_yuan) as double) as wage_yuan,
    cast(sum(k.business_yuan) as double) as business_yuan,
    cast(sum(k.property_yuan) as double) as property_yuan,
    cast(sum(k.transfer_yuan) as double) as transfer_yuan,
    cast(sum(k.business_cost_yuan) as double) as business_cost_yuan,
    cast(sum(k.net_yuan) as double) as net_yuan
from by_kind k
join core_region_scope s on s.region_code = k.village_code
join (values (''), ('脱贫户'), ('监测对象')) as g(grp)
    on g.grp = ''
    or (g.grp = '脱贫户' and k.is_escaped)
    or (g.grp = '监测对象' and k.is_active)
group by s.scope_code, k.income_year, g.grp
order by s.scope_code, k.income_year, g.grp
