-- purpose: Rows that name a household the register does not have.
-- grain: one row per ledger and unknown household.
-- params: none
-- units: rows_affected is a count of rows.
-- source: ledger_rows, the rows of every ledger, against core_households.
select
    r.ledger,
    r.household_id,
    count(*) as rows_affected
from ledger_rows r
left join core_households h on h.household_id = r.household_id
where r.household_id is not null
    and h.household_id is null
group by r.ledger, r.household_id
order by r.ledger, r.household_id
