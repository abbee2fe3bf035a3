-- purpose: What a person's income is made of, year by year, for a group of the place.
-- grain: one row per year with incomes.
-- params:
--   $region_code  VARCHAR  county, township or village looked at
--   $grp          VARCHAR  '' all, 脱贫户 or 监测对象
--   $as_of        DATE     later years are not told
-- units: *_yuan per person and year; cost_yuan is negative, so that the parts add up to the net income.
-- source: out_income_components.
select
    income_year,
    persons,
    wage_yuan / nullif(persons, 0) as wage_yuan,
    business_yuan / nullif(persons, 0) as business_yuan,
    property_yuan / nullif(persons, 0) as property_yuan,
    transfer_yuan / nullif(persons, 0) as transfer_yuan,
    -business_cost_yuan / nullif(persons, 0) as cost_yuan,
    net_yuan / nullif(persons, 0) as net_yuan
from out_income_components
where region_code = $region_code
    and grp = $grp
    and income_year <= year(cast($as_of as date))
order by income_year
