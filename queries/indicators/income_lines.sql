-- purpose: Households below each income line, and the Foster-Greer-Thorbecke measures at it, by person.
-- grain: one row per indicator, region, year and line; grp is the line as a bare number.
-- params: none
-- units: income_below_line_pct in percent of households; poverty_fgt* as a fraction of persons.
-- source: fact_incomes, from ledger 收入台账; shared_income_years, param_lines.
with against_line as (
    select
        f.village_code,
        f.income_year,
        p.line,
        f.household_size,
        f.per_capita_yuan < p.line as is_below,
        case
            when f.per_capita_yuan < p.line then (p.line - f.per_capita_yuan) / nullif(p.line, 0)
            else 0.0
        end as gap
    from fact_incomes f
    cross join param_lines p
),
by_village as (
    select
        village_code,
        income_year,
        line,
        count(is_below) as households,
        count(*) filter (where is_below) as households_below,
        sum(household_size) as persons,
        coalesce(sum(household_size) filter (where is_below), 0) as persons_below,
        sum(household_size * gap) as gap_persons,
        sum(household_size * gap * gap) as squared_gap_persons
    from against_line
    group by village_code, income_year, line
),
by_region as (
    select
        s.scope_code as region_code,
        v.income_year,
        v.line,
        cast(sum(v.households) as double) as households,
        cast(sum(v.households_below) as double) as households_below,
        cast(sum(v.persons) as double) as persons,
        cast(sum(v.persons_below) as double) as persons_below,
        sum(v.gap_persons) as gap_persons,
        sum(v.squared_gap_persons) as squared_gap_persons
    from by_village v
    join core_region_scope s on s.region_code = v.village_code
    group by s.scope_code, v.income_year, v.line
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        y.period,
        p.line_text as grp,
        case i.indicator
            when 'income_below_line_pct' then r.households_below
            when 'poverty_fgt0' then r.persons_below
            when 'poverty_fgt1' then r.gap_persons
            when 'poverty_fgt2' then r.squared_gap_persons
        end as numerator,
        case when i.indicator = 'income_below_line_pct' then r.households else r.persons end as denominator,
        i.factor,
        i.unit
    from core_units u
    cross join shared_income_years y
    cross join param_lines p
    cross join (
        values
            ('income_below_line_pct', 100.0, '%'),
            ('poverty_fgt0', 1.0, '比值'),
            ('poverty_fgt1', 1.0, '比值'),
            ('poverty_fgt2', 1.0, '比值')
    ) as i(indicator, factor, unit)
    left join by_region r
        on r.region_code = u.region_code
        and r.income_year = y.calendar_year
        and r.line = p.line
)
select
    indicator,
    region_code,
    region_level,
    period,
    grp,
    numerator,
    denominator,
    cast(factor as double) * numerator / nullif(denominator, 0) as value,
    unit
from figures
order by indicator, region_code, period, grp
