-- purpose: Collective economy of villages against its target: attainment, gap, shells, weak and million-yuan villages.
-- grain: one row per indicator, region and year.
-- params:
--   $collective_target_yuan  DOUBLE  operating income a village is to reach (border included)
--   $collective_million_yuan  DOUBLE  total income a million-yuan village lies above
--   $collective_shell_yuan  DOUBLE  a village with no more operating income is a shell
--   $collective_weak_yuan  DOUBLE  a village with less operating income is weak, shells included
-- units: percent, villages, yuan; null where no village reports.
-- source: core_collective_economy, from ledger 村集体经济收入台账; param_years (years up to the as-of day).
with years as (
    select
        y.calendar_year,
        y.period
    from param_years y
    join (
        select
            min(account_year) as first_year,
            max(account_year) as last_year
        from core_collective_economy
    ) as reported
        on y.calendar_year between reported.first_year and reported.last_year
),
accounts as (
    select
        village_code,
        account_year,
        cast(total_income_yuan as double) as total_yuan,
        cast(operating_income_yuan as double) as operating_yuan
    from core_collective_economy
),
by_region as (
    select
        s.scope_code as region_code,
        a.account_year,
        cast(count(*) as double) as villages,
        cast(count(*) filter (where a.operating_yuan >= $collective_target_yuan) as double) as attained,
        cast(count(*) filter (where a.total_yuan > $collective_million_yuan) as double) as million,
        cast(count(*) filter (where a.operating_yuan <= $collective_shell_yuan) as double) as shell,
        cast(count(*) filter (where a.operating_yuan < $collective_weak_yuan) as double) as weak,
        sum(a.total_yuan) as total_yuan,
        sum(a.operating_yuan) as operating_yuan,
        sum(
            case
                when a.operating_yuan < $collective_target_yuan then $collective_target_yuan - a.operating_yuan
                else 0.0
            end
        ) as gap_yuan
    from accounts a
    join core_region_scope s on s.region_code = a.village_code
    group by s.scope_code, a.account_year
),
figures as (
    select
        i.indicator,
        u.region_code,
        u.region_level,
        y.period,
        case i.indicator
            when 'collective_attained_pct' then r.attained
            when 'collective_million' then r.million
            when 'collective_shell' then r.shell
            when 'collective_weak' then r.weak
            when 'collective_income_yuan' then r.total_yuan
            when 'collective_operating_yuan' then r.operating_yuan
            when 'collective_gap_yuan' then r.gap_yuan
        end as numerator,
        case when i.indicator = 'collective_attained_pct' then r.villages end as denominator,
        i.unit
    from core_units u
    cross join years y
    cross join (
        values
            ('collective_attained_pct', '%'),
            ('collective_million', '个村'),
            ('collective_shell', '个村'),
            ('collective_weak', '个村'),
            ('collective_income_yuan', '元'),
            ('collective_operating_yuan', '元'),
            ('collective_gap_yuan', '元')
    ) as i(indicator, unit)
    left join by_region r
        on r.region_code = u.region_code
        and r.account_year = y.calendar_year
)
select
    indicator,
    region_code,
    region_level,
    period,
    '' as grp,
    numerator,
    denominator,
    case
        when indicator = 'collective_attained_pct' then 100.0 * numerator / nullif(denominator, 0)
        else numerator
    end as value,
    unit
from figures
order by indicator, region_code, period
