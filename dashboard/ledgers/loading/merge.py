"""Checked rows of one ledger and its current rows → the ledger of the version in the making, with counts and issues."""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.loading import conflicts, record_keys
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import Change, LedgerReport, SheetReport
from dashboard.warehouse import ledger_rows, queries, versions

_POSITION = ("file_no", "row_no", "row_hash")
_EXAMPLES = 50
# How many absent keys a notice names at most, and in how many characters.
_NAMED_KEYS, _NAMED_LENGTH = 20, 120
# Of a ledger placed by household the village is derived at publication, so it is no value of the sender's.
_DERIVED = "village_code"
# What ledgers placed by household are compared with the register by, also where they have no such column.
_COMPARED = "head_name"
# By which column a file is known to cover a row's place. A problem's region says nothing of the problems of others.
_COVERED_PLACE = {"directory": "township_code", "village": "village_code", "household": "village_code"}


def begin(build: versions.Build) -> None:
    """Prepare the connection for a load, with the log of earlier loads."""
    queries.execute(build.con, "load/begin_touched")
    if build.base is not None:
        for table in ("meta_files", "meta_issues"):
            _take_over(build, table, build.con.table(f"base.{table}"))


def merge(
    build: versions.Build,
    form: Form,
    table: pa.Table,
    reports: Mapping[int, SheetReport],
    today: date,
    refused: pa.Array | None = None,
) -> LedgerReport:
    """Merge placed rows of a ledger into the version; counts and issues go to the sheets' reports by file_no.

    ``refused`` are the keys of rows held back before (`refused_keys`), which are in the files all the same.
    """
    con = build.con
    bind_current(build, form)
    con.register("incoming", _staged_columns(con, form, table))
    queries.execute(con, "load/stage")
    con.unregister("incoming")
    con.register("refused_keys", pa.table({"record_key": pa.array([], pa.string()) if refused is None else refused}))
    conflicts.check(con, form, reports, today)
    if form.holds_people:
        queries.execute(con, "load/touch", {"kind": form.kind})
    ledger = _counted(con, form, reports)
    queries.execute(con, "load/merge")
    _store(con, form)
    return ledger


def refused_keys(sheets: Sequence[CheckedRows]) -> pa.Array:
    """Keys of the rows that were refused when they were read or placed; null for each whose key is unknown."""
    keys = []
    for rows in sheets:
        numbers = pa.array(sorted(rows.report.refused), pa.int32())
        unplaced = rows.table.filter(pa.compute.is_in(rows.table["row_no"], numbers))
        tables = [unplaced] if rows.refused is None else [rows.refused, unplaced]
        is_keyed = set(rows.form.key) <= set(unplaced.column_names)
        for table in tables:
            keys.append(record_keys.of(rows.form, table) if is_keyed else pa.nulls(len(table), pa.string()))
        # Records whose cells cannot be told apart never became rows.
        lost = len(numbers) - sum(map(len, tables))
        keys.append(pa.nulls(max(lost, 0), pa.string()))
    return pa.concat_arrays(keys)


def with_current_values(build: versions.Build, form: Form, rows: pa.Table, report: SheetReport) -> pa.Table:
    """A sheet's rows with the current values of their keys in the columns the sheet does not have at all.

    A blank cell makes a value blank; a column that is not there leaves it as it is.
    """
    stored = set(build.con.table(form.table).columns) & set(rows.column_names) - set(form.key)
    missing = [field for field in form.fields if field.column not in report.titles]
    absent = [column for field in missing for column in _columns_of(field) if column in stored]
    # What was worked out for the sender, such as a county's code, stays as it was worked out.
    absent = [column for column in absent if rows[column].null_count == len(rows)]
    if build.base is None or not absent or not len(rows):
        return rows
    bind_current(build, form)
    current = build.con.table("current_rows").select("record_key", *absent).to_arrow_table()
    places = pa.compute.index_in(record_keys.of(form, rows), current["record_key"].combine_chunks())
    kept = []
    for column in absent:
        values = current[column].take(places).cast(rows[column].type)
        if values.null_count < len(values):
            values = pa.compute.if_else(pa.compute.is_null(places), rows[column], values)
            rows = rows.set_column(rows.schema.get_field_index(column), column, values)
            kept.append(column)
    titles = [field.title for field in form.fields if not set(kept).isdisjoint(_columns_of(field))]
    if titles:
        report.add_issue("columns_kept", columns="、".join(titles))
    return rows


def with_current_precision(build: versions.Build, form: Form, rows: pa.Table) -> pa.Table:
    """The rows with the current precision of a date, where theirs is the day by which a month is stored.

    What is given out has days only; given back, it changes nothing.
    """
    dates = [field.column for field in form.fields if field.type == "date"]
    if build.base is None or not dates or not len(rows):
        return rows
    bind_current(build, form)
    for column in dates:
        precision = f"{column}_precision"
        is_month = duckdb.ColumnExpression(precision) == duckdb.ConstantExpression("month")
        months = build.con.table("current_rows").filter(is_month).select("record_key", column).to_arrow_table()
        if not len(months):
            continue
        places = pa.compute.index_in(record_keys.of(form, rows), months["record_key"].combine_chunks())
        is_same = pa.compute.equal(months[column].take(places), rows[column])
        kept = pa.compute.if_else(pa.compute.fill_null(is_same, False), "month", rows[precision])
        rows = rows.set_column(rows.schema.get_field_index(precision), precision, kept)
    return rows


def current_rows(build: versions.Build, form: Form, keys: Sequence[str]) -> pa.Table:
    """The current rows of some keys."""
    bind_current(build, form)
    is_meant = duckdb.ColumnExpression("record_key").isin(*map(duckdb.ConstantExpression, keys))
    return build.con.table("current_rows").filter(is_meant).to_arrow_table()


def keep(build: versions.Build, form: Form, without: pa.Array | None = None) -> None:
    """Take a ledger over as it is, but for the rows of some keys."""
    if not _has_current(build, form):
        return
    if build.is_rehearsal and without is None:
        # The village of a row may be out of date where its household moves; no check of a load looks at it.
        _take_over(build, form.table, build.con.table(f"base.{form.table}"))
        return
    bind_current(build, form)
    if without is not None:
        build.con.register("removed", pa.table({"record_key": without}))
    queries.execute(build.con, "load/keep" if without is None else "load/keep_others")
    _store(build.con, form)


def current_keys(build: versions.Build, form: Form, keys: Sequence[str]) -> pa.Array:
    """Those of the keys that are keys of current rows."""
    bind_current(build, form)
    return _keys(build.con, "load/current_keys", pa.array(keys, pa.string()))


def vanishing_regions(build: versions.Build, villages: pa.Array) -> pa.Array:
    """Codes of the regions that are gone once the villages are taken out of the directory."""
    bind_current(build, forms.directory())
    return _keys(build.con, "load/vanishing_regions", villages)


def referring(build: versions.Build, form: Form, column: str, removed: pa.Array) -> pa.Array:
    """Keys of a ledger's rows whose column names something that is being removed."""
    bind_current(build, form)
    refers_to = duckdb.ColumnExpression(column).alias("refers_to")
    build.con.register("referring", build.con.table("current_rows").select("record_key", refers_to))
    return _keys(build.con, "load/referring", removed)


def bind_current(build: versions.Build, form: Form) -> None:
    """Give queries the ledger of the version this one starts from (empty for the first) as ``current_rows``.

    Its columns are those of the core table and ``record_key``.
    """
    source = build.con.table(f"base.{form.table}" if _has_current(build, form) else form.table)
    parts = [duckdb.ColumnExpression(column) for column in form.key]
    joiner = duckdb.ConstantExpression(record_keys.JOINER)
    key = duckdb.FunctionExpression("concat_ws", joiner, *parts).alias("record_key")
    build.con.register("current_rows", source.select(duckdb.StarExpression(), key))


def _has_current(build: versions.Build, form: Form) -> bool:
    """Whether the version this one starts from has the ledger; not one published before there was its form."""
    return build.base is not None and ledger_rows.is_stored(build.con, form, "base")


def _keys(con: duckdb.DuckDBPyConnection, name: str, removed: pa.Array) -> pa.Array:
    con.register("removed", pa.table({"record_key": removed}))
    return queries.relation(con, name).to_arrow_table()["record_key"].combine_chunks()


def _columns_of(field: Field) -> tuple[str, ...]:
    """The database columns a field fills."""
    match field.type:
        case "date":
            return field.column, f"{field.column}_precision"
        case "progress":
            return "progress_share", "progress_note"
        case _:
            return (field.column,)


def _staged_columns(con: duckdb.DuckDBPyConnection, form: Form, table: pa.Table) -> pa.Table:
    """The rows as ``incoming``: the core table's columns, key, place named by the sender, and ``canonical`` to hash."""
    wanted = [column for column in con.table(form.table).columns if column not in _POSITION]
    length = len(table)
    columns = {
        column: table[column].combine_chunks() if column in table.column_names else pa.nulls(length, pa.string())
        for column in wanted
    }
    hashed = [column for column in wanted if not (column == _DERIVED and form.place == "household")]
    whole = {column: record_keys.whole(columns[column]) for column in wanted}
    if form.place == "household":
        whole.setdefault(_COMPARED, pa.nulls(length, pa.string()))
    named = "named_village_codes"
    return pa.table(
        {
            **whole,
            "file_no": table["file_no"],
            "row_no": table["row_no"],
            "record_key": record_keys.of(form, table),
            named: table[named] if named in table.column_names else pa.nulls(length, pa.string()),
            "canonical": pa.StructArray.from_arrays([whole[column] for column in hashed], hashed),
        }
    )


def _store(con: duckdb.DuckDBPyConnection, form: Form) -> None:
    source = "merged"
    if form.place == "household":
        queries.execute(con, "load/place_by_household")
        source = "placed"
    con.table(source).select(*con.table(form.table).columns).insert_into(form.table)


def _take_over(build: versions.Build, table: str, rows: duckdb.DuckDBPyRelation) -> None:
    """Fill a table with rows of the version this one starts from; in a rehearsal only show them in its place.

    Nobody publishes a rehearsal, and a county's ledgers take longer to copy than a file to check.
    """
    if build.is_rehearsal:
        build.con.register(table, rows)
    else:
        rows.insert_into(table)


def _counted(con, form: Form, reports: Mapping[int, SheetReport]) -> LedgerReport:
    """New, changed, unchanged and absent rows, counted by sheet and for the ledger, with examples of changes."""
    ledger = LedgerReport(form.kind, form.name)
    for file_no, new, changed, unchanged in queries.fetch(con, "load/changes"):
        report = reports[file_no]
        report.new, report.changed, report.unchanged = new, changed, unchanged
        report.rows_loaded = new + changed + unchanged
        ledger.new, ledger.changed = ledger.new + new, ledger.changed + changed
        ledger.unchanged += unchanged
    ledger.refused = sum(len(report.refused) for report in reports.values())
    missing = queries.fetch(con, "load/missing_keys", {"keys": _NAMED_KEYS})
    if missing and reports:
        _note_absent_rows(form, missing, ledger, reports)
        ledger.absent_rows = _absent_rows(con, form)
    if ledger.changed:
        ledger.examples = _examples(con, form)
        for report in reports.values():
            if report.changed:
                report.add_issue("rows_changed", count=report.changed, new=report.new, unchanged=report.unchanged)
    return ledger


def _note_absent_rows(
    form: Form, missing: Sequence[tuple], ledger: LedgerReport, reports: Mapping[int, SheetReport]
) -> None:
    ledger.missing = missing[0][1]
    last = reports[max(reports)]
    last.missing = ledger.missing
    named, *others = (_masked_key(form, key) for key, _ in missing)
    named_keys = 1
    while others and len(named) + len(others[0]) < _NAMED_LENGTH:
        named += f"、{others.pop(0)}"
        named_keys += 1
    if ledger.missing > named_keys:
        named = language.words("ledgers.and_more_keys", keys=named)
    last.add_issue("rows_missing", count=ledger.missing, keys=named, ledger=form.name)


def _absent_rows(con, form: Form) -> pa.Table:
    """Current rows that the load leaves out though it covers their place and period (record_key, place, shown).

    A file of one month, or of one village, says nothing of the others.
    """
    staged = con.table("staged")
    household = duckdb.ColumnExpression("household_id" if "household_id" in staged.columns else "record_key")
    loaded = staged.select("record_key", household.alias("household_id"), *_scope(form, staged.columns))
    con.register("loaded_scope", loaded)
    current = con.table("current_rows")
    shown = duckdb.ColumnExpression(form.row_label).alias("shown")
    con.register("current_scope", current.select("record_key", shown, *_scope(form, current.columns)))
    return queries.relation(con, "load/absent_rows").to_arrow_table()


def _scope(form: Form, columns: Sequence[str]) -> list[duckdb.Expression]:
    """What a row is about: its period (the year or month of its key) and its place, both '' where it has none."""
    nothing = duckdb.ConstantExpression("")
    period = place = nothing
    for column in form.key:
        kind = form.field(column).type if form.has(column) else ""
        if kind == "year":
            period = duckdb.ColumnExpression(column).cast(duckdb.sqltypes.VARCHAR)
        elif kind == "date":
            month = duckdb.ConstantExpression("%Y-%m")
            period = duckdb.FunctionExpression("strftime", duckdb.ColumnExpression(column), month)
    place_column = _COVERED_PLACE.get(form.place)
    if place_column in columns:
        place = duckdb.ColumnExpression(place_column)
    return [period.alias("period"), place.alias("place")]


def _examples(con, form: Form) -> list[Change]:
    olds = queries.relation(con, "load/changed_old", {"keys": _EXAMPLES}).to_arrow_table().to_pylist()
    news = queries.relation(con, "load/changed_new", {"keys": _EXAMPLES}).to_arrow_table().to_pylist()
    changes = []
    for old, new in zip(olds, news, strict=True):
        fields = []
        for field in form.fields:
            before, after = old.get(field.column), new.get(field.column)
            if field.column in old and before != after:
                masked = (issues.masked(value, field.personal) for value in (before, after))
                fields.append((field.title, *(text or language.words("ledgers.blank") for text in masked)))
        changes.append(Change(_masked_key(form, new["record_key"]), tuple(fields)))
    return changes


def _masked_key(form: Form, key: str) -> str:
    return issues.masked(record_keys.in_words(key), form.personal(form.key[0])) or ""
