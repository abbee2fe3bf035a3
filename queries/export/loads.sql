-- purpose: The load log (导入记录): what became of every sheet that was read into any version so far.
-- grain: one row per file sheet and load.
-- params: none
-- units: counts of rows.
-- source: meta_files.
select
    f.version as "版本",
    f.loaded_at as "导入时间",
    f.file_name as "文件",
    f.sheet as "工作表",
    f.ledger as "台账种类",
    case f.status
        when 'loaded' then '已导入' when 'partial' then '部分导入' when 'refused' then '未导入' else '未读'
    end as "结果",
    f.rows_read as "读到行数",
    f.rows_loaded as "导入行数",
    f.rows_refused as "未导入行数",
    f.rows_new as "新增",
    f.rows_changed as "变更",
    f.rows_unchanged as "未变",
    f.rows_missing as "本次文件中没有"
from meta_files f
order by f.version desc, f.file_no
