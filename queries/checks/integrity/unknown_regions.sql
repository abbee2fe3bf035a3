-- purpose: Rows placed at a region that the directory does not have.
-- grain: one row per ledger and unknown region code.
-- params: none
-- units: rows_affected is a count of rows.
-- source: ledger_rows, the rows of every ledger, against core_units.
select
    r.ledger,
    r.region_code,
    count(*) as rows_affected
from ledger_rows r
left join core_units u on u.region_code = r.region_code
where r.region_code is not null
    and u.region_code is null
group by r.ledger, r.region_code
order by r.ledger, r.region_code
