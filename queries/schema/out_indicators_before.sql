-- purpose: County and township rows of the long table as the version before this one had them.
-- grain: one row per indicator, region, period and group; empty in a first version.
-- params: none
-- units: value in the unit named by unit; null = not reported.
-- source: out_indicators of the version this one was built from.
create table out_indicators_before (
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
