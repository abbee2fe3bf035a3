"""Definitions of indicators (指标口径): names, formulas in words, sources, targets, and how numbers are written."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dashboard import paths

NO_VALUE = "—"


@dataclass(frozen=True)
class Indicator:
    """One indicator as ``data/indicators.toml`` defines it.

    ``unit`` is the unit of the long table; pages show ``value * display_factor`` in ``display_unit`` with ``decimals``.
    ``period`` is as_of, year or month; ``groups`` are the dimensions ``grp`` can stand for. ``direction`` is higher,
    lower or neutral, the better side. ``target`` and ``threshold`` are ids of policy parameters; ``base`` is the
    indicator a count is judged against.
    """

    id: str
    name: str
    name_en: str
    short: str
    theme: str
    query: str
    unit: str
    display_unit: str
    display_factor: float
    decimals: int
    direction: str
    numerator: str
    denominator: str
    grain: str
    period: str
    ledgers: tuple[str, ...]
    caution: str
    basis_document: str
    basis_clause: str
    groups: tuple[str, ...] = field(default=())
    target: str | None = None
    threshold: str | None = None
    base: str | None = None

    @property
    def formula(self) -> str:
        """The definition in one line of words."""
        return f"{self.numerator} ÷ {self.denominator}" if self.denominator else self.numerator


def all() -> tuple[Indicator, ...]:
    """Every indicator, in the order of the registry."""
    return tuple(_registry().values())


def get(name: str) -> Indicator:
    """The indicator of an id; KeyError when there is none."""
    return _registry()[name]


def label(name: str, *, short: bool = False) -> str:
    """The Chinese name of an indicator."""
    definition = get(name)
    return definition.short if short else definition.name


def number(name: str, value: float | None) -> str:
    """A value of the long table as it is written without its unit: ``1,234.5``; — where nothing is reported."""
    definition = get(name)
    if value is None or math.isnan(value):
        return NO_VALUE
    shown = float(value) * definition.display_factor
    written = f"{shown:,.{definition.decimals}f}"
    # Not -0.0: a figure that rounds to nothing has no sign.
    return written.lstrip("-") if float(written.replace(",", "")) == 0 else written


def format(name: str, value: float | None) -> str:
    """A value of the long table with its unit: ``85.3%``, ``1,234 户``, ``56.78 万元``; — where nothing is reported."""
    written = number(name, value)
    unit = get(name).display_unit
    if written == NO_VALUE or not unit:
        return written
    return f"{written}%" if unit == "%" else f"{written} {unit}"


@cache
def _registry() -> Mapping[str, Indicator]:
    tables = tomllib.loads((paths.DATA / "indicators.toml").read_text(encoding="utf-8"))
    listed = tomllib.loads((paths.DATA / "documents.toml").read_text(encoding="utf-8"))["document"]
    documents = {entry["id"]: entry["title"] for entry in listed}
    found = [_indicator(entry, tables["unit"], documents) for entry in tables["indicator"]]
    return {definition.id: definition for definition in found}


def _indicator(entry: Mapping[str, Any], units: Mapping[str, Any], documents: Mapping[str, str]) -> Indicator:
    """An entry with what its unit says about display filled in and its document spelled out."""
    given = dict(entry)
    shown = units[given["unit"]] | {name: given.pop(name) for name in ("display_unit", "decimals") if name in given}
    basis = given.pop("basis")
    return Indicator(
        **(given | {"ledgers": tuple(given["ledgers"]), "groups": tuple(given.get("groups", ()))}),
        display_unit=shown["display_unit"],
        display_factor=shown.get("display_factor", 1.0),
        decimals=shown["decimals"],
        basis_document=documents[basis["document"]],
        basis_clause=basis["clause"],
    )
