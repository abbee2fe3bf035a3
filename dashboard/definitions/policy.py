"""Thresholds and targets in force for a jurisdiction and a day, each with the clause it comes from."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dashboard import paths

SYSTEM = "system"

_OPERATORS = {"<", "<=", ">", ">=", "="}


class PolicyError(Exception):
    """A policy or settings file that cannot be used; the message is one Chinese sentence for the user."""


@dataclass(frozen=True)
class Parameter:
    """A threshold or target (参数) as one jurisdiction sets it; ``value`` is None where the document gives no number.

    ``operator`` says which side of the value meets it and whether the border belongs to it. ``concept`` names the
    income it is measured on. ``category`` is the 监测对象类别 it is limited to, '' for all.
    """

    id: str
    label: str
    unit: str
    theme: str
    value: float | None
    jurisdiction: str
    jurisdiction_name: str
    valid_from: date
    valid_to: date | None
    document: str
    clause: str
    operator: str = ""
    concept: str = ""
    category: str = ""
    quote: str = ""
    due_on: date | None = None

    @property
    def is_system_default(self) -> bool:
        """Whether no source document sets it (本系统默认)."""
        return self.document == _SYSTEM_DOCUMENT

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
    lines: tuple[float, ...]
    """Every income line of the documents, the one in force first (yuan per person and year)."""
    visit_interval_months: Mapping[str, int] = field(default_factory=dict)
    """Calendar months within which a visit counts, by 监测对象类别; '' for the categories not named."""

    def parameter(self, name: str) -> Parameter:
        """The parameter in force; PolicyError when neither the jurisdiction nor the system sets it."""
        if name not in self.parameters:
            raise PolicyError(
                f"口径“{self.jurisdiction_name}”在 {self.on} 没有参数“{name}”，请在 data/policy.toml 中补上。"
            )
        return self.parameters[name]

    def value(self, name: str) -> float:
        """The number of a parameter in its unit; PolicyError when the document gives none and none was filled in."""
        parameter = self.parameter(name)
        if parameter.value is None:
            raise PolicyError(f"参数“{parameter.label}”还没有数值，请在 data/policy.toml 中填写。")
        return parameter.value

    def values(self) -> dict[str, float]:
        """Every parameter that has a number, by id, to bind to queries."""
        return {name: found.value for name, found in self.parameters.items() if found.value is not None}


def by_year(name: str, years: Iterable[int]) -> dict[int, float]:
    """The number of a parameter as it stood at the end of each year, for the years in which it had one."""
    found = {year: in_force(date(year, 12, 31)).values().get(name) for year in years}
    return {year: value for year, value in found.items() if value is not None}


def in_force(on: date, folder: Path | None = None) -> Policy:
    """The policy on a day, from ``policy.toml`` and ``settings.toml`` of the folder (default: the project's data)."""
    folder = folder or paths.DATA
    settings = _read(folder / "settings.toml")
    book = _book(folder / "policy.toml", folder / "documents.toml")
    jurisdiction = settings.get("jurisdiction", "")
    if jurisdiction not in book.chains:
        raise PolicyError(
            f"data/settings.toml 中的口径“{jurisdiction}”不在 data/policy.toml 里，可选：{'、'.join(book.chains)}。"
        )
    valid = [setting for setting in book.settings if setting.is_valid(on)]
    chosen = _chosen(valid, book.chains[jurisdiction])
    parameters = {name: setting for (name, category), setting in chosen.items() if not category}
    line = parameters["income_line_yuan"].value if "income_line_yuan" in parameters else None
    return Policy(
        on=on,
        jurisdiction=jurisdiction,
        jurisdiction_name=book.names[jurisdiction],
        office_name=settings.get("office_name", ""),
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
    settings: tuple[Parameter, ...]
    names: Mapping[str, str]
    chains: Mapping[str, tuple[str, ...]]


_SYSTEM_DOCUMENT = "本系统默认"


@cache
def _book_at(file: Path, documents_file: Path, changed_at: tuple[int, int]) -> _PolicyFile:
    tables = _read(file)
    listed = _entries(documents_file, _read(documents_file), "document", ("id", "title"))
    documents = {entry["id"]: entry["title"] for entry in listed}
    jurisdictions = _entries(file, tables, "jurisdiction", ("id", "name"))
    names = {entry["id"]: entry["name"] for entry in jurisdictions}
    chains = {entry["id"]: (entry["id"], *entry.get("inherits", ()), SYSTEM) for entry in jurisdictions}
    for chain in chains.values():
        for name in chain:
            if name not in names:
                raise PolicyError(f"{file.name}：没有名为“{name}”的口径（jurisdiction）。")
    settings = tuple(
        _setting(file, parameter, entry, names, documents)
        for parameter in _entries(file, tables, "parameter", ("id", "label", "unit", "theme"))
        for entry in parameter.get("setting", ())
    )
    _check_overlaps(file, settings)
    return _PolicyFile(settings, names, chains)


def _book(file: Path, documents_file: Path) -> _PolicyFile:
    """The parsed book, read again when either file has changed."""
    try:
        changed_at = (file.stat().st_mtime_ns, documents_file.stat().st_mtime_ns)
    except OSError as error:
        raise PolicyError(f"缺少口径文件 {error.filename}，请恢复该文件。") from error
    return _book_at(file, documents_file, changed_at)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"缺少口径文件 {file}，请恢复该文件。") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"口径文件 {file.name} 不是 UTF-8 编码，请另存为 UTF-8 后重试。") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"第 {found[1]} 行附近" if found else "文件末尾"
        raise PolicyError(f"口径文件 {file.name} 的格式有误（{where}），请改正后重试。") from error


def _entries(file: Path, tables: Mapping[str, Any], kind: str, needed: Iterable[str]) -> list[dict[str, Any]]:
    entries = tables.get(kind, [])
    for place, entry in enumerate(entries, start=1):
        if absent := [name for name in needed if name not in entry]:
            raise PolicyError(f"{file.name} 第 {place} 个 [[{kind}]] 缺少 {'、'.join(absent)}。")
    return entries


def _setting(
    file: Path,
    parameter: Mapping[str, Any],
    entry: Mapping[str, Any],
    names: Mapping[str, str],
    documents: Mapping[str, str],
) -> Parameter:
    where = f"{file.name}：参数“{parameter['id']}”"
    if absent := [name for name in ("jurisdiction", "document", "clause", "valid_from") if name not in entry]:
        raise PolicyError(f"{where}的一条 [[parameter.setting]] 缺少 {'、'.join(absent)}。")
    if entry["jurisdiction"] not in names:
        raise PolicyError(f"{where}用了没有登记的口径“{entry['jurisdiction']}”。")
    if entry["document"] not in documents:
        raise PolicyError(f"{where}用了没有登记的文件“{entry['document']}”。")
    value = entry.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise PolicyError(f"{where}的 value 必须是数字，现在是“{value}”。")
    if entry.get("operator", "=") not in _OPERATORS:
        raise PolicyError(f"{where}的 operator 只能是 {'、'.join(sorted(_OPERATORS))}。")
    if not all(isinstance(entry.get(name, date.min), date) for name in ("valid_from", "valid_to", "due_on")):
        raise PolicyError(f"{where}的日期请写成 2025-12-31 的样子，不加引号。")
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
        document=documents[entry["document"]],
        clause=entry["clause"],
        operator=entry.get("operator", ""),
        concept=entry.get("concept", ""),
        category=entry.get("category", ""),
        quote=entry.get("quote", ""),
        due_on=entry.get("due_on"),
    )


def _check_overlaps(file: Path, settings: tuple[Parameter, ...]) -> None:
    """One jurisdiction may set a parameter only once for any day."""
    for place, one in enumerate(settings):
        for other in settings[place + 1 :]:
            same = (one.id, one.jurisdiction, one.category) == (other.id, other.jurisdiction, other.category)
            if same and (one.is_valid(other.valid_from) or other.is_valid(one.valid_from)):
                raise PolicyError(
                    f"{file.name}：口径“{one.jurisdiction_name}”的参数“{one.label}”有两条设置的有效期重叠，请改正日期。"
                )


def _chosen(valid: Iterable[Parameter], chain: tuple[str, ...]) -> dict[tuple[str, str], Parameter]:
    """For each parameter and category the setting of the jurisdiction that stands first in the chain."""
    order = {name: place for place, name in reversed(list(enumerate(chain)))}
    chosen: dict[tuple[str, str], Parameter] = {}
    for setting in sorted(valid, key=lambda setting: order.get(setting.jurisdiction, len(chain))):
        if setting.jurisdiction in order:
            chosen.setdefault((setting.id, setting.category), setting)
    return chosen


def _lines(in_force_yuan: float | None, settings: Iterable[Parameter]) -> tuple[float, ...]:
    """The line in force, then all others ever set, ascending: past years are judged by past lines too."""
    every = {setting.value for setting in settings if setting.id == "income_line_yuan" and setting.value is not None}
    first = [] if in_force_yuan is None else [in_force_yuan]
    return (*first, *sorted(every - set(first)))


def _whole_months(setting: Parameter) -> int:
    if setting.value is None or setting.value < 1 or setting.value != int(setting.value):
        raise PolicyError(f"参数“{setting.label}”必须是 1 以上的整数月。")
    return int(setting.value)
