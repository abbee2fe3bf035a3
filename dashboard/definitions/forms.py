"""Ledger forms (台账样式) from ``data/forms/*.toml``: which titles, types and values a ledger of each kind has."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from dashboard import paths

FOLDER = paths.DATA / "forms"

# The order of loading: a ledger comes after those it refers to.
_KINDS = (
    "regions",
    "households",
    "members",
    "monitored",
    "incomes",
    "visits",
    "measures",
    "collective_economy",
    "checklist",
    "rectification",
)


@dataclass(frozen=True)
class Field:
    """One field of a form; ``meaning`` maps accepted spellings to canonical values (None = blank).

    ``units`` are words that may follow a number of the field, the longest first.
    """

    title: str
    column: str
    type: str
    required: bool
    aliases: tuple[str, ...]
    values: tuple[str, ...]
    meaning: Mapping[str, Any]
    personal: str
    negative: bool
    event: bool
    min: float | None
    max: float | None
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One kind of ledger. ``place`` says how a row is placed: by village, household, region or not at all.

    ``typical_yuan`` bounds the largest amount of a row; ``typical_spread`` says how many times that of a usual row
    it may be, or it of that. ``by_month`` is the date whose months may stand side by side as columns. ``called`` are
    other names the ledger goes by in titles of sheets.
    """

    kind: str
    name: str
    table: str
    key: tuple[str, ...]
    place: str
    typical_yuan: tuple[float, float] | None
    fields: tuple[Field, ...]
    typical_spread: float | None = None
    by_month: str | None = None
    called: tuple[str, ...] = ()

    def field(self, column: str) -> Field:
        """The field of a database column; KeyError when the form has none."""
        return self._by_column[column]

    def field_of_title(self, title: str) -> Field:
        """The field of a canonical title; KeyError when the form has none."""
        return self._by_title[title]

    def has(self, column: str) -> bool:
        """Whether the form has a field of this column."""
        return column in self._by_column

    @cached_property
    def _by_column(self) -> dict[str, Field]:
        return {field.column: field for field in self.fields}

    @cached_property
    def _by_title(self) -> dict[str, Field]:
        return {field.title: field for field in self.fields}

    @property
    def needs_year(self) -> str | None:
        """The column of the year that makes part of the key, if any."""
        return next((field.column for field in self.fields if field.type == "year"), None)


def spelling(text: str) -> str:
    """A word as it is looked up: half-width, upper case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def kinds() -> tuple[str, ...]:
    """All kinds in the order in which they are loaded."""
    return _KINDS + tuple(sorted(_found() - set(_KINDS)))


def get(kind: str) -> Form:
    """The form of a kind; KeyError when there is none."""
    if kind not in _found():
        raise KeyError(kind)
    return _form(kind)


def all_forms() -> tuple[Form, ...]:
    """Every form, in loading order."""
    return tuple(get(kind) for kind in kinds())


def outlines() -> Form:
    """The form of the outlines of villages (行政村边界)."""
    return Form("boundaries", "行政村边界", "core_boundaries", ("village_code",), "none", None, ())


@cache
def common() -> dict[str, Any]:
    """What all forms share (``data/forms/common.toml``)."""
    return tomllib.loads((FOLDER / "common.toml").read_text(encoding="utf-8"))


@cache
def _found() -> frozenset[str]:
    return frozenset(file.stem for file in FOLDER.glob("*.toml")) - {"common"}


@cache
def _form(kind: str) -> Form:
    facts = tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    typical = facts.get("typical_yuan")
    return Form(
        kind=facts["kind"],
        name=facts["name"],
        table=facts["table"],
        key=tuple(facts["key"]),
        place=facts.get("place", "none"),
        typical_yuan=tuple(typical) if typical else None,
        typical_spread=facts.get("typical_spread"),
        by_month=facts.get("by_month"),
        called=tuple(facts.get("called", ())),
        fields=tuple(_field(entry) for entry in facts["field"]),
    )


def _field(entry: dict[str, Any]) -> Field:
    return Field(
        title=entry["title"],
        column=entry["column"],
        type=entry["type"],
        required=entry.get("required", False),
        aliases=tuple(entry.get("aliases", ())),
        values=tuple(entry.get("values", ())),
        meaning=_meaning(entry),
        personal=entry.get("personal", ""),
        negative=entry.get("negative", False),
        event=entry.get("event", False),
        min=entry.get("min"),
        max=entry.get("max"),
        units=tuple(sorted(entry.get("units", common()["units"].get(entry["type"], ())), key=len, reverse=True)),
    )


def _meaning(entry: dict[str, Any]) -> dict[str, Any]:
    meaning: dict[str, Any] = {}
    if entry["type"] == "yes_no":
        meaning |= dict.fromkeys(common()["yes_no"]["true"], True) | dict.fromkeys(common()["yes_no"]["false"], False)
    meaning |= {value: value for value in entry.get("values", ())}
    for value, spellings in entry.get("synonyms", {}).items():
        canonical = value == "是" if entry["type"] == "yes_no" else value
        meaning |= dict.fromkeys([value, *spellings], canonical)
    meaning |= dict.fromkeys(entry.get("blank_values", ()))
    return {spelling(text): value for text, value in meaning.items()}
