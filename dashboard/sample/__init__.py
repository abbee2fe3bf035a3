"""An invented county (示例县) as ledgers of every kind: for demonstration, tests and measurements.

Nobody in it exists: identity numbers and region codes are of a prefecture that was never assigned, phones count up
from 19900000000. Its data run to 2025-12-31, the latest day on which anything happened: five income years
(2021-2025), visits from January 2024 to December 2025. The same size and seed give the same files.

The stories in it (positions of townships and villages in the directory count from 0; see `county`):

- Township 3 lags in visits: from July 2025 on, three in five monitored households are visited a month, then two.
- 2023 was a drought year in townships 1 and 4: crops failed, incomes fell, more households were identified for 因灾.
- Villages 7, 22, 38, 53 live on subsidies: 总收入 in the hundreds of thousands, 经营性收入 under 8,000 yuan.
- Village 16 jumps past a million yuan of 总收入 in 2025, the only one; villages 11, 33, 47 are shells (经营性收入 0).
- Villages 25, 26, 27, 5, 44, 51 are at or near the target of 150,000 yuan in 2025, one of them at exactly
  150,000.00, one a cent below it, one a cent above.
- Village 41 did not report its collective economy of 2025: no row, which is not the same as zero.
- The first household of village 9 relapsed. The ledgers have one row per household, so the row of 监测对象 shows the
  second time only (识别时间 2025-09-18, 风险是否已消除 否); the first shows in its incomes (below 6,000 yuan a head in
  2021, above from 2022, below again in 2025), in a measure of November 2021, in follow-up visits until mid-2025 and
  in the visit of 2025-08-21 that found the risk again.
- The first households of villages 20, 36 and 49 still count as 风险已消除 although their income of 2025 is below
  6,000 yuan a head again: nobody has noticed yet.
- Checklist: 125 items of eight plans, 18 of them overdue, 8 due on the last day itself, 53 without 牵头单位 because
  their documents name no unit.
- Problems: 104 in the default county, 15 past their deadline, 14 done but not closed (未销号), 10 长期坚持 without a
  deadline, one due on the last day itself, some for a township or the county as a whole.
- Two villages are called 新民村 and two 红旗村, each in another township; village 2 has a 曾用名.
"""

from pathlib import Path

from dashboard.definitions import forms
from dashboard.sample import columns, county, lists, monitoring, outlines, people, rows, sheets

_ROWS_PER_HOUSEHOLD = {
    "households": 1.0,
    "members": people.MEMBERS_PER_HOUSEHOLD,
    "incomes": float(len(county.YEARS)),
    "visits": monitoring.VISITS_PER_HOUSEHOLD,
    "measures": monitoring.MEASURES_PER_HOUSEHOLD,
}


def write(out: Path, households: int = 12_000, seed: int = 1) -> list[Path]:
    """Write the county's ledgers and village outlines into ``out``; gives the files, in the order to load them.

    Ledgers are .xlsx, or .csv where one would exceed 200,000 rows; files of an earlier run are replaced.
    ValueError (a Chinese sentence) when ``households`` is below 1; OSError when ``out`` cannot be written.
    """
    seed %= 2**32  # numpy takes no negative seed
    townships = county.townships(households, seed)
    out.mkdir(parents=True, exist_ok=True)
    ledgers = {
        kind: sheets.create(
            out / f"{number:02d}_{forms.get(kind).name}",
            forms.get(kind).name,
            columns.of(kind),
            expected_rows=int(households * _ROWS_PER_HOUSEHOLD.get(kind, 0)),
            widths=columns.WIDTHS,
        )
        for number, kind in enumerate(columns.KINDS, start=1)
    }
    numbers = people.IdentityNumbers()
    for township in townships:
        ledgers["regions"].write(rows.regions(township))
        ledgers["collective_economy"].write(rows.collective_economy(township, seed))
        if township.households:
            for kind, part in rows.of_township(township, numbers, seed).items():
                ledgers[kind].write(part)
    ledgers["checklist"].write(lists.checklist(seed))
    ledgers["rectification"].write(lists.rectification(townships, seed))
    for ledger in ledgers.values():
        ledger.close()
    return [*(ledger.path for ledger in ledgers.values()), outlines.write(out, townships, seed)]
