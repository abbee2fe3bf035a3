-- purpose: Take rows that must not be loaded out of the staged ones.
-- grain: none (deletes)
-- params: none
-- units: none
-- source: staged; held_back names rows by file_no and row_no.
delete from staged
where exists (
    select 1 from held_back h where h.file_no = staged.file_no and h.row_no = staged.row_no
)
