-- purpose: Monitored households as quality rules look at them: with risks, members, measures, visits and income.
-- grain: one row per monitored household (户编号).
-- params:
--   $as_of  DATE  the day up to which time is counted
-- units: months_* in full months, days_* in days; *_measures in rows of 帮扶措施台账; members, able … in persons;
--   *_yuan in yuan per person and year. Members and measures are null where that ledger is not loaded (members also
--   where none is listed).
-- source: core_monitored, quality_household, bridge_risks, core_measures, core_visits, fact_incomes, param_income_lines.
create or replace temp table quality_monitored as
with risk as (
    select
        household_id,
        count(*) filter (where risk = '因病') > 0 as has_illness_risk,
        count(*) filter (where risk = '因残') > 0 as has_disability_risk,
        count(*) filter (where risk = '因学') > 0 as has_schooling_risk,
        count(*) filter (where risk in ('因安全住房', '因住房')) > 0 as has_housing_risk,
        count(*) filter (where risk in ('因安全饮水', '因饮水')) > 0 as has_water_risk,
        count(*) filter (where risk = '缺劳动力') > 0 as has_labour_risk,
        count(*) filter (where risk = '因务工就业不稳') > 0 as has_work_risk
    from bridge_risks
    group by household_id
),
help as (
    select
        household_id,
        count(*) as all_measures,
        count(*) filter (where delivery_status = '已落实') as delivered_measures,
        count(*) filter (where measure_type = '健康帮扶') as health_measures,
        count(*) filter (where measure_type = '教育帮扶') as education_measures,
        count(*) filter (where measure_type = '住房保障') as housing_measures,
        count(*) filter (where measure_type = '饮水安全') as water_measures,
        count(*) filter (where measure_type = '兜底保障') as safety_net_measures,
        count(*) filter (where measure_type = '社会帮扶') as social_measures,
        count(*) filter (where measure_type in ('就业帮扶', '公益性岗位')) as work_measures,
        count(*) filter (where measure_type in ('产业帮扶', '就业帮扶', '金融帮扶', '公益性岗位')) as development_measures
    from core_measures
    group by household_id
),
visit as (
    select household_id, count(*) as visits, max(visited_on) as last_visited_on
    from core_visits
    where visited_on <= $as_of
    group by household_id
),
ledgers as (
    select
        (select count(*) from core_measures) > 0 as has_measures_ledger,
        (select count(*) from core_visits) > 0 as has_visits_ledger,
        count(helper_name) > 0 as is_helper_kept,
        count(helper_phone) > 0 as is_helper_phone_kept,
        count(risks) > 0 as is_risk_kept
    from core_monitored
)
select
    m.village_code as region_code,
    m.household_id,
    coalesce(m.head_name, h.person_name) as person_name,
    h.id_number,
    cast(null as varchar) as row_key,
    m.household_size,
    h.household_size as register_size,
    h.household_type,
    m.monitor_category,
    m.identified_on,
    m.is_risk_eliminated,
    not m.is_risk_eliminated as is_active,
    m.eliminated_on,
    m.eliminated_on < m.identified_on
    and not (
        m.eliminated_on_precision = 'month'
        and extract(year from m.eliminated_on) * 12 + extract(month from m.eliminated_on)
        = extract(year from m.identified_on) * 12 + extract(month from m.identified_on)
    ) as is_eliminated_before_identified,
    cast(
        extract(year from m.eliminated_on) * 12 + extract(month from m.eliminated_on)
        - extract(year from m.identified_on) * 12 - extract(month from m.identified_on)
        - case
            when coalesce(m.identified_on_precision, 'day') = 'day' and coalesce(m.eliminated_on_precision, 'day') = 'day'
                and extract(day from m.eliminated_on) < extract(day from m.identified_on)
                then 1
            else 0
        end
        as integer
    ) as months_to_elimination,
    cast(
        extract(year from $as_of) * 12 + extract(month from $as_of)
        - extract(year from m.identified_on) * 12 - extract(month from m.identified_on)
        - case when extract(day from $as_of) < extract(day from m.identified_on) then 1 else 0 end
        as integer
    ) as months_since_identified,
    m.risks,
    coalesce(r.has_illness_risk, false) as has_illness_risk,
    coalesce(r.has_disability_risk, false) as has_disability_risk,
    coalesce(r.has_schooling_risk, false) as has_schooling_risk,
    coalesce(r.has_housing_risk, false) as has_housing_risk,
    coalesce(r.has_water_risk, false) as has_water_risk,
    coalesce(r.has_labour_risk, false) as has_labour_risk,
    coalesce(r.has_work_risk, false) as has_work_risk,
    m.helper_name is not null as has_helper,
    m.helper_phone is not null as has_helper_phone,
    length(m.helper_phone) as helper_phone_digits,
    case when h.members > 0 then h.members end as members,
    h.insured,
    h.uninsured,
    h.out_of_school,
    h.able,
    h.without_labour,
    h.working,
    h.ill,
    h.disabled,
    h.assistance,
    h.is_housing_safe,
    h.is_water_safe,
    h.is_education_secured,
    h.is_medical_secured,
    case when k.has_measures_ledger then coalesce(s.all_measures, 0) end as all_measures,
    case when k.has_measures_ledger then coalesce(s.delivered_measures, 0) end as delivered_measures,
    case when k.has_measures_ledger then coalesce(s.health_measures, 0) end as health_measures,
    case when k.has_measures_ledger then coalesce(s.education_measures, 0) end as education_measures,
    case when k.has_measures_ledger then coalesce(s.housing_measures, 0) end as housing_measures,
    case when k.has_measures_ledger then coalesce(s.water_measures, 0) end as water_measures,
    case when k.has_measures_ledger then coalesce(s.safety_net_measures, 0) end as safety_net_measures,
    case when k.has_measures_ledger then coalesce(s.social_measures, 0) end as social_measures,
    case when k.has_measures_ledger then coalesce(s.work_measures, 0) end as work_measures,
    case when k.has_measures_ledger then coalesce(s.development_measures, 0) end as development_measures,
    case when k.has_visits_ledger then coalesce(v.visits, 0) end as visits,
    v.last_visited_on,
    i.per_capita_yuan as elimination_per_capita_yuan,
    p.line_yuan as elimination_line_yuan,
    k.is_helper_kept,
    k.is_helper_phone_kept,
    k.is_risk_kept
from core_monitored m
cross join ledgers k
left join quality_household h on h.household_id = m.household_id
left join risk r on r.household_id = m.household_id
left join help s on s.household_id = m.household_id
left join visit v on v.household_id = m.household_id
left join fact_incomes i on i.household_id = m.household_id and i.income_year = extract(year from m.eliminated_on)
left join param_income_lines p on p.income_year = extract(year from m.eliminated_on)
