"""The invented county."""

from pathlib import Path

from dashboard.sample import county, lists, monitoring, outlines, people, rows, sheets
from dashboard.sample.columns import COLUMNS, TITLES, WIDTHS

_ROWS_PER_HOUSEHOLD = {
    "households": 1.0,
    "members": people.MEMBERS_PER_HOUSEHOLD,
    "incomes": float(len(county.YEARS)),
    "visits": monitoring.VISITS_PER_HOUSEHOLD,
    "measures": monitoring.MEASURES_PER_HOUSEHOLD,
}


def write(out: Path, households: int = 12_000, seed: int = 1) -> list[Path]:
    """Write the ledgers (and the village outlines) into ``out``; returns the files, in the order to load them.

    The same ``households`` and ``seed`` give the same files. ValueError when ``households`` is below 1.
    """
    townships = county.townships(households, seed)
    out.mkdir(parents=True, exist_ok=True)
    ledgers = {
        kind: sheets.create(
            out / f"{number:02d}_{TITLES[kind]}",
            TITLES[kind],
            COLUMNS[kind],
            expected_rows=int(households * _ROWS_PER_HOUSEHOLD.get(kind, 0)),
            widths=WIDTHS,
        )
        for number, kind in enumerate(COLUMNS, start=1)
    }
    numbers = people.IdentityNumbers()
    for township in townships:
        ledgers["regions"].write(rows.regions(township))
        ledgers["collective_economy"].write(rows.collective_economy(township, seed))
        for kind, part in rows.of_township(township, numbers, seed).items():
            ledgers[kind].write(part)
    ledgers["checklist"].write(lists.checklist(seed))
    ledgers["rectification"].write(lists.rectification(townships, seed))
    for ledger in ledgers.values():
        ledger.close()
    return [*(ledger.path for ledger in ledgers.values()), outlines.write(out, townships, seed)]
