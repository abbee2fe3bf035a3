"""What is computed from checked rows once per version: regions, bridges, the long table of indicators, roll-ups.

The same queries answer for any other as-of day or income line, without touching the published version.
"""

import calendar
from collections.abc import Collection, Sequence
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.definitions import indicators
from dashboard.definitions.policy import Policy, by_year
from dashboard.warehouse import quality, queries

# The first year a ledger may report on.
_FIRST_YEAR = 2000

_LONG_TABLE = pa.schema(
    [
        ("indicator", pa.string()),
        ("region_code", pa.string()),
        ("region_level", pa.string()),
        ("period", pa.string()),
        ("grp", pa.string()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("value", pa.float64()),
        ("unit", pa.string()),
    ]
)


def as_of(con: duckdb.DuckDBPyConnection, today: date | None = None) -> date:
    """The as-of date (截至日期): the latest day on which something in the ledgers happened, at most today."""
    today = today or date.today()
    [(latest,)] = queries.fetch(con, "rollups/as_of", {"today": today})
    return latest or today


def fill(con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy) -> None:
    """Fill everything derived in a version being built, whose ``core_*`` ledgers are complete and the rest empty.

    The version it starts from, if any, is attached as ``base``.
    """
    prepare(con)
    con.from_arrow(_parameter_rows(policy)).insert_into("meta_parameters")
    values = _bind(con, as_of, policy, policy.lines)
    for family in families():
        queries.relation(con, family, values).insert_into("out_indicators")
    if queries.fetch(con, "rollups/attached"):
        queries.relation(con, "rollups/before").insert_into("out_indicators_before")
    for name in _rollups("out"):
        queries.relation(con, name, values).create(_table(name))
    con.register("param_income_lines", line_by_year(as_of))
    quality.fill(con, as_of, policy)
    con.unregister("param_income_lines")
    _unbind(con)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the regions, and store the bridges and facts that indicators share; none depends on the as-of day."""
    for table in ("core_units", "core_region_scope"):
        queries.relation(con, f"rollups/{table}").insert_into(table)
    for name in (*_rollups("bridge"), *_rollups("fact")):
        queries.relation(con, name).create(_table(name))


def long_table(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    policy: Policy,
    *,
    lines: Sequence[float] = (),
    level: str | None = None,
    only: Collection[str] = (),
) -> pa.Table:
    """The long table of a published version at any as-of day, for the given income lines (yuan; default: policy's).

    ``only`` keeps some indicators, ``level`` one of county, township, village. Sorted by indicator as the registry
    has them, then region, period and group; null where nothing is reported. KeyError for an unknown indicator.
    """
    wanted = [definition for definition in indicators.all() if not only or definition.id in only]
    if unknown := set(only) - {definition.id for definition in wanted}:
        raise KeyError(min(unknown))
    with con.cursor() as cursor:
        values = _bind(cursor, as_of, policy, tuple(lines) or policy.lines)
        used = dict.fromkeys(f"indicators/{definition.query}" for definition in wanted)
        found = [queries.relation(cursor, family, values).to_arrow_table() for family in used]
        _unbind(cursor)
    table = pa.concat_tables([_with_registry_order(rows, wanted) for rows in found])
    if level:
        table = table.filter(pc.equal(table["region_level"], level))
    order = [(name, "ascending") for name in ("place", "region_code", "period", "grp")]
    return table.sort_by(order).select(_LONG_TABLE.names)


def families() -> tuple[str, ...]:
    """Names of the indicator queries; each selects the rows of one family of the long table."""
    return queries.names("indicators")


def bind_relations(
    con: duckdb.DuckDBPyConnection, as_of: date, lines: Sequence[float], visit_interval_months: dict[str, int]
) -> None:
    """Give indicator queries their small relations: calendar to the as-of day, income lines, visit intervals."""
    con.register("param_years", _years(as_of))
    con.register("param_months", _months(as_of))
    con.register("param_lines", _lines(lines))
    con.register("param_visit_since", _visit_since(as_of, visit_interval_months))


def _bind(con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy, lines: Sequence[float]) -> dict[str, object]:
    bind_relations(con, as_of, lines, dict(policy.visit_interval_months))
    whole_days = {name: int(policy.value(name)) for name in policy.values() if name.endswith("_days")}
    since = visited_since(as_of, int(policy.value("visit_interval_months")))
    return {**policy.values(), **whole_days, "as_of": as_of, "visited_since": since}


def _unbind(con: duckdb.DuckDBPyConnection) -> None:
    for name in ("param_years", "param_months", "param_lines", "param_visit_since"):
        con.unregister(name)


def visited_since(as_of: date, months: int) -> date:
    """First day on which a visit still counts: ``months`` calendar months are looked at, the as-of day's the last."""
    place = as_of.year * 12 + as_of.month - months
    return date(place // 12, place % 12 + 1, 1)


def _years(as_of: date) -> pa.Table:
    years = list(range(_FIRST_YEAR, as_of.year + 1))
    return pa.table({"calendar_year": pa.array(years, pa.int32()), "period": [str(year) for year in years]})


def _months(as_of: date) -> pa.Table:
    starts = [
        date(year, month, 1)
        for year in range(_FIRST_YEAR, as_of.year + 1)
        for month in range(1, 13)
        if (year, month) <= (as_of.year, as_of.month)
    ]
    ends = [start + timedelta(days=calendar.monthrange(start.year, start.month)[1] - 1) for start in starts]
    return pa.table(
        {
            "month_start": pa.array(starts, pa.date32()),
            "month_end": pa.array(ends, pa.date32()),
            "period": [f"{start:%Y-%m}" for start in starts],
        }
    )


def _lines(lines: Sequence[float]) -> pa.Table:
    distinct = sorted(set(lines))
    return pa.table({"line": pa.array(distinct, pa.float64()), "line_text": [line_text(line) for line in distinct]})


def line_by_year(as_of: date) -> pa.Table:
    """The line in force at the end of each year, for rules that judge past years by past lines."""
    lines = by_year("income_line_yuan", range(_FIRST_YEAR, as_of.year + 1))
    return pa.table(
        {"income_year": pa.array(list(lines), pa.int32()), "line_yuan": pa.array(list(lines.values()), pa.float64())}
    )


def line_text(line: float) -> str:
    """An income line as the long table's group has it: the bare number, without trailing zeros."""
    return str(int(line)) if line == int(line) else str(line)


def _visit_since(as_of: date, intervals: dict[str, int]) -> pa.Table:
    named = {category: months for category, months in intervals.items() if category}
    return pa.table(
        {
            "monitor_category": pa.array(list(named), pa.string()),
            "visited_since": pa.array([visited_since(as_of, months) for months in named.values()], pa.date32()),
        }
    )


def _parameter_rows(policy: Policy) -> pa.Table:
    found = sorted(policy.parameters.values(), key=lambda parameter: parameter.id)
    return pa.table(
        {
            "parameter": [parameter.id for parameter in found],
            "label": [parameter.label for parameter in found],
            "value": pa.array([parameter.value for parameter in found], pa.float64()),
            "unit": [parameter.unit for parameter in found],
            "jurisdiction": [parameter.jurisdiction_name for parameter in found],
            "valid_from": pa.array([parameter.valid_from for parameter in found], pa.date32()),
            "source_document": [parameter.document for parameter in found],
            "source_clause": [parameter.clause for parameter in found],
            "quote": [parameter.quote or None for parameter in found],
        }
    )


def _with_registry_order(table: pa.Table, wanted: Sequence[indicators.Indicator]) -> pa.Table:
    """Rows of the wanted indicators, with the place of each in the registry."""
    ids = pa.array([definition.id for definition in wanted], pa.string())
    place = pc.index_in(table["indicator"], value_set=ids)
    return table.cast(_LONG_TABLE).append_column("place", place).filter(pc.is_valid(place))


def _rollups(kind: str) -> tuple[str, ...]:
    return tuple(name for name in queries.names("rollups") if _table(name).startswith(f"{kind}_"))


def _table(name: str) -> str:
    return name.rpartition("/")[2]
