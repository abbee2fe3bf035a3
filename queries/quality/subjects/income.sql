-- purpose: Household incomes as quality rules look at them: with the year before, the line of the year, who works.
-- grain: one row per household and year.
-- params: none
-- units: *_yuan in yuan; per capita and line per person and year; *_pct in percent of the year before; working in
--   persons now, null where no member is listed. parts_yuan is the four components less the cost.
-- source: core_incomes, fact_incomes, quality_household, core_measures, param_income_lines.
create or replace temp table quality_income as
with latest as (
    select max(income_year) as income_year
    from core_incomes
),
help as (
    select
        household_id,
        count(*) filter (where measure_type = '产业帮扶' and delivery_status = '已落实') as industry_delivered,
        count(*) filter (
            where measure_type in ('就业帮扶', '公益性岗位') and delivery_status = '已落实'
        ) as work_delivered
    from core_measures
    group by household_id
)
select
    i.village_code as region_code,
    i.household_id,
    coalesce(i.head_name, h.person_name) as person_name,
    h.id_number,
    cast(i.income_year as varchar) || '年' as row_key,
    i.income_year,
    i.income_year = l.income_year as is_latest_year,
    i.household_size,
    i.wage_yuan,
    i.business_yuan,
    i.property_yuan,
    i.transfer_yuan,
    i.business_cost_yuan,
    i.net_income_yuan,
    i.net_income_per_capita_yuan,
    i.wage_yuan + i.business_yuan + i.property_yuan + i.transfer_yuan - i.business_cost_yuan as parts_yuan,
    f.net_yuan,
    f.per_capita_yuan,
    cast(f.net_yuan as double) / nullif(i.household_size, 0) as computed_per_capita_yuan,
    f.previous_per_capita_yuan,
    case
        when f.previous_per_capita_yuan > 0
            then 100.0 * (f.per_capita_yuan - f.previous_per_capita_yuan) / nullif(f.previous_per_capita_yuan, 0)
    end as change_pct,
    b.household_id is not null
    and b.wage_yuan = i.wage_yuan
    and b.business_yuan = i.business_yuan
    and b.property_yuan = i.property_yuan
    and b.transfer_yuan = i.transfer_yuan
    and b.business_cost_yuan = i.business_cost_yuan as is_copy_of_year_before,
    p.line_yuan,
    h.household_type,
    h.assistance,
    coalesce(h.is_monitored, false) as is_monitored,
    coalesce(h.is_active, false) as is_active,
    coalesce(h.is_followed, false) as is_followed,
    h.working,
    coalesce(s.industry_delivered, 0) as industry_delivered,
    coalesce(s.work_delivered, 0) as work_delivered
from core_incomes i
cross join latest l
join fact_incomes f on f.household_id = i.household_id and f.income_year = i.income_year
left join core_incomes b on b.household_id = i.household_id and b.income_year = i.income_year - 1
left join quality_household h on h.household_id = i.household_id
left join help s on s.household_id = i.household_id
left join param_income_lines p on p.income_year = i.income_year
