"""Roll-ups: what a version is given once, and the long table asked for on other days."""

from datetime import date

import duckdb
import pytest
import query_cases

from dashboard.definitions import policy
from dashboard.warehouse import derive, queries

AS_OF = date(2025, 6, 30)

LEDGERS = {
    "core_regions": query_cases.DEFAULTS["directory"]["standard"],
    "core_households": """
        household_id | village_code | household_size | household_type
        1            | 990101100201 | 2              | 脱贫户
        2            | 990101101201 | 3              | 一般农户
    """,
    "core_incomes": """
        household_id | income_year | village_code | household_size | net_income_yuan
        1            | 2024        | 990101100201 | 2              | 11000
        2            | 2024        | 990101101201 | 3              | 30000
    """,
    "core_monitored": """
        household_id | village_code | monitor_category | identified_on | is_risk_eliminated
        1            | 990101100201 | 脱贫不稳定户     | 2025-01-10    | false
        2            | 990101101201 | 边缘易致贫户     | 2025-06-30    | false
    """,
    "core_visits": """
        household_id | visited_on | village_code | visit_mode
        1            | 2025-05-31 | 990101100201 | 入户
        2            | 2025-06-12 | 990101101201 | 电话
    """,
}


def schema(con: duckdb.DuckDBPyConnection) -> None:
    for name in queries.names("schema"):
        queries.execute(con, name)


@pytest.fixture
def con():
    """A version being built: ledgers in, nothing derived yet."""
    with duckdb.connect() as con:
        schema(con)
        for table, rows in LEDGERS.items():
            query_cases.insert(con, table, query_cases.drawn(rows))
        yield con


def test_a_version_gets_everything_derived(con):
    derive.fill(con, AS_OF, policy.in_force(AS_OF))
    tables = {name for (name,) in con.execute("show tables").fetchall()}
    stored = {name.rpartition("/")[2] for name in queries.names("rollups")}
    assert {name for name in stored if name.startswith(("out_", "bridge_", "fact_"))} <= tables
    assert con.table("core_units").aggregate("count(*)").fetchall() == [(6,)]
    assert con.table("meta_parameters").filter("parameter = 'collective_target_yuan'").fetchall()[0][2] == 150000
    indicators = {row[0] for row in con.table("out_indicators").fetchall()}
    assert {"households", "visit_coverage_pct", "income_gini", "rectification_problems"} <= indicators
    # What was bound for the queries does not outlive them.
    assert "param_lines" not in tables


def test_the_long_table_of_the_published_day_is_what_was_published(con):
    in_force = policy.in_force(AS_OF)
    derive.fill(con, AS_OF, in_force)
    published = sorted(con.table("out_indicators").fetchall(), key=str)
    asked = derive.long_table(con, AS_OF, in_force).to_pylist()
    assert sorted((tuple(row.values()) for row in asked), key=str) == published


def test_the_long_table_answers_for_an_earlier_day_and_other_lines(con):
    derive.fill(con, AS_OF, policy.in_force(AS_OF))
    earlier = date(2025, 5, 31)
    table = derive.long_table(
        con,
        earlier,
        policy.in_force(earlier),
        lines=[6000, 4000.5],
        level="county",
        only=["income_below_line_pct", "visit_coverage_pct", "monitored_ever"],
    )
    # The registry's order; the household identified in June and the visit of June are not known yet.
    assert [(row["indicator"], row["period"], row["grp"], row["value"]) for row in table.to_pylist()] == [
        ("monitored_ever", "2025-05-31", "", 1),
        ("monitored_ever", "2025-05-31", "脱贫不稳定户", 1),
        ("monitored_ever", "2025-05-31", "边缘易致贫户", 0),
        ("visit_coverage_pct", "2025-05", "", 100),
        ("income_below_line_pct", "2024", "4000.5", 0),
        ("income_below_line_pct", "2024", "6000", 50),
    ]
    published = {row[3] for row in con.table("out_indicators").filter("indicator = 'monitored_ever'").fetchall()}
    assert published == {"2025-06-30"}


def test_an_unknown_indicator_is_refused(con):
    derive.fill(con, AS_OF, policy.in_force(AS_OF))
    with pytest.raises(KeyError, match="no_such"):
        derive.long_table(con, AS_OF, policy.in_force(AS_OF), only=["no_such"])


def test_a_version_keeps_the_figures_of_the_one_before(con):
    con.execute("attach ':memory:' as base; use base")
    schema(con)
    query_cases.insert(
        con,
        "out_indicators",
        query_cases.drawn(
            """
            indicator  | region_code  | region_level | period     | grp | value | unit
            households | 990101000000 | county       | 2024-12-31 | ''  | 7     | 户
            households | 990101100201 | village      | 2024-12-31 | ''  | 7     | 户
            """
        ),
    )
    con.execute("use memory")
    derive.fill(con, AS_OF, policy.in_force(AS_OF))
    assert [row[:4] for row in con.table("out_indicators_before").fetchall()] == [
        ("households", "990101000000", "county", "2024-12-31")
    ]


def test_an_empty_version_fills_too():
    with duckdb.connect() as con:
        schema(con)
        derive.fill(con, AS_OF, policy.in_force(AS_OF))
        assert con.table("out_indicators").fetchall() == []


def test_as_of_is_the_latest_event_and_today_without_any(con):
    assert derive.as_of(con, today=date(2025, 12, 31)) == date(2025, 6, 30)
    assert derive.as_of(con, today=date(2025, 6, 15)) == date(2025, 6, 12)
    assert derive.as_of(con, today=date(2024, 1, 1)) == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("as_of", "months", "since"),
    [
        (date(2025, 10, 15), 1, date(2025, 10, 1)),
        (date(2025, 10, 1), 1, date(2025, 10, 1)),
        (date(2025, 10, 31), 3, date(2025, 8, 1)),
        (date(2025, 1, 5), 2, date(2024, 12, 1)),
        (date(2025, 12, 5), 12, date(2025, 1, 1)),
        (date(2025, 12, 5), 13, date(2024, 12, 1)),
    ],
)
def test_visit_interval_is_counted_in_calendar_months(as_of, months, since):
    assert derive.visited_since(as_of, months) == since


@pytest.mark.parametrize(("line", "text"), [(5000, "5000"), (5000.0, "5000"), (4999.5, "4999.5"), (0.01, "0.01")])
def test_a_line_is_written_as_a_bare_number(line, text):
    assert derive.line_text(line) == text


def test_shared_queries_are_no_families_and_each_is_shared():
    shared = set(queries.names("indicators/shared"))
    assert shared and not shared & set(derive.families())
    for name in shared:
        users = [family for family in derive.families() if name in derive.shared_by([family])]
        assert len(users) > 1, f"{name} is read by {users}"
    assert set(derive.shared_by(derive.families())) == shared


def test_only_the_shared_relations_that_a_query_names_are_bound_and_none_outlives_it(con):
    derive.fill(con, AS_OF, policy.in_force(AS_OF))
    assert not [name for (name,) in con.execute("show tables").fetchall() if name.startswith(("param_", "shared_"))]
    with con.cursor() as cursor:
        derive.bind_relations(cursor, AS_OF, [5000], {})
        assert derive.bind_shared(cursor, ["indicators/risks"], {"as_of": AS_OF}) == ["shared_active_households"]
        assert derive.bind_shared(cursor, ["indicators/register", "indicators/visits"], {}) == []
        [(active,)] = cursor.table("shared_active_households").aggregate("count(*)").fetchall()
    assert active == 2
