-- purpose: The long table of every indicator (指标长表) that pages, exports and commands read.
-- grain: one row per indicator, region, period and group.
-- params: none
-- units: value in the unit named by unit; null = not reported.
-- source: queries/indicators, filled once per published version.
create table out_indicators (
    indicator varchar not null,
    region_code varchar not null,
    region_level varchar not null,
    period varchar not null,
    grp varchar not null,
    numerator double,
    denominator double,
    value double,
    unit varchar not null
)
