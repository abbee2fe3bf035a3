"""One ledger's checked rows and what stands → the ledger of the version in the making, with everything to be told."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import Change, LedgerReport, SheetReport
from dashboard.warehouse import queries, versions

_POSITION = ("file_no", "row_no", "row_hash")
_EXAMPLES = 50
# How many missing keys a notice names at most, and in how many characters.
_NAMED_KEYS, _NAMED_LENGTH = 20, 120
# What joins the parts of a key of several columns.
KEY_JOIN = "|"
# What a row is known by beside its key, where a person is to decide about it: the first that a ledger has.
_SHOWN_BESIDE_KEY = (
    "member_name",
    "head_name",
    "description",
    "content",
    "village_name",
    "record_key",
)
# Placed by their household at publication, so not part of what the sender said.
_DERIVED = "village_code"


def begin(build: versions.Build) -> None:
    """Prepare the connection for the load; the log of earlier loads is taken over."""
    queries.execute(build.con, "load/begin_touched")
    if build.base is not None:
        for table in ("meta_files", "meta_issues"):
            build.con.table(f"base.{table}").insert_into(table)


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
    if form.place == "household":
        _hold_back_unknown_households(con, form, reports)
    _hold_back_duplicates(con, form, reports)
    _add_contradictions(con, form, reports, today)
    if form.kind in ("households", "members"):
        queries.execute(con, "load/touch", {"kind": form.kind})
    told = _counted(con, form, reports)
    queries.execute(con, "load/merge")
    _store(con, form)
    return told


def refused_keys(sheets: Sequence[CheckedRows]) -> pa.Array:
    """The keys of rows that were refused when they were read or placed; null for each whose key cannot be told."""
    found = []
    for rows in sheets:
        numbers = pa.array(sorted(rows.report.refused), pa.int32())
        placing = rows.table.filter(pa.compute.is_in(rows.table["row_no"], numbers))
        tables = [placing] if rows.refused is None else [rows.refused, placing]
        is_keyed = set(rows.form.key) <= set(placing.column_names)
        for table in tables:
            found.append(record_keys(rows.form, table) if is_keyed else pa.nulls(len(table), pa.string()))
        # Records whose cells cannot be told apart never became rows.
        lost = len(numbers) - sum(map(len, tables))
        found.append(pa.nulls(max(lost, 0), pa.string()))
    return pa.concat_arrays(found)


def with_current_values(build: versions.Build, form: Form, rows: pa.Table, report: SheetReport) -> pa.Table:
    """A sheet's rows with what stands for their keys in the columns the sheet does not have at all.

    A blank cell says that there is nothing; a column left out says nothing.
    """
    stored = set(build.con.table(form.table).columns) & set(rows.column_names) - set(form.key)
    missing = [field for field in form.fields if field.column not in report.titles]
    absent = [column for field in missing for column in _columns_of(field) if column in stored]
    # What was worked out for the sender, such as a county's code, stands as it was worked out.
    absent = [column for column in absent if rows[column].null_count == len(rows)]
    if build.base is None or not absent or not len(rows):
        return rows
    bind_current(build, form)
    standing = build.con.table("standing").select("record_key", *absent).to_arrow_table()
    places = pa.compute.index_in(record_keys(form, rows), standing["record_key"].combine_chunks())
    kept = []
    for column in absent:
        values = standing[column].take(places).cast(rows[column].type)
        if values.null_count < len(values):
            values = pa.compute.if_else(pa.compute.is_null(places), rows[column], values)
            rows = rows.set_column(rows.schema.get_field_index(column), column, values)
            kept.append(column)
    titles = [field.title for field in form.fields if not set(kept).isdisjoint(_columns_of(field))]
    if titles:
        report.add_issue("columns_kept", columns="、".join(titles))
    return rows


def with_current_precision(build: versions.Build, form: Form, rows: pa.Table) -> pa.Table:
    """The rows with the precision that stands for a date, where theirs is the day by which a month is stored.

    What is given out has days only; given back, it changes nothing.
    """
    dates = [field.column for field in form.fields if field.type == "date"]
    if build.base is None or not dates or not len(rows):
        return rows
    bind_current(build, form)
    for column in dates:
        precision = f"{column}_precision"
        is_month = duckdb.ColumnExpression(precision) == duckdb.ConstantExpression("month")
        months = build.con.table("standing").filter(is_month).select("record_key", column).to_arrow_table()
        if not len(months):
            continue
        places = pa.compute.index_in(record_keys(form, rows), months["record_key"].combine_chunks())
        is_same = pa.compute.equal(months[column].take(places), rows[column])
        kept = pa.compute.if_else(pa.compute.fill_null(is_same, False), "month", rows[precision])
        rows = rows.set_column(rows.schema.get_field_index(precision), precision, kept)
    return rows


def current_rows(build: versions.Build, form: Form, keys: Sequence[str]) -> pa.Table:
    """The standing rows of some keys."""
    bind_current(build, form)
    is_meant = duckdb.ColumnExpression("record_key").isin(*map(duckdb.ConstantExpression, keys))
    return build.con.table("standing").filter(is_meant).to_arrow_table()


def _columns_of(field: forms.Field) -> tuple[str, ...]:
    """The database columns a field fills."""
    match field.type:
        case "date":
            return field.column, f"{field.column}_precision"
        case "progress":
            return "progress_share", "progress_note"
        case _:
            return (field.column,)


def keep(build: versions.Build, form: Form, without: pa.Array | None = None) -> None:
    """Take a ledger over as it stands, but for the rows of some keys."""
    if build.base is None:
        return
    bind_current(build, form)
    if without is not None:
        build.con.register("removed", pa.table({"record_key": without}))
    queries.execute(build.con, "load/keep" if without is None else "load/keep_others")
    _store(build.con, form)


def current_keys(build: versions.Build, form: Form, keys: Sequence[str]) -> pa.Array:
    """Those of the keys that stand."""
    bind_current(build, form)
    return _asked(build.con, "load/current_keys", pa.array(keys, pa.string()))


def vanishing_regions(build: versions.Build, villages: pa.Array) -> pa.Array:
    """Codes of the regions that are gone once the villages are taken out of the directory."""
    bind_current(build, forms.get("regions"))
    return _asked(build.con, "load/vanishing_regions", villages)


def referring(build: versions.Build, form: Form, column: str, removed: pa.Array) -> pa.Array:
    """Keys of a ledger's rows whose column names something that is being removed."""
    bind_current(build, form)
    refers_to = duckdb.ColumnExpression(column).alias("refers_to")
    build.con.register("referring", build.con.table("standing").select("record_key", refers_to))
    return _asked(build.con, "load/referring", removed)


def _asked(con: duckdb.DuckDBPyConnection, name: str, removed: pa.Array) -> pa.Array:
    con.register("removed", pa.table({"record_key": removed}))
    return queries.relation(con, name).to_arrow_table()["record_key"].combine_chunks()


def bind_current(build: versions.Build, form: Form) -> None:
    """Show the ledger of the version this one starts from (empty for the first) as ``standing``, with its keys."""
    source = build.con.table(f"base.{form.table}" if build.base is not None else form.table)
    parts = [duckdb.ColumnExpression(column) for column in form.key]
    key = duckdb.FunctionExpression("concat_ws", duckdb.ConstantExpression(KEY_JOIN), *parts).alias("record_key")
    build.con.register("standing", source.select(duckdb.StarExpression(), key))


def _staged_columns(con: duckdb.DuckDBPyConnection, form: Form, table: pa.Table) -> pa.Table:
    """The rows as ``incoming``: the core table's columns, key, place named by the sender, and ``canonical`` to hash."""
    wanted = [column for column in con.table(form.table).columns if column not in _POSITION]
    length = len(table)
    columns = {
        column: table[column].combine_chunks() if column in table.column_names else pa.nulls(length, pa.string())
        for column in wanted
    }
    said = [column for column in wanted if not (column == _DERIVED and form.place == "household")]
    whole = {column: _array(columns[column]) for column in wanted}
    named = "said_village_codes"
    return pa.table(
        {
            **whole,
            "file_no": table["file_no"],
            "row_no": table["row_no"],
            "record_key": record_keys(form, table),
            named: table[named] if named in table.column_names else pa.nulls(length, pa.string()),
            "canonical": pa.StructArray.from_arrays([whole[column] for column in said], said),
        }
    )


def record_keys(form: Form, table: pa.Table) -> pa.Array:
    """The key of every row as one text."""
    parts = [_array(table[column].cast(pa.string())) for column in form.key]
    return pa.compute.binary_join_element_wise(*parts, KEY_JOIN)


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _store(con: duckdb.DuckDBPyConnection, form: Form) -> None:
    source = "merged"
    if form.place == "household":
        queries.execute(con, "load/place_by_household")
        source = "placed"
    con.table(source).select(*con.table(form.table).columns).insert_into(form.table)


def _hold_back_unknown_households(con, form: Form, reports: Mapping[int, SheetReport]) -> None:
    unknown = queries.fetch(con, "load/unknown_households")
    for file_no, row, household in unknown:
        title = reports[file_no].titles.get("household_id", form.field("household_id").title)
        reports[file_no].add_issue("household_unknown", row=row, column=title, value=household)
    _hold_back(con, unknown)


def _hold_back_duplicates(con, form: Form, reports: Mapping[int, SheetReport]) -> None:
    found = queries.fetch(con, "load/duplicates")
    codes = {"copy": "row_copied", "conflict": "row_conflicts", "stands": "row_conflict_stands"}
    column = form.key[0] if form.has(form.key[0]) else "place_village"
    two_people = _two_people(con, form) if found else {}
    for file_no, row, verdict, key, first_file, first_row in found:
        report = reports[file_no]
        first = f"第 {first_row} 行" if first_file == file_no else f"{_named(reports[first_file])}第 {first_row} 行"
        field = form.field(column)
        title = report.titles.get(column, field.title)
        about = {"row": row, "column": title, "value": _shown(key), "personal": field.personal, "first": first}
        if verdict == "conflict" and (file_no, row) in two_people:
            report.add_issue("id_of_two_people", differs=two_people[file_no, row], **about)
        else:
            report.add_issue(codes[verdict], **about)
    _hold_back(con, [row for row in found if row[2] != "stands"])


def _two_people(con, form: Form) -> dict[tuple[int, int], str]:
    """By place in a file, in what the person of a row differs from that of an earlier row with the number."""
    if form.kind != "members":
        return {}
    name, household = form.field("member_name").title, form.field("household_id").title
    return {
        (file_no, row): name if is_another_name else household
        for file_no, row, is_another_name in queries.fetch(con, "load/two_people")
    }


def _named(report: SheetReport) -> str:
    return f"文件“{report.path}”" + (f"工作表“{report.sheet}”" if report.sheet else "")


def _shown(key: str) -> str:
    return key.replace(KEY_JOIN, " ")


def _hold_back(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple]) -> None:
    if rows:
        columns = {"file_no": [row[0] for row in rows], "row_no": [row[1] for row in rows]}
        con.register("held_back", pa.table(columns))
        queries.execute(con, "load/hold_back")
        con.unregister("held_back")


def _add_contradictions(con, form: Form, reports: Mapping[int, SheetReport], today: date) -> None:
    asked = [f"load/contradictions_{form.kind}"] + (
        ["load/contradictions_household_rows"] if form.place == "household" else []
    )
    for name in asked:
        if name in queries.names("load"):
            params = {"today": today} if "today" in queries.get(name).params else None
            for file_no, row, code, column, value, detail in queries.fetch(con, name, params):
                _add_issue(form, reports[file_no], row, code, column, value, detail)


def _add_issue(
    form: Form, report: SheetReport, row: int, code: str, column: str, value: Any, detail: str | None
) -> None:
    field = form.field(column) if form.has(column) else None
    title = report.titles.get(column, field.title if field else None)
    personal = field.personal if field else ""
    report.add_issue(
        code, row=row, column=title, value=value, personal=personal, detail=issues.masked(detail, personal)
    )


def _counted(con, form: Form, reports: Mapping[int, SheetReport]) -> LedgerReport:
    """New, changed, unchanged and missing rows, counted by sheet and for the ledger, with examples of changes."""
    told = LedgerReport(form.kind, form.name)
    for file_no, new, changed, unchanged in queries.fetch(con, "load/changes"):
        report = reports[file_no]
        report.new, report.changed, report.unchanged = new, changed, unchanged
        report.rows_loaded = new + changed + unchanged
        told.new, told.changed, told.unchanged = told.new + new, told.changed + changed, told.unchanged + unchanged
    told.refused = sum(len(report.refused) for report in reports.values())
    missing = queries.fetch(con, "load/missing_keys", {"keys": _NAMED_KEYS})
    if missing and reports:
        _note_absent_rows(form, missing, told, reports)
        told.absent_rows = _absent_rows(con, form)
    if told.changed:
        told.examples = _examples(con, form)
        for report in reports.values():
            if report.changed:
                report.add_issue("rows_changed", count=report.changed, new=report.new, unchanged=report.unchanged)
    return told


def _note_absent_rows(
    form: Form, missing: Sequence[tuple], told: LedgerReport, reports: Mapping[int, SheetReport]
) -> None:
    personal = form.field(form.key[0]).personal if form.has(form.key[0]) else ""
    told.missing = missing[0][1]
    last = reports[max(reports)]
    last.missing = told.missing
    named, *others = (issues.masked(_shown(key), personal) or "" for key, _ in missing)
    named_keys = 1
    while others and len(named) + len(others[0]) < _NAMED_LENGTH:
        named += f"、{others.pop(0)}"
        named_keys += 1
    more = " 等" if told.missing > named_keys else ""
    last.add_issue("rows_missing", count=told.missing, keys=named + more, ledger=form.name)


def _absent_rows(con, form: Form) -> pa.Table:
    """The standing rows that the load leaves out though it speaks of their place and period (record_key, place, shown).

    A file of one month, or of one village, says nothing of the others.
    """
    staged = con.table("staged")
    household = duckdb.ColumnExpression("household_id" if "household_id" in staged.columns else "record_key")
    loaded = staged.select("record_key", household.alias("household_id"), *_scope(form, staged.columns))
    con.register("loaded_scope", loaded)
    standing = con.table("standing")
    shown = next(duckdb.ColumnExpression(column) for column in _SHOWN_BESIDE_KEY if column in standing.columns)
    con.register("standing_scope", standing.select("record_key", shown.alias("shown"), *_scope(form, standing.columns)))
    return queries.relation(con, "load/absent_rows").to_arrow_table()


def _scope(form: Form, columns: Sequence[str]) -> list[duckdb.Expression]:
    """What a row speaks of: its period (the year or month of its key) and its place, both '' where it has none."""
    nothing = duckdb.ConstantExpression("")
    period = place = nothing
    for column in form.key:
        kind = form.field(column).type if form.has(column) else ""
        if kind == "year":
            period = duckdb.ColumnExpression(column).cast(duckdb.sqltypes.VARCHAR)
        elif kind == "date":
            month = duckdb.ConstantExpression("%Y-%m")
            period = duckdb.FunctionExpression("strftime", duckdb.ColumnExpression(column), month)
    of_place = "township_code" if form.place == "directory" else "village_code"
    if of_place in columns:
        place = duckdb.ColumnExpression(of_place)
    return [period.alias("period"), place.alias("place")]


def _examples(con, form: Form) -> list[Change]:
    olds = queries.relation(con, "load/changed_old", {"keys": _EXAMPLES}).to_arrow_table().to_pylist()
    news = queries.relation(con, "load/changed_new", {"keys": _EXAMPLES}).to_arrow_table().to_pylist()
    found = []
    for old, new in zip(olds, news, strict=True):
        fields = []
        for field in form.fields:
            before, after = old.get(field.column), new.get(field.column)
            if field.column in old and before != after:
                fields.append(
                    (field.title, *(issues.masked(value, field.personal) or "空" for value in (before, after)))
                )
        personal = form.field(form.key[0]).personal if form.has(form.key[0]) else ""
        found.append(Change(issues.masked(_shown(new["record_key"]), personal) or "", tuple(fields)))
    return found
