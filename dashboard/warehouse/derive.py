"""What is computed from checked rows once per version: regions, bridges, the long table of indicators, roll-ups.

The same queries compute the long table for any other as-of day or income line, without changing the version.

Indicator queries (families) and roll-ups read, beside the tables of the version, small relations that are bound only
while they run: ``param_*``, made here from the as-of day and the policy, and ``shared_*``, what several of them need,
from ``queries/indicators/shared/``.
"""

import calendar
import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.definitions import indicators
from dashboard.definitions.policy import Policy, by_year
from dashboard.warehouse import quality, queries

# The first year a ledger may report on.
_FIRST_YEAR = 2000
_SHARED_FOLDER = "indicators/shared"
_SHARED_NAME = re.compile(r"\bshared_\w+")
_COMMENT = re.compile(r"--[^\n]*")

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
    """The as-of date (截至日期): the latest day on which something in the ledgers happened, at most ``today``.

    ``today`` (default: the system's date) where no ledger has a date up to then.
    """
    today = today or date.today()
    [(latest,)] = queries.fetch(con, "rollups/as_of", {"today": today})
    return latest or today


def fill(con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy) -> None:
    """Fill the derived tables of a version being built, whose ``core_*`` ledgers are complete.

    The version it starts from, if any, is attached to ``con`` as database ``base``. duckdb.Error is raised as it is.
    """
    prepare(con)
    con.from_arrow(_parameter_rows(policy)).insert_into("meta_parameters")
    rollups = _rollups("out")
    with _bound(con, as_of, policy, policy.lines, [*families(), *rollups]) as values:
        for family in families():
            queries.relation(con, family, values).insert_into("out_indicators")
        if queries.fetch(con, "rollups/attached"):
            queries.relation(con, "rollups/before").insert_into("out_indicators_before")
        for name in rollups:
            queries.relation(con, name, values).create(_table(name))
        con.register("param_income_lines", line_by_year(as_of))
        quality.fill(con, as_of, policy)
        con.unregister("param_income_lines")


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the regions, and create the bridges and facts that queries share; none depends on the as-of day."""
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
    """The long table of a published version at any as-of day: one row per indicator, region, period and group.

    ``lines`` are income lines in yuan per person and year (default: the policy's). ``only`` keeps these indicators,
    ``level`` one of county, township, village. Columns and nulls as docs/indicators.md has them; sorted by indicator
    in the order of the registry, then region, period and group. KeyError for an unknown indicator.
    """
    wanted = [definition for definition in indicators.all() if not only or definition.id in only]
    if unknown := set(only) - {definition.id for definition in wanted}:
        raise KeyError(min(unknown))
    used = list(dict.fromkeys(f"indicators/{definition.query}" for definition in wanted))
    with con.cursor() as cursor, _bound(cursor, as_of, policy, tuple(lines) or policy.lines, used) as values:
        tables = [queries.relation(cursor, family, values).to_arrow_table() for family in used]
    table = pa.concat_tables([_with_registry_order(rows, wanted) for rows in tables])
    if level:
        table = table.filter(pc.equal(table["region_level"], level))
    order = [(name, "ascending") for name in ("position", "region_code", "period", "grp")]
    return table.sort_by(order).select(_LONG_TABLE.names)


def families() -> tuple[str, ...]:
    """Names of the indicator queries; each selects the rows of one family of the long table."""
    return tuple(name for name in queries.names("indicators") if not name.startswith(f"{_SHARED_FOLDER}/"))


def shared_by(names: Iterable[str]) -> list[str]:
    """Names of the shared queries that any of these queries reads, sorted."""
    tables = {table for name in names for table in _SHARED_NAME.findall(_COMMENT.sub("", queries.get(name).sql))}
    return sorted(f"{_SHARED_FOLDER}/{table}" for table in tables)


def bind_relations(
    con: duckdb.DuckDBPyConnection, as_of: date, lines: Sequence[float], visit_interval_months: Mapping[str, int]
) -> None:
    """Make the ``param_*`` relations: years and months to the as-of day, income lines, first days of visit intervals.

    ``lines`` in yuan; ``visit_interval_months`` in calendar months by 监测对象类别.
    """
    con.register("param_years", _years(as_of))
    con.register("param_months", _months(as_of))
    con.register("param_lines", _lines(lines))
    con.register("param_visit_since", _visit_since(as_of, visit_interval_months))


def bind_shared(con: duckdb.DuckDBPyConnection, names: Iterable[str], values: Mapping[str, object]) -> list[str]:
    """Compute what these queries share, once, and make it relations of these names; ``param_*`` are there already."""
    shared = shared_by(names)
    for name in shared:
        con.register(_table(name), queries.relation(con, name, values).to_arrow_table())
    return [_table(name) for name in shared]


@contextlib.contextmanager
def _bound(
    con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy, lines: Sequence[float], names: Iterable[str]
) -> Iterator[dict[str, object]]:
    """The values of parameters for these queries; the relations they read are there inside the block."""
    whole_days = {name: int(policy.value(name)) for name in policy.values() if name.endswith("_days")}
    since = visited_since(as_of, int(policy.value("visit_interval_months")))
    values = {**policy.values(), **whole_days, "as_of": as_of, "visited_since": since}
    bind_relations(con, as_of, lines, policy.visit_interval_months)
    shared = bind_shared(con, names, values)
    yield values
    # After an error the connection is closed by whoever has it.
    for name in ("param_years", "param_months", "param_lines", "param_visit_since", *shared):
        con.unregister(name)


def visited_since(as_of: date, months: int) -> date:
    """First day on which a visit still counts: of ``months`` calendar months the as-of day's is the last."""
    month = as_of.year * 12 + as_of.month - months
    return date(month // 12, month % 12 + 1, 1)


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
    """The income line at the end of each year: ``income_year``, ``line_yuan``; no row for years without one.

    For quality rules, which judge past years by past lines.
    """
    lines = by_year("income_line_yuan", range(_FIRST_YEAR, as_of.year + 1))
    return pa.table(
        {"income_year": pa.array(list(lines), pa.int32()), "line_yuan": pa.array(list(lines.values()), pa.float64())}
    )


def line_text(line: float) -> str:
    """An income line as a group of the long table: the bare number, without trailing zeros."""
    return str(int(line)) if line == int(line) else str(line)


def _visit_since(as_of: date, intervals: Mapping[str, int]) -> pa.Table:
    named = {category: months for category, months in intervals.items() if category}
    return pa.table(
        {
            "monitor_category": pa.array(list(named), pa.string()),
            "visited_since": pa.array([visited_since(as_of, months) for months in named.values()], pa.date32()),
        }
    )


def _parameter_rows(policy: Policy) -> pa.Table:
    parameters = sorted(policy.parameters.values(), key=lambda parameter: parameter.id)
    return pa.table(
        {
            "parameter": [parameter.id for parameter in parameters],
            "label": [parameter.label for parameter in parameters],
            "value": pa.array([parameter.value for parameter in parameters], pa.float64()),
            "unit": [parameter.unit for parameter in parameters],
            "jurisdiction": [parameter.jurisdiction_name for parameter in parameters],
            "valid_from": pa.array([parameter.valid_from for parameter in parameters], pa.date32()),
            "source_document": [parameter.document for parameter in parameters],
            "source_clause": [parameter.clause for parameter in parameters],
            "quote": [parameter.quote or None for parameter in parameters],
        }
    )


def _with_registry_order(table: pa.Table, wanted: Sequence[indicators.Indicator]) -> pa.Table:
    """Rows of the wanted indicators, with the position of each indicator in the registry as ``position``."""
    ids = pa.array([definition.id for definition in wanted], pa.string())
    position = pc.index_in(table["indicator"], value_set=ids)
    return table.cast(_LONG_TABLE).append_column("position", position).filter(pc.is_valid(position))


def _rollups(kind: str) -> tuple[str, ...]:
    """Names of the roll-up queries whose tables start with out, bridge or fact."""
    return tuple(name for name in queries.names("rollups") if _table(name).startswith(f"{kind}_"))


def _table(name: str) -> str:
    """The table or relation a query fills: its name without the folder."""
    return name.rpartition("/")[2]
