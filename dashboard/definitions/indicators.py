"""Definitions of indicators (指标口径, ``data/indicators.toml``), and how their values are written."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dashboard import paths
from dashboard.definitions import documents

NO_VALUE = "—"


@dataclass(frozen=True)
class Indicator:
    """One indicator as ``data/indicators.toml`` defines it; docs/indicators.md has the rules."""

    id: str
    name: str
    """Its Chinese name, which says everything."""
    name_en: str
    short: str
    """A shorter Chinese name for cards and columns."""
    theme: str
    """The heading it is listed under."""
    query: str
    """The query under ``queries/indicators/`` that computes it."""
    unit: str
    """The unit of the long table."""
    display_unit: str
    """The unit pages show; '' for none."""
    display_factor: float
    """What a value of the long table is multiplied with to be in ``display_unit``."""
    decimals: int
    """Decimals shown."""
    direction: str
    """The better side: higher, lower or neutral."""
    numerator: str
    """What is counted, in Chinese."""
    denominator: str
    """What it is divided by, in Chinese; '' for a count."""
    grain: str
    """For whom and when there is a value, in Chinese."""
    period: str
    """What one value is about: as_of, year or month."""
    ledgers: tuple[str, ...]
    """Names of the ledgers it is computed from."""
    caution: str
    """What must not be read into it, in Chinese."""
    basis_document: str
    """Title of the source document."""
    basis_clause: str
    groups: tuple[str, ...] = field(default=())
    """The dimensions that ``grp`` of the long table can name."""
    target: str | None = None
    """Id of the policy parameter to be reached."""
    threshold: str | None = None
    """Id of the policy parameter that counting depends on."""
    base: str | None = None
    """Id of the indicator that a count is judged against."""
    is_of_money: bool = False
    """Whether a share is one of amounts and not of cases, so that the numbers behind it are not written with it."""

    @property
    def formula(self) -> str:
        """The definition in one line of Chinese."""
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
    # Not -0.0: a value that rounds to nothing has no sign.
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
    titles = documents.titles()
    definitions = [_indicator(entry, tables["unit"], titles) for entry in tables["indicator"]]
    return {definition.id: definition for definition in definitions}


def _indicator(entry: Mapping[str, Any], units: Mapping[str, Any], titles: Mapping[str, str]) -> Indicator:
    """An entry with the display of its unit filled in and the title of its document for the id."""
    given = dict(entry)
    shown = units[given["unit"]] | {name: given.pop(name) for name in ("display_unit", "decimals") if name in given}
    basis = given.pop("basis")
    return Indicator(
        **(given | {"ledgers": tuple(given["ledgers"]), "groups": tuple(given.get("groups", ()))}),
        display_unit=shown["display_unit"],
        display_factor=shown.get("display_factor", 1.0),
        decimals=shown["decimals"],
        basis_document=titles[basis["document"]],
        basis_clause=basis["clause"],
    )
