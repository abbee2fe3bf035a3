"""Runs the data-quality rules over a version being built: offenders, counts by region, what earlier versions had."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboard import text
from dashboard.definitions import quality_rules
from dashboard.definitions.policy import Policy
from dashboard.definitions.quality_rules import QualityError, Rule, Subject
from dashboard.warehouse import queries

# How many earlier versions a version remembers the counts of.
_KEPT_VERSIONS = 60
# The name under which a rule file that cannot be read at all is shown.
_WHOLE_FILE = "quality_rules"
# Errors that are a condition's fault; a full disk or memory is not, and stops the publication.
_FAULTY = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError)
# A parameter of a condition, or quoted words that only look like one.
_PARAMETER = re.compile(r"'(?:[^']|'')*'|\$(\w+)")
# A column's name with its unit: 务工时间（月）.
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
    """Run every rule and store what was found; a rule that cannot be run is stored with the reason.

    ``con`` has the ledgers, regions, bridges and facts; ``param_income_lines`` is registered for the subjects.
    ``folder`` holds the rule files (default: the project's data).
    """
    try:
        rules, subjects, names = (
            quality_rules.rules(folder),
            quality_rules.subjects(folder),
            quality_rules.limit_names(folder),
        )
    except QualityError as error:
        rules, subjects, names = (_unreadable(error),), {}, {}
    ready, faults = _ready(rules, policy.values(), as_of)
    queries.execute(con, "quality/begin_found")
    for subject in subjects.values():
        queries.execute(con, f"quality/subjects/{subject.id}", {"as_of": as_of})
        faults |= judge(con, subject, [rule for rule in ready.values() if rule.rule.subject == subject.id])
    told = [
        _rule_row(place, rule, subjects.get(rule.subject), ready.get(rule.id), faults.get(rule.id), names)
        for place, rule in enumerate(rules, start=1)
    ]
    con.from_arrow(pa.Table.from_pylist(told, schema=_RULE_ROWS)).insert_into("out_quality_rules")
    queries.relation(con, "quality/counts").insert_into("out_quality_counts")
    if queries.fetch(con, "quality/stored", {"database": "base"}):
        queries.relation(con, "quality/history", {"kept_versions": _KEPT_VERSIONS}).insert_into("out_quality_history")


@dataclass(frozen=True)
class Ready:
    """A rule with the values of its parameters; in SQL these are named for the rule, so that rules run together."""

    rule: Rule
    values: Mapping[str, object]

    @property
    def among(self) -> str:
        """SQL: the row is examined."""
        return f"({self._named(self.rule.among)})"

    @property
    def broken(self) -> str:
        """SQL: the row is examined and breaks the rule."""
        return f"{self.among} and ({self._named(self.rule.condition)})"

    @property
    def bound(self) -> dict[str, object]:
        """The values by the names they have in SQL."""
        return {f"{self.rule.id}_{name}": value for name, value in self.values.items()}

    def _named(self, condition: str) -> str:
        return _PARAMETER.sub(lambda found: f"${self.rule.id}_{found[1]}" if found[1] else found[0], condition)


def judge(con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Ready]) -> dict[str, str]:
    """Store the offenders of the rules about one subject, and how many each found and examined where.

    All rules are asked in one pass over the subject. Where that fails, halves are asked, until only the rules that
    cannot be run are left: gives the fault of each, by id. Other duckdb.Error are raised.
    """
    if not rules:
        return {}
    try:
        found = _counted(con, subject, rules)
        _store_offenders(con, subject, [rule for rule in rules if pc.sum(found[f"{rule.rule.id}_broken"]).as_py()])
    except _FAULTY:
        if len(rules) == 1:
            rule_id = rules[0].rule.id
            return {rule_id: f"规则“{rule_id}”的条件无法运行，请核对字段名、括号和比较的类型。"}
        middle = len(rules) // 2
        return judge(con, subject, rules[:middle]) | judge(con, subject, rules[middle:])
    _store_counts(con, found, rules)
    return {}


def _counted(con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Ready]) -> pa.Table:
    """Offenders and examined by region: one row a region, two columns a rule."""
    counts = [
        f"count(*) filter (where {condition}) as {rule.rule.id}_{what}"
        for rule in rules
        for what, condition in (("broken", rule.broken), ("among", rule.among))
    ]
    columns = ("region_code", *counts)
    rows = queries.select_rows(con, [(columns, subject.table, "true")], _bound(rules), "region_code")
    regions, *found = zip(*rows, strict=True) if rows else ((),) * len(columns)
    names = [f"{rule.rule.id}_{what}" for rule in rules for what in ("broken", "among")]
    arrays = [pa.array(regions, pa.string()), *(pa.array(one, pa.int64()) for one in found)]
    return pa.table(arrays, names=["region_code", *names])


def _store_counts(con: duckdb.DuckDBPyConnection, found: pa.Table, rules: Sequence[Ready]) -> None:
    parts = [
        pa.table(
            {
                "rule_id": pa.repeat(rule.rule.id, len(found)),
                "region_code": found["region_code"],
                "offenders": found[f"{rule.rule.id}_broken"].cast(pa.int32()),
                "examined": found[f"{rule.rule.id}_among"].cast(pa.int32()),
            }
        )
        for rule in rules
    ]
    counts = pa.concat_tables(parts)
    con.from_arrow(counts.filter(pc.greater(counts["examined"], 0))).insert_into("quality_found")


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
    """SQL that says columns of an offender in words: 年龄：15，工资性收入：120.00元，风险未消除：是."""
    return " || '，' || ".join(_fact(subject.columns[column], column, types[column]) for column in shows) or "null"


def _fact(label: str, column: str, sql_type: str) -> str:
    with_unit = _UNIT.fullmatch(label)
    name, unit = with_unit.groups() if with_unit else (label, "")
    if sql_type == "BOOLEAN":
        said = f"case when {column} then '是' else '否' end"
    elif sql_type == "DOUBLE" or sql_type.startswith("DECIMAL"):
        said = f"cast(cast({column} as decimal(18, {2 if unit == '元' else 1})) as varchar) || '{unit}'"
    else:
        said = f"cast({column} as varchar) || '{unit}'"
    return f"'{name}：' || case when {column} is null then '空' else {said} end"


def _ready(rules: Sequence[Rule], policy: Mapping[str, float], as_of: date) -> tuple[dict[str, Ready], dict[str, str]]:
    """The rules that can be tried, by id, and the faults of the others."""
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
    """The rule's row of ``out_quality_rules``."""
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
    """A number of a rule under its name, the unit behind it: 年龄下限 16 岁."""
    found = _UNIT_OF_LIMIT.fullmatch(name)
    return f"{found[1]} {text.plain(value)} {found[2]}" if found else f"{name} {text.plain(value)}"


def _unreadable(error: QualityError) -> Rule:
    return Rule(_WHOLE_FILE, "error", "", "", "", "数据质量规则文件无法读取", str(error), "", fault=str(error))
