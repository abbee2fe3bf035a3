-- purpose: What this published version is: its as-of date, its base and the definitions in force.
-- grain: exactly one row.
-- params: none
-- units: none
-- source: written at publication.
create table meta_version (
    version varchar not null,
    base_version varchar,
    created_at timestamp not null,
    as_of date not null,
    jurisdiction varchar not null,
    note varchar
)
