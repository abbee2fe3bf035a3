-- purpose: Quantiles of per-capita income over households, each household counting once (Hyndman-Fan type 7).
-- grain: one row per indicator, region, year and group ('', 脱贫户, 监测对象 active on the as-of day).
-- params: none
-- units: yuan per person and year; null where nothing is reported for the region and year.
-- source: fact_incomes, from ledgers 收入台账, 农户基本信息台账; shared_active_households, shared_income_years.
with grouped as (
    select village_code, income_year, '' as grp, per_capita_yuan
    from fact_incomes
    union all
    select village_code, income_year, '脱贫户' as grp, per_capita_yuan
    from fact_incomes
    where is_escaped
    union all
    select f.village_code, f.income_year, '监测对象' as grp, f.per_capita_yuan
    from fact_incomes f
    join shared_active_households a on a.household_id = f.household_id
),
quantiles as (
    select
        s.scope_code as region_code,
        k.income_year,
        k.grp,
        quantile_cont(k.per_capita_yuan, 0.10) as p10_yuan,
        quantile_cont(k.per_capita_yuan, 0.25) as p25_yuan,
        quantile_cont(k.per_capita_yuan, 0.50) as p50_yuan,
        quantile_cont(k.per_capita_yuan, 0.75) as p75_yuan,
        quantile_cont(k.per_capita_yuan, 0.90) as p90_yuan
    from grouped k
    join core_region_scope s on s.region_code = k.village_code
    group by s.scope_code, k.income_year, k.grp
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        y.period,
        g.grp,
        case i.indicator
            when 'income_per_capita_p10_yuan' then q.p10_yuan
            when 'income_per_capita_p25_yuan' then q.p25_yuan
            when 'income_per_capita_p50_yuan' then q.p50_yuan
            when 'income_per_capita_p75_yuan' then q.p75_yuan
            when 'income_per_capita_p90_yuan' then q.p90_yuan
        end as quantile_yuan
    from core_units u
    cross join shared_income_years y
    cross join (values (''), ('脱贫户'), ('监测对象')) as g(grp)
    cross join (
        values
            ('income_per_capita_p10_yuan'),
            ('income_per_capita_p25_yuan'),
            ('income_per_capita_p50_yuan'),
            ('income_per_capita_p75_yuan'),
            ('income_per_capita_p90_yuan')
    ) as i(indicator)
    left join quantiles q
        on q.region_code = u.region_code
        and q.income_year = y.calendar_year
        and q.grp = g.grp
)
select
    indicator,
    region_code,
    region_level,
    period,
    grp,
    quantile_yuan as numerator,
    cast(null as double) as denominator,
    quantile_yuan as value,
    '元/人·年' as unit
from figures
order by indicator, region_code, period, grp
