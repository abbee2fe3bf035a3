-- purpose: Households of the register as quality rules look at them: with their members, incomes and monitoring.
-- grain: one row per household (户编号).
-- params: none
-- units: members, heads … in persons; *_households in households; *_yuan in yuan per person and year; *_digits in digits.
--   What the members' ledger says is null for households without any listed member, except members itself.
-- source: core_households, quality_person, core_monitored, fact_incomes.
create or replace temp table quality_household as
with listed as (
    select
        household_id,
        count(*) as members,
        count(*) filter (where relation = '户主') as heads,
        count(*) filter (where relation = '配偶') as spouses,
        min(id_number) filter (where relation = '户主') as listed_head_id,
        min(sex_known) filter (where relation = '户主') as head_sex,
        min(sex_known) filter (where relation = '配偶') as spouse_sex,
        count(*) filter (where is_insured) as insured,
        count(*) filter (where not is_insured) as uninsured,
        count(*) filter (where age between 6 and 15) as children,
        count(*) filter (where age between 7 and 15 and is_schooling_kept and not is_at_school) as out_of_school,
        count(*) filter (where labour in ('普通', '技能')) as able,
        count(*) filter (where labour = '无') as without_labour,
        count(*) filter (where months_worked > 0) as working,
        count(*) filter (where is_ill) as ill,
        count(*) filter (where is_disabled) as disabled,
        count(*) filter (where age between 16 and 69) as of_working_age
    from quality_person
    group by household_id
),
ledgers as (
    select
        (select count(*) from core_members) > 0 as has_members_ledger,
        (select count(*) from core_monitored) > 0 as has_monitored_ledger,
        (select max(income_year) from fact_incomes) as latest_income_year,
        count(monitor_category) > 0 as is_category_kept,
        count(is_housing_safe) > 0 as is_housing_kept,
        count(is_water_safe) > 0 as is_water_kept,
        count(phone) > 0 as is_phone_kept
    from core_households
),
numbers as (
    select head_id_number, count(*) as households
    from core_households
    where head_id_number is not null
    group by head_id_number
),
phones as (
    select phone, count(*) as households
    from core_households
    where phone is not null
    group by phone
)
select
    h.village_code as region_code,
    h.household_id,
    h.head_name as person_name,
    h.head_id_number as id_number,
    cast(null as varchar) as row_key,
    h.household_size,
    h.household_type,
    h.head_id_number is not null as has_head_id,
    l.listed_head_id <> h.head_id_number as is_head_id_different,
    n.households as head_id_households,
    length(h.phone) as phone_digits,
    substr(h.phone, 1, 1) = '1' and substr(h.phone, 2, 1) not in ('0', '1', '2') as is_mobile,
    p.households as phone_households,
    h.monitor_category,
    h.identified_on,
    h.is_risk_eliminated,
    h.eliminated_on,
    h.risks,
    h.assistance,
    h.is_housing_safe,
    h.is_water_safe,
    h.is_education_secured,
    h.is_medical_secured,
    coalesce(l.members, 0) as members,
    l.heads,
    l.spouses,
    l.head_sex,
    l.spouse_sex,
    l.insured,
    l.uninsured,
    l.children,
    l.out_of_school,
    l.able,
    l.without_labour,
    l.working,
    l.ill,
    l.disabled,
    l.of_working_age,
    m.household_id is not null as is_monitored,
    coalesce(not m.is_risk_eliminated, false) as is_active,
    coalesce(h.household_type = '脱贫户', false) or m.household_id is not null as is_followed,
    m.monitor_category as ledger_category,
    m.is_risk_eliminated as ledger_is_risk_eliminated,
    case
        when h.identified_on_precision = 'month' or m.identified_on_precision = 'month'
            then extract(year from h.identified_on) * 12 + extract(month from h.identified_on)
                = extract(year from m.identified_on) * 12 + extract(month from m.identified_on)
        else h.identified_on = m.identified_on
    end as is_identified_alike,
    k.latest_income_year,
    i.household_id is not null as has_latest_income,
    i.per_capita_yuan as latest_per_capita_yuan,
    k.has_members_ledger,
    k.has_monitored_ledger,
    k.is_category_kept,
    k.is_housing_kept,
    k.is_water_kept,
    k.is_phone_kept
from core_households h
cross join ledgers k
left join listed l on l.household_id = h.household_id
left join numbers n on n.head_id_number = h.head_id_number
left join phones p on p.phone = h.phone
left join core_monitored m on m.household_id = h.household_id
left join fact_incomes i on i.household_id = h.household_id and i.income_year = k.latest_income_year
