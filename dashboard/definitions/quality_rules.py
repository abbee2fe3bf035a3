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

from dashboard import paths, text
from dashboard.definitions import toml_files
from dashboard.definitions.toml_files import DefinitionsInvalid

SEVERITIES = {"error": "错误", "warning": "疑点"}
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
                raise QualityError(f"规则“{self.id}”用到的参数“{name}”没有数值，请在该规则的 values 或口径文件中填写。")
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
        raise QualityError(f"规则对象文件 {_SUBJECTS} 中有对象缺少名称、单位、台账或字段，请恢复该文件。") from error


def rules(folder: Path | None = None) -> tuple[Rule, ...]:
    """All rules in the order of the file, faulty ones with their ``fault``; QualityError where it cannot be read."""
    folder = folder or paths.DATA
    by_id = subjects(folder)
    entries = _read(folder / _RULES).get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise QualityError(f"规则文件 {_RULES} 中每条规则应以 [[rule]] 开头，请改正后重试。")
    parsed: dict[str, Rule] = {}
    for position, entry in enumerate(entries, start=1):
        rule = _rule(entry, position, by_id)
        if rule.id in parsed:
            fault = f"第 {position} 条规则的编号“{rule.id}”与前面的重复，请改成不同的编号。"
            rule = replace(_faulty(entry, position, by_id, fault), id=f"{rule.id}_{position}")
        parsed[rule.id] = rule
    return tuple(parsed.values())


def limit_names(folder: Path | None = None) -> dict[str, str]:
    """Chinese names of the numbers of rules, by the names they have in conditions; QualityError as `rules`."""
    names = _read((folder or paths.DATA) / _RULES).get("limits", {})
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise QualityError(f"规则文件 {_RULES} 的 [limits] 中每个参数应是一个名称，请改正后重试。")
    return names


def _read(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        raise QualityError(f"缺少规则文件 {file.name}，请恢复该文件。")
    try:
        return toml_files.read(file, "规则文件")
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
    says = given("says") or "规则填写不完整"
    return Rule(rule_id, severity, ledger, given("subject"), "", says, given("todo"), given("source"), fault=fault)


def _fault(entry: Mapping[str, Any], position: int, by_id: Mapping[str, Subject]) -> str:
    """Why an entry cannot be a rule, in one sentence; '' where it can."""
    where = f"规则“{entry['id']}”" if isinstance(entry.get("id"), str) else f"第 {position} 条规则"
    if absent := [key for key in _NEEDED if not isinstance(entry.get(key), str) or not entry[key].strip()]:
        return f"{where}缺少 {'、'.join(absent)}，请补上。"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", entry["id"]):
        return f"{where}的 id 只能用小写字母、数字和下划线。"
    if entry["severity"] not in SEVERITIES:
        return f"{where}的 severity 只能是 error（错误）或 warning（疑点）。"
    if entry["subject"] not in by_id:
        return f"{where}的 subject“{entry['subject']}”不在 {_SUBJECTS} 中，可选：{'、'.join(by_id)}。"
    if not isinstance(entry.get("among", ""), str):
        return f"{where}的 among 应是一句条件，请改正。"
    for column in entry.get("shows", ()):
        if column not in by_id[entry["subject"]].columns:
            return f"{where}的 shows 中“{column}”不是“{by_id[entry['subject']].name}”的字段。"
    values = entry.get("values", {})
    if not isinstance(values, dict) or not all(_is_number(value) for value in values.values()):
        return f"{where}的 values 中每个参数都应是数字。"
    return _fault_of_condition(where, entry.get("among", "")) or _fault_of_condition(where, entry["condition"])


def _fault_of_condition(where: str, condition: str) -> str:
    words = _QUOTED.sub("''", condition)
    if _BANNED.search(words):
        return f"{where}的条件只能是对本对象字段的判断，不能含有分号、注释或查询语句。"
    for name in _CALLED.findall(words):
        if name.lower() not in _FUNCTIONS + _KEYWORDS:
            return f"{where}的条件用了不通用的函数“{name}”，可用：{'、'.join(_FUNCTIONS)}。"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
