-- purpose: Per-capita income by person and by household, its growth, falling households and shares of components.
-- grain: one row per indicator, region, year and group ('', 脱贫户, 监测对象 active on the as-of day).
-- params: none
-- units: yuan per person and year; percent. Null where nothing is reported for the region and year.
-- source: fact_incomes, from ledgers 收入台账, 农户基本信息台账; shared_active_households, shared_income_years.
with by_kind as (
    select
        f.village_code,
        f.income_year,
        f.is_escaped,
        a.household_id is not null as is_active,
        sum(f.net_yuan) as net_yuan,
        sum(f.household_size) as persons,
        sum(f.per_capita_yuan) as per_capita_yuan,
        count(f.per_capita_yuan) as households,
        count(*) filter (where f.per_capita_yuan < f.previous_per_capita_yuan) as falling,
        count(f.previous_per_capita_yuan) as with_both_years,
        sum(f.wage_yuan + f.business_yuan) as wage_business_yuan,
        sum(f.transfer_yuan) as transfer_yuan,
        sum(f.wage_yuan + f.business_yuan + f.property_yuan + f.transfer_yuan) as components_yuan
    from fact_incomes f
    left join shared_active_households a on a.household_id = f.household_id
    group by f.village_code, f.income_year, f.is_escaped, a.household_id is not null
),
by_region as (
    select
        s.scope_code as region_code,
        k.income_year,
        g.grp,
        cast(sum(k.net_yuan) as double) as net_yuan,
        cast(sum(k.persons) as double) as persons,
        sum(k.per_capita_yuan) as per_capita_yuan,
        cast(sum(k.households) as double) as households,
        cast(sum(k.falling) as double) as falling,
        cast(sum(k.with_both_years) as double) as with_both_years,
        cast(sum(k.wage_business_yuan) as double) as wage_business_yuan,
        cast(sum(k.transfer_yuan) as double) as transfer_yuan,
        cast(sum(k.components_yuan) as double) as components_yuan
    from by_kind k
    join core_region_scope s on s.region_code = k.village_code
    join (values (''), ('脱贫户'), ('监测对象')) as g(grp)
        on g.grp = ''
        or (g.grp = '脱贫户' and k.is_escaped)
        or (g.grp = '监测对象' and k.is_active)
    group by s.scope_code, k.income_year, g.grp
),
with_year_before as (
    select
        t.region_code,
        t.income_year,
        t.grp,
        t.net_yuan / nullif(t.persons, 0) as income_yuan,
        b.net_yuan / nullif(b.persons, 0) as income_before_yuan
    from by_region t
    join by_region b
        on b.region_code = t.region_code
        and b.income_year = t.income_year - 1
        and b.grp = t.grp
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        y.period,
        g.grp,
        case i.indicator
            when 'income_per_capita_yuan' then r.net_yuan
            when 'income_per_capita_hh_mean_yuan' then r.per_capita_yuan
            when 'income_growth_pct' then b.income_yuan - b.income_before_yuan
            when 'income_falling_pct' then r.falling
            when 'income_wage_business_share_pct' then r.wage_business_yuan
            when 'income_transfer_share_pct' then r.transfer_yuan
        end as numerator,
        case i.indicator
            when 'income_per_capita_yuan' then r.persons
            when 'income_per_capita_hh_mean_yuan' then r.households
            when 'income_growth_pct' then b.income_before_yuan
            when 'income_falling_pct' then r.with_both_years
            else r.components_yuan
        end as denominator,
        i.factor,
        i.unit
    from core_units u
    cross join shared_income_years y
    cross join (values (''), ('脱贫户'), ('监测对象')) as g(grp)
    cross join (
        values
            ('income_per_capita_yuan', 1.0, '元/人·年'),
            ('income_per_capita_hh_mean_yuan', 1.0, '元/人·年'),
            ('income_growth_pct', 100.0, '%'),
            ('income_falling_pct', 100.0, '%'),
            ('income_wage_business_share_pct', 100.0, '%'),
            ('income_transfer_share_pct', 100.0, '%')
    ) as i(indicator, factor, unit)
    left join by_region r
        on r.region_code = u.region_code
        and r.income_year = y.calendar_year
        and r.grp = g.grp
    left join with_year_before b
        on b.region_code = u.region_code
        and b.income_year = y.calendar_year
        and b.grp = g.grp
)
select
    indicator,
    region_code,
    region_level,
    period,
    grp,
    numerator,
    denominator,
    case
        -- Growth on a base of nothing, or of debts, has no meaning.
        when indicator = 'income_growth_pct' and denominator <= 0 then null
        else cast(factor as double) * numerator / nullif(denominator, 0)
    end as value,
    unit
from figures
order by indicator, region_code, period, grp
