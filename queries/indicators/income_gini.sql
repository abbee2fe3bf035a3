-- purpose: Gini coefficient of per-capita income, each person counting once (income_gini, population formula).
-- grain: one row per region and year.
-- params: none
-- units: fraction, 0 = all alike; null where nothing is reported or the total income is not positive.
-- source: fact_incomes, from ledger 收入台账; shared_income_years.
with ranked as (
    select
        s.scope_code as region_code,
        f.income_year,
        f.per_capita_yuan,
        cast(f.household_size as double) as persons,
        cast(sum(f.household_size) over (
            partition by s.scope_code, f.income_year
            order by f.per_capita_yuan, f.household_id
            rows between unbounded preceding and current row
        ) as double) as persons_up_to
    from fact_incomes f
    join core_region_scope s on s.region_code = f.village_code
),
sums as (
    -- With persons sorted by income, each household's persons stand at the middle rank (2 x up_to - persons) / 2.
    select
        region_code,
        income_year,
        sum(persons * per_capita_yuan * (2.0 * persons_up_to - persons)) as ranked_income,
        sum(persons) * sum(persons * per_capita_yuan) as persons_times_income
    from ranked
    group by region_code, income_year
),
figures as (
    select
        u.region_code,
        u.region_level,
        y.period,
        g.ranked_income - g.persons_times_income as numerator,
        g.persons_times_income as denominator
    from core_units u
    cross join shared_income_years y
    left join sums g
        on g.region_code = u.region_code
        and g.income_year = y.calendar_year
)
select
    'income_gini' as indicator,
    region_code,
    region_level,
    period,
    '' as grp,
    numerator,
    denominator,
    case when denominator > 0 then numerator / denominator end as value,
    '比值' as unit
from figures
order by region_code, period
