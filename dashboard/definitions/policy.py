"""Thresholds and targets in force for a jurisdiction and a day, each with the clause it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard import language, paths
from dashboard.definitions import documents, settings, toml_files
from dashboard.definitions.toml_files import DefinitionsInvalid

# The jurisdiction whose settings hold where no other sets a parameter, and the id of its "document".
SYSTEM = "system"

_OPERATORS = {"<", "<=", ">", ">=", "="}


class PolicyError(DefinitionsInvalid):
    """A policy or settings file that cannot be used; the message is one Chinese sentence for the user."""


@dataclass(frozen=True)
class Parameter:
    """A threshold or target (参数) as one jurisdiction sets it for some time."""

    id: str
    label: str
    """Its Chinese name."""
    unit: str
    """The unit of ``value`` in Chinese: 元, %, 自然月 …"""
    theme: str
    """The heading it is listed under."""
    value: float | None
    """None where the document gives no number."""
    jurisdiction: str
    jurisdiction_name: str
    valid_from: date
    valid_to: date | None
    """The last day it holds; None where no end is set."""
    document: str
    """Title of the source document."""
    clause: str
    operator: str = ""
    """Which side of the value meets it and whether the border belongs to it: <, <=, >, >= or =."""
    concept: str = ""
    """The kind of income it is measured on."""
    category: str = ""
    """The 监测对象类别 it is limited to; '' for all."""
    quote: str = ""
    """The document's own words; '' only for the system's defaults."""
    due_on: date | None = None
    """The day by which a target is to be reached."""
    is_system_default: bool = False
    """Whether no source document sets it (本系统默认)."""

    def is_valid(self, on: date) -> bool:
        """Whether the setting holds on the day; both ends belong to it."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Policy:
    """All parameters in force on one day for the jurisdiction of this installation."""

    on: date
    jurisdiction: str
    jurisdiction_name: str
    office_name: str
    parameters: Mapping[str, Parameter]
    """By id; settings limited to a category are not among them."""
    lines: tuple[float, ...]
    """Every income line of the documents, the one in force first (yuan per person and year)."""
    visit_interval_months: Mapping[str, int] = field(default_factory=dict)
    """Calendar months within which a visit counts, by 监测对象类别; '' for the categories not named."""

    def parameter(self, name: str) -> Parameter:
        """The parameter in force; PolicyError when neither the jurisdiction nor the system sets it."""
        if name not in self.parameters:
            raise PolicyError(
                language.words(
                    "definitions.parameter_not_set", jurisdiction=self.jurisdiction_name, day=self.on, parameter=name
                )
            )
        return self.parameters[name]

    def value(self, name: str) -> float:
        """The number of a parameter in its unit; PolicyError when the document gives none and none was filled in."""
        parameter = self.parameter(name)
        if parameter.value is None:
            raise PolicyError(language.words("definitions.parameter_without_value", parameter=parameter.label))
        return parameter.value

    def values(self) -> dict[str, float]:
        """Every parameter that has a number, by id, to bind to queries."""
        return {name: parameter.value for name, parameter in self.parameters.items() if parameter.value is not None}


def by_year(name: str, years: Iterable[int]) -> dict[int, float]:
    """The number of a parameter at the end of each year, without the years in which it had none."""
    values = {year: in_force(date(year, 12, 31)).values().get(name) for year in years}
    return {year: value for year, value in values.items() if value is not None}


def in_force(on: date, folder: Path | None = None) -> Policy:
    """The policy on a day, from ``policy.toml``, ``documents.toml`` and ``settings.toml`` of a folder.

    ``folder`` is the project's data by default. PolicyError where one of the files cannot be used.
    """
    try:
        installation, book = settings.read(folder), _book(folder)
    except DefinitionsInvalid as error:
        raise PolicyError(str(error)) from error
    jurisdiction = installation.jurisdiction
    if jurisdiction not in book.chains:
        raise PolicyError(
            language.words(
                "definitions.jurisdiction_chosen_unknown",
                jurisdiction=jurisdiction,
                jurisdictions="、".join(book.chains),
            )
        )
    valid = [setting for setting in book.settings if setting.is_valid(on)]
    chosen = _chosen(valid, book.chains[jurisdiction])
    parameters = {name: setting for (name, category), setting in chosen.items() if not category}
    line = parameters["income_line_yuan"].value if "income_line_yuan" in parameters else None
    return Policy(
        on=on,
        jurisdiction=jurisdiction,
        jurisdiction_name=book.names[jurisdiction],
        office_name=installation.office_name,
        parameters=parameters,
        lines=_lines(line, book.settings),
        visit_interval_months={
            category: _whole_months(setting)
            for (name, category), setting in chosen.items()
            if name == "visit_interval_months"
        },
    )


@dataclass(frozen=True)
class _PolicyFile:
    """The parsed ``policy.toml``."""

    settings: tuple[Parameter, ...]
    names: Mapping[str, str]
    """Names of jurisdictions by id."""
    chains: Mapping[str, tuple[str, ...]]
    """For each jurisdiction: itself, those it inherits in their order, the system."""


def _book(folder: Path | None) -> _PolicyFile:
    """The parsed policy file, read again when it or the list of documents has changed."""
    file = (folder or paths.DATA) / "policy.toml"
    files = (file, documents.file(folder))
    kind = language.words("definitions.policy_file")
    return _book_at(file, folder, tuple(toml_files.changed_ns(listed, kind) for listed in files))


@lru_cache(maxsize=8)
def _book_at(file: Path, folder: Path | None, changed_ns: tuple[int, ...]) -> _PolicyFile:
    tables = toml_files.read(file, language.words("definitions.policy_file"))
    titles = documents.titles(folder)
    jurisdictions = toml_files.entries(file, tables, "jurisdiction", ("id", "name"))
    names = {entry["id"]: entry["name"] for entry in jurisdictions}
    chains = {entry["id"]: (entry["id"], *entry.get("inherits", ()), SYSTEM) for entry in jurisdictions}
    for chain in chains.values():
        for name in chain:
            if name not in names:
                raise PolicyError(language.words("definitions.jurisdiction_unknown", file=file.name, jurisdiction=name))
    parsed = tuple(
        _setting(file, parameter, entry, names, titles)
        for parameter in toml_files.entries(file, tables, "parameter", ("id", "label", "unit", "theme"))
        for entry in parameter.get("setting", ())
    )
    _check_overlaps(file, parsed)
    return _PolicyFile(parsed, names, chains)


def _setting(
    file: Path,
    parameter: Mapping[str, Any],
    entry: Mapping[str, Any],
    names: Mapping[str, str],
    titles: Mapping[str, str],
) -> Parameter:
    """A ``[[parameter.setting]]``; ``titles`` are those of documents, ``names`` those of jurisdictions, by id."""
    where = {"file": file.name, "parameter": parameter["id"]}
    if absent := [name for name in ("jurisdiction", "document", "clause", "valid_from") if name not in entry]:
        raise PolicyError(language.words("definitions.setting_lacks_keys", **where, keys="、".join(absent)))
    if entry["jurisdiction"] not in names:
        raise PolicyError(
            language.words("definitions.setting_jurisdiction_unknown", **where, jurisdiction=entry["jurisdiction"])
        )
    if entry["document"] not in titles:
        raise PolicyError(language.words("definitions.setting_document_unknown", **where, document=entry["document"]))
    value = entry.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise PolicyError(language.words("definitions.setting_value_not_number", **where, value=value))
    if entry.get("operator", "=") not in _OPERATORS:
        raise PolicyError(
            language.words("definitions.setting_operator_unknown", **where, operators="、".join(sorted(_OPERATORS)))
        )
    if not all(isinstance(entry.get(name, date.min), date) for name in ("valid_from", "valid_to", "due_on")):
        raise PolicyError(language.words("definitions.setting_date_quoted", **where))
    return Parameter(
        id=parameter["id"],
        label=parameter["label"],
        unit=parameter["unit"],
        theme=parameter["theme"],
        value=None if value is None else float(value),
        jurisdiction=entry["jurisdiction"],
        jurisdiction_name=names[entry["jurisdiction"]],
        valid_from=entry["valid_from"],
        valid_to=entry.get("valid_to"),
        document=titles[entry["document"]],
        clause=entry["clause"],
        operator=entry.get("operator", ""),
        concept=entry.get("concept", ""),
        category=entry.get("category", ""),
        quote=entry.get("quote", ""),
        due_on=entry.get("due_on"),
        is_system_default=entry["document"] == SYSTEM,
    )


def _check_overlaps(file: Path, parsed: tuple[Parameter, ...]) -> None:
    """PolicyError where one jurisdiction sets a parameter twice for the same day."""
    for position, setting in enumerate(parsed):
        for other in parsed[position + 1 :]:
            same = (setting.id, setting.jurisdiction, setting.category) == (
                other.id,
                other.jurisdiction,
                other.category,
            )
            if same and (setting.is_valid(other.valid_from) or other.is_valid(setting.valid_from)):
                raise PolicyError(
                    language.words(
                        "definitions.settings_overlap",
                        file=file.name,
                        jurisdiction=setting.jurisdiction_name,
                        parameter=setting.label,
                    )
                )


def _chosen(valid: Iterable[Parameter], chain: tuple[str, ...]) -> dict[tuple[str, str], Parameter]:
    """For each (parameter, category) the setting of the jurisdiction that comes first in the chain."""
    order = {name: position for position, name in reversed(list(enumerate(chain)))}
    chosen: dict[tuple[str, str], Parameter] = {}
    for setting in sorted(valid, key=lambda setting: order.get(setting.jurisdiction, len(chain))):
        if setting.jurisdiction in order:
            chosen.setdefault((setting.id, setting.category), setting)
    return chosen


def _lines(in_force_yuan: float | None, parsed: Iterable[Parameter]) -> tuple[float, ...]:
    """The line in force, then all others ever set, ascending: past years are judged by past lines too."""
    every = {setting.value for setting in parsed if setting.id == "income_line_yuan" and setting.value is not None}
    first = [] if in_force_yuan is None else [in_force_yuan]
    return (*first, *sorted(every - set(first)))


def _whole_months(setting: Parameter) -> int:
    if setting.value is None or setting.value < 1 or setting.value != int(setting.value):
        raise PolicyError(language.words("definitions.parameter_not_whole_months", parameter=setting.label))
    return int(setting.value)
