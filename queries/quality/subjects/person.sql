-- purpose: Members of households as quality rules look at them: age, sex and birth by identity number, school, labour.
-- grain: one row per person (证件号码).
-- params:
--   $as_of  DATE  the day on which ages are told
-- units: age and years_younger_than_head in full years; months_worked in months. school_stage is one of 学前, 小学, 初中,
--   高中, 中职, 大专, 本科, 研究生; labour one of 普通, 技能, 弱, 无; both null where the words fit none.
-- source: core_members, core_households, core_monitored.
create or replace temp table quality_person as
with told as (
    select
        m.id_number,
        m.household_id,
        m.village_code,
        m.member_name,
        m.relation,
        m.sex,
        m.born_on,
        m.born_on_precision,
        nullif(trim(m.education), '') as education,
        nullif(trim(m.schooling), '') as schooling,
        nullif(trim(m.health), '') as health,
        nullif(trim(m.labour_skill), '') as labour_skill,
        nullif(trim(m.work_place), '') as work_place,
        m.months_worked,
        m.is_insured,
        case
            when length(m.id_number) = 18
                then case when cast(substr(m.id_number, 17, 1) as integer) % 2 = 1 then '男' else '女' end
        end as sex_of_id,
        case
            when length(m.id_number) = 18
                then cast(
                    substr(m.id_number, 7, 4) || '-' || substr(m.id_number, 11, 2) || '-' || substr(m.id_number, 13, 2)
                    as date
                )
        end as birth_of_id
    from core_members m
),
dated as (
    select
        t.*,
        coalesce(t.birth_of_id, t.born_on) as birth_on,
        coalesce(t.sex_of_id, t.sex) as sex_known,
        -- Words for not going to school are no stage of school.
        coalesce(
            t.schooling not like '%非在校%' and t.schooling not like '%不在校%' and t.schooling not like '%学龄前%'
            and t.schooling not like '%辍学%' and t.schooling not like '%失学%' and t.schooling not like '%毕业%'
            and t.schooling not in ('无', '否', '未上学'),
            false
        ) as is_at_school
    from told t
),
heads as (
    select household_id, min(birth_on) as head_birth_on
    from dated
    where relation = '户主'
    group by household_id
),
kept as (
    select
        count(schooling) > 0 as is_schooling_kept,
        count(work_place) > 0 as is_work_place_kept,
        count(months_worked) > 0 as is_months_worked_kept,
        count(health) > 0 as is_health_kept,
        count(labour_skill) > 0 as is_labour_kept,
        count(is_insured) > 0 as is_insurance_kept
    from dated
),
head_numbers as (
    select head_id_number, min(household_id) as first_household_id, max(household_id) as last_household_id
    from core_households
    where head_id_number is not null
    group by head_id_number
)
select
    d.village_code as region_code,
    d.household_id,
    d.member_name as person_name,
    d.id_number,
    d.relation as row_key,
    d.relation,
    d.sex,
    d.sex_of_id,
    d.sex_known,
    d.born_on,
    d.birth_of_id,
    case
        when d.born_on_precision = 'month'
            then extract(year from d.born_on) * 12 + extract(month from d.born_on)
                <> extract(year from d.birth_of_id) * 12 + extract(month from d.birth_of_id)
        else d.born_on <> d.birth_of_id
    end as is_birth_different,
    d.birth_on,
    cast(
        extract(year from $as_of) - extract(year from d.birth_on)
        - case
            when extract(month from $as_of) * 100 + extract(day from $as_of)
                < extract(month from d.birth_on) * 100 + extract(day from d.birth_on)
                then 1
            else 0
        end
        as integer
    ) as age,
    cast(
        extract(year from d.birth_on) - extract(year from h.head_birth_on)
        - case
            when extract(month from d.birth_on) * 100 + extract(day from d.birth_on)
                < extract(month from h.head_birth_on) * 100 + extract(day from h.head_birth_on)
                then 1
            else 0
        end
        as integer
    ) as years_younger_than_head,
    d.education,
    d.schooling,
    d.is_at_school,
    case
        when not d.is_at_school and d.schooling not like '%学龄前%' then null
        when d.schooling like '%学前%' or d.schooling like '%学龄前%' or d.schooling like '%幼儿%' then '学前'
        when d.schooling like '%小学%' then '小学'
        when d.schooling like '%七年级%' or d.schooling like '%八年级%' or d.schooling like '%九年级%' then '初中'
        when d.schooling like '%初中%' or d.schooling like '%初一%' or d.schooling like '%初二%' then '初中'
        when d.schooling like '%高职%' or d.schooling like '%大专%' or d.schooling like '%技师%' then '大专'
        when d.schooling like '%中职%' or d.schooling like '%中专%' or d.schooling like '%职高%' then '中职'
        when d.schooling like '%高中%' then '高中'
        when d.schooling like '%硕士%' or d.schooling like '%博士%' or d.schooling like '%研究生%' then '研究生'
        when d.schooling like '%本科%' or d.schooling like '%大学%' then '本科'
    end as school_stage,
    d.health,
    d.health = '健康' as is_healthy,
    coalesce(d.health like '%病%', false) as is_ill,
    coalesce(d.health like '%残%', false) as is_disabled,
    d.labour_skill,
    case
        when d.labour_skill like '%弱%' or d.labour_skill like '%半劳%' then '弱'
        when d.labour_skill like '%丧失%' or d.labour_skill like '%无劳%' or d.labour_skill = '无' then '无'
        when d.labour_skill like '%技能%' then '技能'
        when d.labour_skill like '%普通%' then '普通'
    end as labour,
    d.work_place,
    d.months_worked,
    d.is_insured,
    r.household_type,
    r.assistance,
    o.household_id is not null as is_monitored,
    coalesce(not o.is_risk_eliminated, false) as is_active,
    coalesce(r.household_type = '脱贫户', false) or o.household_id is not null as is_followed,
    n.head_id_number is not null
    and (n.first_household_id <> d.household_id or n.last_household_id <> d.household_id) as is_head_elsewhere,
    k.is_schooling_kept,
    k.is_work_place_kept,
    k.is_months_worked_kept,
    k.is_health_kept,
    k.is_labour_kept,
    k.is_insurance_kept
from dated d
cross join kept k
left join heads h on h.household_id = d.household_id
left join core_households r on r.household_id = d.household_id
left join core_monitored o on o.household_id = d.household_id
left join head_numbers n on n.head_id_number = d.id_number
