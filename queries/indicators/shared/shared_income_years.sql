-- purpose: The years of income figures: from the first reported one to the last, without gaps, up to the as-of day.
-- grain: one row per year; none where no income is reported.
-- params: none
-- units: calendar_year as a number, period as text.
-- source: fact_incomes, from ledger 收入台账; param_years (years up to the as-of day).
select
    y.calendar_year,
    y.period
from param_years y
join (
    select
        min(income_year) as first_year,
        max(income_year) as last_year
    from fact_incomes
) as reported
    on y.calendar_year between reported.first_year and reported.last_year
order by y.calendar_year
