-- purpose: The rows of allowances for the aged (高龄津贴台账) as they are now, under their canonical titles.
-- grain: one row per allowance.
-- params:
--   $region_code  VARCHAR  a county, township or village to keep; '' keeps all
-- units: amounts in yuan to the cent.
-- source: core_allowances, from ledger 高龄津贴台账.
select
    t.allowance_id as "津贴编号",
    r.township_name as "乡镇",
    r.village_name as "行政村",
    t.household_id as "户编号",
    t.recipient_name as "领取人姓名",
    t.card_number as "领取卡号",
    t.grade as "津贴档次",
    t.paid_on as "发放日期",
    t.paid_yuan as "津贴金额"
from core_allowances t
join core_regions r on r.village_code = t.village_code
where $region_code = ''
    or exists (
        select 1
        from core_region_scope s
        where s.region_code = t.village_code
            and s.scope_code = $region_code
    )
order by t.allowance_id
