-- purpose: Households by class of per-capita income in a year, the few far out gathered in the last classes drawn.
-- grain: one row per class between the lowest and the highest drawn, also those without a household.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $year         INTEGER  income year
-- units: lower_yuan, width_yuan in yuan per person and year; households in 户; the first class takes in every income
--   further below, the last one every income further above.
-- source: out_income_classes.
with classes as (
    select
        lower_yuan,
        width_yuan,
        households,
        sum(households) over (order by lower_yuan) as households_up_to,
        sum(households) over () as households_in_all
    from out_income_classes
    where region_code = $region_code
        and income_year = $year
),
reach as (
    select
        max(width_yuan) as width_yuan,
        min(lower_yuan) as lowest_yuan,
        max(lower_yuan) as highest_yuan,
        min(lower_yuan) filter (where households_up_to >= 0.99 * households_in_all) as nearly_all_yuan
    from classes
),
ends as (
    -- Losses share the class that ends at nothing or holds it; beyond 99 of 100 households, classes are too thin to see.
    select
        width_yuan,
        greatest(lowest_yuan, lowest_yuan - width_yuan * (floor(lowest_yuan / width_yuan) + 1)) as first_yuan,
        least(highest_yuan, nearly_all_yuan + width_yuan) as last_yuan
    from reach
),
placed as (
    -- Whole numbers to join by: edges of a line with cents are not equal to the last bit.
    select
        cast(round(
            (greatest(least(c.lower_yuan, e.last_yuan), e.first_yuan) - e.first_yuan) / e.width_yuan
        ) as integer) as place,
        sum(c.households) as households
    from classes c
    cross join ends e
    group by 1
),
places as (
    select
        e.first_yuan,
        e.width_yuan,
        unnest(generate_series(
            0,
            greatest(0, cast(round((e.last_yuan - e.first_yuan) / e.width_yuan) as integer))
        )) as place
    from ends e
    where e.width_yuan is not null
)
select
    a.first_yuan + a.place * a.width_yuan as lower_yuan,
    a.width_yuan,
    cast(coalesce(p.households, 0) as integer) as households
from places a
left join placed p on p.place = a.place
order by lower_yuan
