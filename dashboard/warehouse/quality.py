"""Run the data-quality rules over a version being built: offenders, counts by region, counts of earlier versions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboard import language, text
from dashboard.definitions import quality_rules
from dashboard.definitions.policy import Policy
from dashboard.definitions.quality_rules import QualityError, Rule, Subject
from dashboard.warehouse import queries

# How many earlier versions a version keeps the counts of: five years of monthly loads.
_KEPT_VERSIONS = 60
# The id under which a rule file that cannot be read at all is listed.
_WHOLE_FILE = "quality_rules"
# Errors that a condition can cause. A full disk or memory is not among them and stops the publication.
_FAULTY = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError)
# A parameter of a condition; or a quoted text, so that what looks like a parameter in it is passed over.
_PARAMETER = re.compile(r"'(?:[^']|'')*'|\$(\w+)")
# Names with their unit in brackets: 年龄下限（岁） of a number, 务工时间（月） of a column.
_UNIT_OF_LIMIT = re.compile(r"(.+)（(.+)）")
_UNIT = re.compile(r"(.+)（(元|月|天|岁|%)）")

_RULE_ROWS = pa.schema(
    [
        ("rule_id", pa.string()),
        ("position", pa.int32()),
        ("severity", pa.string()),
        ("ledger", pa.string()),
        ("subject", pa.string()),
        ("unit", pa.string()),
        ("says", pa.string()),
        ("todo", pa.string()),
        ("source", pa.string()),
        ("limits", pa.string()),
        ("fault", pa.string()),
    ]
)


def fill(con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy, folder: Path | None = None) -> None:
    """Run every rule and fill the ``out_quality_*`` tables; a rule that cannot be run is stored with the reason.

    ``con`` has the ledgers, regions, bridges and facts, and the relation ``param_income_lines`` for the subjects; the
    version it starts from, if any, is attached as ``base``. ``folder`` has the rule files (default: the project's
    data). Raises duckdb.Error where the disk or the memory is full.
    """
    try:
        rules = quality_rules.rules(folder)
        subjects = quality_rules.subjects(folder)
        names = quality_rules.limit_names(folder)
    except QualityError as error:
        rules, subjects, names = (_unreadable(error),), {}, {}
    ready, faults = _ready(rules, policy.values(), as_of)
    queries.execute(con, "quality/begin_found")
    for subject in subjects.values():
        queries.execute(con, f"quality/subjects/{subject.id}", {"as_of": as_of})
        faults |= judge(con, subject, [rule for rule in ready.values() if rule.rule.subject == subject.id])
    rows = [
        _rule_row(position, rule, subjects.get(rule.subject), ready.get(rule.id), faults.get(rule.id), names)
        for position, rule in enumerate(rules, start=1)
    ]
    con.from_arrow(pa.Table.from_pylist(rows, schema=_RULE_ROWS)).insert_into("out_quality_rules")
    queries.relation(con, "quality/counts").insert_into("out_quality_counts")
    if queries.fetch(con, "quality/stored", {"database": "base"}):
        queries.relation(con, "quality/history", {"kept_versions": _KEPT_VERSIONS}).insert_into("out_quality_history")


@dataclass(frozen=True)
class Ready:
    """A rule with the values of its parameters. In SQL these carry the rule's id, so that many rules run together."""

    rule: Rule
    values: Mapping[str, object]
    """By the names they have in its conditions."""

    @property
    def among(self) -> str:
        """SQL that is true of rows to be examined."""
        return f"({self._named(self.rule.among)})"

    @property
    def broken(self) -> str:
        """SQL that is true of rows that are examined and break the rule."""
        return f"{self.among} and ({self._named(self.rule.condition)})"

    @property
    def bound(self) -> dict[str, object]:
        """The values by the names they have in SQL."""
        return {f"{self.rule.id}_{name}": value for name, value in self.values.items()}

    def _named(self, condition: str) -> str:
        return _PARAMETER.sub(lambda match: f"${self.rule.id}_{match[1]}" if match[1] else match[0], condition)


def judge(con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Ready]) -> dict[str, str]:
    """Store the offenders of the rules about one subject, and the rows each rule examined, by region.

    Gives the faults of the rules that cannot be run, by id. All rules are run in one pass over the subject; where
    that fails, in halves, until only those at fault are left. Raises duckdb.Error where the disk or the memory is full.
    """
    if not rules:
        return {}
    try:
        counts = _counts(con, subject, rules)
        _store_offenders(con, subject, [rule for rule in rules if pc.sum(counts[f"{rule.rule.id}_broken"]).as_py()])
    except _FAULTY:
        if len(rules) == 1:
            rule_id = rules[0].rule.id
            return {rule_id: language.words("warehouse.rule_condition_invalid", rule=rule_id)}
        middle = len(rules) // 2
        return judge(con, subject, rules[:middle]) | judge(con, subject, rules[middle:])
    _store_counts(con, counts, rules)
    return {}


def _counts(con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Ready]) -> pa.Table:
    """Offenders and examined rows: one row per region, columns ``<rule>_broken`` and ``<rule>_among`` per rule."""
    expressions = [
        f"count(*) filter (where {condition}) as {rule.rule.id}_{what}"
        for rule in rules
        for what, condition in (("broken", rule.broken), ("among", rule.among))
    ]
    columns = ("region_code", *expressions)
    rows = queries.select_rows(con, [(columns, subject.table, "true")], _bound(rules), "region_code")
    regions, *counts = zip(*rows, strict=True) if rows else ((),) * len(columns)
    names = [f"{rule.rule.id}_{what}" for rule in rules for what in ("broken", "among")]
    arrays = [pa.array(regions, pa.string()), *(pa.array(count, pa.int64()) for count in counts)]
    return pa.table(arrays, names=["region_code", *names])


def _store_counts(con: duckdb.DuckDBPyConnection, counts: pa.Table, rules: Sequence[Ready]) -> None:
    parts = [
        pa.table(
            {
                "rule_id": pa.repeat(rule.rule.id, len(counts)),
                "region_code": counts["region_code"],
                "offenders": counts[f"{rule.rule.id}_broken"].cast(pa.int32()),
                "examined": counts[f"{rule.rule.id}_among"].cast(pa.int32()),
            }
        )
        for rule in rules
    ]
    by_rule = pa.concat_tables(parts)
    con.from_arrow(by_rule.filter(pc.greater(by_rule["examined"], 0))).insert_into("quality_found")


def _store_offenders(con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Ready]) -> None:
    if not rules:
        return
    rows = con.table(subject.table)
    types = {column: str(kind) for column, kind in zip(rows.columns, rows.types, strict=True)}
    selections = [
        (
            (f"'{rule.rule.id}'", *quality_rules.PLACE_COLUMNS, _facts(subject, rule.rule.shows, types)),
            subject.table,
            rule.broken,
        )
        for rule in rules
    ]
    queries.select(con, selections, _bound(rules)).insert_into("out_quality_offenders")


def _facts(subject: Subject, shows: Sequence[str], types: Mapping[str, str]) -> str:
    """SQL for columns of an offender as one Chinese text: 年龄：15，工资性收入：120.00元，风险未消除：是."""
    return " || '，' || ".join(_fact(subject.columns[column], column, types[column]) for column in shows) or "null"


def _fact(label: str, column: str, sql_type: str) -> str:
    with_unit = _UNIT.fullmatch(label)
    name, unit = with_unit.groups() if with_unit else (label, "")
    if sql_type == "BOOLEAN":
        yes, no = language.words("warehouse.value_yes"), language.words("warehouse.value_no")
        value = f"case when {column} then '{yes}' else '{no}' end"
    elif sql_type == "DOUBLE" or sql_type.startswith("DECIMAL"):
        value = f"cast(cast({column} as decimal(18, {2 if unit == '元' else 1})) as varchar) || '{unit}'"
    else:
        value = f"cast({column} as varchar) || '{unit}'"
    blank = language.words("warehouse.value_blank")
    return f"'{name}：' || case when {column} is null then '{blank}' else {value} end"


def _ready(rules: Sequence[Rule], policy: Mapping[str, float], as_of: date) -> tuple[dict[str, Ready], dict[str, str]]:
    """The rules whose parameters have values, by id, and the faults of the others, by id."""
    ready, faults = {}, {}
    for rule in rules:
        try:
            if rule.fault:
                raise QualityError(rule.fault)
            ready[rule.id] = Ready(rule, rule.bound(policy, as_of))
        except QualityError as fault:
            faults[rule.id] = str(fault)
    return ready, faults


def _bound(rules: Sequence[Ready]) -> dict[str, object]:
    return {name: value for rule in rules for name, value in rule.bound.items()}


def _rule_row(
    position: int,
    rule: Rule,
    subject: Subject | None,
    ready: Ready | None,
    fault: str | None,
    names: Mapping[str, str],
) -> dict:
    """The rule's row of ``out_quality_rules``; ``names`` are those of `quality_rules.limit_names`."""
    values = ready.values if ready else {}
    return {
        "rule_id": rule.id,
        "position": position,
        "severity": rule.severity,
        "ledger": rule.ledger,
        "subject": subject.name if subject else "",
        "unit": subject.unit if subject else "",
        "says": rule.filled_in(rule.says, values),
        "todo": rule.filled_in(rule.todo, values),
        "source": rule.source,
        "limits": "，".join(_limit(names.get(name, name), value) for name, value in rule.values.items()) or None,
        "fault": fault,
    }


def _limit(name: str, value: float) -> str:
    """A number of a rule with its name before it and its unit behind it: 年龄下限 16 岁."""
    with_unit = _UNIT_OF_LIMIT.fullmatch(name)
    return f"{with_unit[1]} {text.plain(value)} {with_unit[2]}" if with_unit else f"{name} {text.plain(value)}"


def _unreadable(error: QualityError) -> Rule:
    """What is listed in place of all rules where their file cannot be read."""
    says = language.words("warehouse.rules_file_not_readable")
    return Rule(_WHOLE_FILE, "error", "", "", "", says, str(error), "", fault=str(error))
