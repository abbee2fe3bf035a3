-- purpose: Households by class of per-capita income, so that a page draws the distribution without their rows.
-- grain: one row per region, year and class that has households.
-- params: none
-- units: lower_yuan and width_yuan in yuan per person and year; a class takes in its lower edge, not its upper one.
-- source: fact_incomes, from ledger 收入台账; the line in force from meta_parameters.
with scale as (
    -- The line is an edge: households below it fill whole classes, whatever the line.
    select
        cast(1000 as double) as width_yuan,
        coalesce(max(value) filter (where parameter = 'income_line_yuan'), 0.0) as line_yuan
    from meta_parameters
),
classed as (
    select
        f.village_code,
        f.income_year,
        c.width_yuan,
        c.line_yuan + c.width_yuan * floor((f.per_capita_yuan - c.line_yuan) / c.width_yuan) as lower_yuan
    from fact_incomes f
    cross join scale c
    where f.per_capita_yuan is not null
)
select
    s.scope_code as region_code,
    k.income_year,
    k.lower_yuan,
    k.width_yuan,
    cast(count(*) as integer) as households
from classed k
join core_region_scope s on s.region_code = k.village_code
group by s.scope_code, k.income_year, k.lower_yuan, k.width_yuan
order by s.scope_code, k.income_year, k.lower_yuan
