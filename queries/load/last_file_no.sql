-- purpose: The highest number given to a file sheet so far.
-- grain: one row.
-- params: none
-- units: none
-- source: meta_files of the version in the making.
select coalesce(max(file_no), 0) as file_no
from meta_files
