"""Data-quality rules (数据质量规则, ``data/quality_rules.toml``): what is an error or a doubt in the ledgers, as data.

What rules can examine are the subjects of ``data/quality_subjects.toml``. A faulty entry never stops anything: it
becomes a `Rule` whose ``fault`` is one Chinese sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from dashboard import language, paths, text
from dashboard.definitions import toml_files
from dashboard.definitions.toml_files import DefinitionsInvalid

SEVERITIES = {
    "error": language.words("definitions.severity_error"),
    "warning": language.words("definitions.severity_warning"),
}
# Columns of every subject beside its own: the region of a row, whose it is, and its key. Not for conditions.
PLACE_COLUMNS = ("region_code", "household_id", "person_name", "id_number", "row_key")

_RULES = "quality_rules.toml"
_SUBJECTS = "quality_subjects.toml"
_NEEDED = ("id", "severity", "subject", "condition", "says", "todo", "source")
# Functions that every SQL engine has under this name, and words before a bracket that are no functions.
_FUNCTIONS = (
    "abs",
    "cast",
    "ceiling",
    "coalesce",
    "floor",
    "length",
    "lower",
    "nullif",
    "round",
    "substr",
    "trim",
    "upper",
)
_KEYWORDS = ("and", "or", "not", "in", "between", "when", "then", "else", "case", "like", "is")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_BANNED = re.compile(r";|--|/\*|\b(select|from|copy|attach|pragma|install|load)\b", re.IGNORECASE)
_CALLED = re.compile(r"\b(\w+)\s*\(")
_PARAMETER = re.compile(r"\$(\w+)")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class QualityError(DefinitionsInvalid):
    """Rule files that cannot be read at all, or a parameter without a number; one Chinese sentence for the user."""


@dataclass(frozen=True)
class Subject:
    """What rules examine (检查对象)."""

    id: str
    name: str
    """Its Chinese name."""
    unit: str
    """What its rows are counted in: 户, 人, 条 …"""
    ledger: str
    """The ledger its rules belong to, unless they name another."""
    columns: Mapping[str, str]
    """Chinese names of the columns that rules can use, units in brackets: 务工时间（月）."""

    @property
    def table(self) -> str:
        """The table that holds its rows while a version is built."""
        return f"quality_{self.id}"


@dataclass(frozen=True)
class Rule:
    """One rule: of the rows of its subject, those meeting ``among`` are examined, those meeting ``condition`` break it.

    Conditions are SQL over one row, true, false or null (unknown, which never breaks a rule).
    """

    id: str
    severity: str
    """A key of `SEVERITIES`."""
    ledger: str
    """Name of the ledger it is listed under."""
    subject: str
    """Id of its subject."""
    condition: str
    says: str
    """What is wrong, in Chinese, with ``{names}`` of parameters."""
    todo: str
    """What the clerk is to do, in Chinese."""
    source: str
    """The document it comes from."""
    among: str = "true"
    shows: tuple[str, ...] = ()
    """Columns of the subject that are shown of a row that breaks it."""
    values: Mapping[str, float] = field(default_factory=dict)
    """Its own numbers, by the names they have as ``$name``; others are parameters of the policy."""
    fault: str = ""
    """Why the entry cannot be run; '' where it can."""

    def used(self) -> frozenset[str]:
        """Names of the parameters in its conditions and sentences."""
        conditions = _QUOTED.sub("", f"{self.among} {self.condition}")
        return frozenset(_PARAMETER.findall(conditions)) | frozenset(_PLACEHOLDER.findall(self.says + self.todo))

    def bound(self, policy: Mapping[str, float], as_of: date) -> dict[str, Any]:
        """Values of the parameters its conditions use: its own, else those of policy, else the as-of day.

        QualityError for one that neither has.
        """
        values = {**policy, "as_of": as_of, **self.values}
        for name in sorted(self.used()):
            if name not in values:
                raise QualityError(
                    language.words("definitions.rule_parameter_without_value", id=self.id, parameter=name)
                )
        return {name: values[name] for name in sorted(self.used())}

    def filled_in(self, sentence: str, bound: Mapping[str, Any]) -> str:
        """A sentence of the rule with its numbers filled in; placeholders without a number are left."""

        def number(placeholder: re.Match) -> str:
            value = bound.get(placeholder[1])
            if value is None:
                return placeholder[0]
            return value.isoformat() if isinstance(value, date) else text.plain(value)

        return _PLACEHOLDER.sub(number, sentence)


def subjects(folder: Path | None = None) -> dict[str, Subject]:
    """Subjects by id, in the order in which their tables are made; QualityError where the file cannot be read."""
    entries = _read((folder or paths.DATA) / _SUBJECTS)
    try:
        return {
            name: Subject(name, entry["name"], entry["unit"], entry["ledger"], entry["columns"])
            for name, entry in entries.items()
        }
    except (KeyError, TypeError) as error:
        raise QualityError(language.words("definitions.subject_incomplete", file=_SUBJECTS)) from error


def rules(folder: Path | None = None) -> tuple[Rule, ...]:
    """All rules in the order of the file, faulty ones with their ``fault``; QualityError where it cannot be read."""
    folder = folder or paths.DATA
    by_id = subjects(folder)
    entries = _read(folder / _RULES).get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise QualityError(language.words("definitions.rules_not_a_list", file=_RULES))
    parsed: dict[str, Rule] = {}
    for position, entry in enumerate(entries, start=1):
        rule = _rule(entry, position, by_id)
        if rule.id in parsed:
            fault = language.words("definitions.rule_id_repeated", position=position, id=rule.id)
            rule = replace(_faulty(entry, position, by_id, fault), id=f"{rule.id}_{position}")
        parsed[rule.id] = rule
    return tuple(parsed.values())


def limit_names(folder: Path | None = None) -> dict[str, str]:
    """Chinese names of the numbers of rules, by the names they have in conditions; QualityError as `rules`."""
    names = _read((folder or paths.DATA) / _RULES).get("limits", {})
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise QualityError(language.words("definitions.rule_limits_invalid", file=_RULES))
    return names


def _read(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        raise QualityError(language.words("definitions.rules_file_missing", file=file.name))
    try:
        return toml_files.read(file, language.words("definitions.rules_file"))
    except DefinitionsInvalid as error:
        raise QualityError(str(error)) from error


def _rule(entry: Mapping[str, Any], position: int, by_id: Mapping[str, Subject]) -> Rule:
    fault = _fault(entry, position, by_id)
    if fault:
        return _faulty(entry, position, by_id, fault)
    return Rule(
        id=entry["id"],
        severity=entry["severity"],
        ledger=entry.get("ledger", by_id[entry["subject"]].ledger),
        subject=entry["subject"],
        condition=entry["condition"],
        says=entry["says"],
        todo=entry["todo"],
        source=entry["source"],
        among=entry.get("among", "true"),
        shows=tuple(entry.get("shows", ())),
        values=entry.get("values", {}),
    )


def _faulty(entry: Mapping[str, Any], position: int, by_id: Mapping[str, Subject], fault: str) -> Rule:
    """A rule that cannot be run, with whatever of the entry can be shown."""

    def given(key: str) -> str:
        return entry[key] if isinstance(entry.get(key), str) else ""

    subject = by_id.get(given("subject"))
    severity = given("severity") if given("severity") in SEVERITIES else "warning"
    rule_id = given("id") or f"rule_{position}"
    ledger = given("ledger") or (subject.ledger if subject else "")
    says = given("says") or language.words("definitions.rule_incomplete")
    return Rule(rule_id, severity, ledger, given("subject"), "", says, given("todo"), given("source"), fault=fault)


def _fault(entry: Mapping[str, Any], position: int, by_id: Mapping[str, Subject]) -> str:
    """Why an entry cannot be a rule, in one sentence; '' where it can."""
    rule = (
        language.words("definitions.rule_with_id", id=entry["id"])
        if isinstance(entry.get("id"), str)
        else language.words("definitions.rule_without_id", position=position)
    )
    if absent := [key for key in _NEEDED if not isinstance(entry.get(key), str) or not entry[key].strip()]:
        return language.words("definitions.rule_lacks_keys", rule=rule, keys="、".join(absent))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", entry["id"]):
        return language.words("definitions.rule_id_invalid", rule=rule)
    if entry["severity"] not in SEVERITIES:
        return language.words("definitions.rule_severity_invalid", rule=rule)
    if entry["subject"] not in by_id:
        return language.words(
            "definitions.rule_subject_unknown",
            rule=rule,
            subject=entry["subject"],
            file=_SUBJECTS,
            subjects="、".join(by_id),
        )
    if not isinstance(entry.get("among", ""), str):
        return language.words("definitions.rule_among_invalid", rule=rule)
    subject = by_id[entry["subject"]]
    for column in entry.get("shows", ()):
        if column not in subject.columns:
            return language.words("definitions.rule_shows_unknown", rule=rule, column=column, subject=subject.name)
    values = entry.get("values", {})
    if not isinstance(values, dict) or not all(_is_number(value) for value in values.values()):
        return language.words("definitions.rule_values_invalid", rule=rule)
    return _fault_of_condition(rule, entry.get("among", "")) or _fault_of_condition(rule, entry["condition"])


def _fault_of_condition(rule: str, condition: str) -> str:
    """Why a condition is not allowed, in one sentence about the ``rule`` by its name; '' where it is."""
    unquoted = _QUOTED.sub("''", condition)
    if _BANNED.search(unquoted):
        return language.words("definitions.rule_condition_not_allowed", rule=rule)
    for name in _CALLED.findall(unquoted):
        if name.lower() not in _FUNCTIONS + _KEYWORDS:
            return language.words(
                "definitions.rule_function_unknown", rule=rule, function=name, functions="、".join(_FUNCTIONS)
            )
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
