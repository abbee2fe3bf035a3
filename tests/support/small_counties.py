"""Small random counties for property tests: ledgers as rows, and the long table computed from them."""

from collections.abc import Collection
from datetime import date, timedelta

import duckdb
import pandas as pd
import query_cases
from hypothesis import strategies as st

from dashboard.definitions import policy
from dashboard.warehouse import derive, queries

AS_OF = date(2025, 6, 20)
LINES = (5000.0, 6000.0)
YEARS = (2023, 2024, 2025)
COUNTY = "990101000000"
VILLAGES = {
    "990101100201": "990101100000",
    "990101100202": "990101100000",
    "990101101201": "990101101000",
    "990101101202": "990101101000",
}
CATEGORIES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")

villages = st.sampled_from(sorted(VILLAGES))
flags = st.sampled_from([True, False, None])
# Days round the as-of day and its month's edges, more of them than chance would give.
days = st.one_of(
    st.integers(0, 200).map(lambda back: AS_OF + timedelta(days=30 - back)),
    st.sampled_from([date(2025, 5, 31), date(2025, 6, 1), AS_OF, AS_OF + timedelta(days=1), date(2025, 6, 30)]),
)
# Amounts that tie, and that stand exactly on a line or border, more often than chance would have them.
yuan = st.one_of(
    st.sampled_from([0, 5000, 6000, 10000, 150000]), st.integers(-300_000, 3_000_000).map(lambda x: x / 100)
)
positive_yuan = yuan.map(abs)


@st.composite
def ledgers(draw) -> dict[str, list[dict]]:
    """Rows of every ledger by table; any of them may be empty, references between them hold."""
    households = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "village_code": villages,
                    "household_size": st.integers(1, 6),
                    "household_type": st.sampled_from(["脱贫户", "一般农户"]),
                    "is_housing_safe": flags,
                    "is_water_safe": flags,
                    "is_education_secured": flags,
                    "is_medical_secured": flags,
                }
            ),
            max_size=10,
        )
    )
    for place, household in enumerate(households):
        household["household_id"] = f"H{place}"
    return {
        "core_regions": [
            {
                "village_code": village,
                "village_name": village,
                "township_code": township,
                "township_name": township,
                "county_code": COUNTY,
            }
            for village, township in VILLAGES.items()
        ],
        "core_households": households,
        "core_incomes": draw(_incomes(households)),
        "core_monitored": draw(_monitored(households)),
        "core_visits": draw(_visits(households)),
        "core_measures": draw(_measures(households)),
        "core_collective_economy": draw(_accounts()),
        "core_rectification": draw(_problems()),
    }


def long_table(given: dict[str, list[dict]], only: Collection[str] = ()) -> pd.DataFrame:
    """The long table of the ledgers on AS_OF, for LINES, with the thresholds in force; or some indicators of it."""
    with duckdb.connect() as con:
        for name in queries.names("schema"):
            queries.execute(con, name)
        for table, rows in given.items():
            query_cases.insert(con, table, query_cases.drawn(rows))
        derive.prepare(con)
        return derive.long_table(con, AS_OF, policy.in_force(AS_OF), lines=LINES, only=only).to_pandas()


def scopes(region: str) -> tuple[str, ...]:
    """The regions a fact placed at a region counts for."""
    return (region, VILLAGES[region], COUNTY) if region in VILLAGES else tuple(dict.fromkeys((region, COUNTY)))


def _of(household: dict) -> dict:
    return {"household_id": household["household_id"], "village_code": household["village_code"]}


@st.composite
def _incomes(draw, households):
    rows = []
    for household in households:
        for year in YEARS:
            if not draw(st.booleans()):
                continue
            size = draw(st.integers(1, 6))
            net = draw(st.one_of(st.none(), yuan))
            stated = draw(st.booleans())
            rows.append(
                _of(household)
                | {
                    "income_year": year,
                    "household_size": size,
                    "wage_yuan": draw(positive_yuan),
                    "business_yuan": draw(positive_yuan),
                    "property_yuan": 0,
                    "transfer_yuan": draw(positive_yuan),
                    "business_cost_yuan": draw(positive_yuan),
                    "net_income_yuan": net,
                    "net_income_per_capita_yuan": round(net / size, 2) if stated and net is not None else None,
                }
            )
    return rows


@st.composite
def _monitored(draw, households):
    rows = []
    for household in households:
        if not draw(st.booleans()):
            continue
        eliminated = draw(st.booleans())
        rows.append(
            _of(household)
            | {
                "monitor_category": draw(st.sampled_from(CATEGORIES)),
                "identified_on": draw(days),
                "risks": draw(st.sampled_from([None, "因病", "因病、因学"])),
                "is_risk_eliminated": eliminated,
                "eliminated_on": draw(st.one_of(st.none(), days)) if eliminated else None,
            }
        )
    return rows


@st.composite
def _visits(draw, households):
    if not households:
        return []
    pairs = draw(st.sets(st.tuples(st.integers(0, len(households) - 1), days), max_size=12))
    return [
        _of(households[place])
        | {"visited_on": day, "visit_mode": draw(st.sampled_from(["入户", "电话", "视频", None]))}
        for place, day in sorted(pairs)
    ]


@st.composite
def _measures(draw, households):
    if not households:
        return []
    chosen = draw(st.lists(st.integers(0, len(households) - 1), max_size=8))
    return [
        _of(households[place])
        | {
            "measure_id": f"M{number}",
            "measure_type": "产业帮扶",
            "delivery_status": draw(st.sampled_from(["已落实", "正在落实", "未落实"])),
        }
        for number, place in enumerate(chosen)
    ]


@st.composite
def _accounts(draw):
    return [
        {
            "village_code": village,
            "account_year": year,
            "total_income_yuan": draw(st.sampled_from([0, 1_000_000, 1_000_000.01, 80_000])),
            "operating_income_yuan": draw(st.sampled_from([0, 0.01, 49_999.99, 50_000, 149_999.99, 150_000, 900_000])),
        }
        for village in VILLAGES
        for year in YEARS
        if draw(st.booleans())
    ]


@st.composite
def _problems(draw):
    count = draw(st.integers(0, 6))
    return [
        {
            "problem_id": f"P{number}",
            "problem_source": draw(st.sampled_from(["巡视反馈", "审计反馈"])),
            "region_code": draw(villages),
            "responsible_unit": draw(st.sampled_from([None, "县教育局", "县教育局、县民政局"])),
            "rectification_status": draw(st.sampled_from(["已完成", "整改中", "未启动", "长期坚持"])),
            "due_on": draw(st.one_of(st.none(), days)),
            "is_closed": draw(flags),
        }
        for number in range(count)
    ]
