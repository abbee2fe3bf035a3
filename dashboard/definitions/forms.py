"""Forms of ledgers (台账样式) from ``data/forms/*.toml``: titles, types, values, key, place and order of each ledger.

A form holds every fact of its ledger, so that a new ledger needs no change in Python.
"""

import heapq
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dashboard import paths

FOLDER = paths.DATA / "forms"

# How a row gets its place: it is a village itself, names a village, a household or a region, or has none.
PLACES = ("directory", "village", "household", "region", "none")
# Kinds of personal data, as `access.masking` hides them.
PERSONAL = ("name", "id", "phone", "text")
# What a row is known by where its form names no column: its key.
RECORD_KEY = "record_key"

_PLACE_COLUMNS = {"village": "village_code", "household": "village_code", "region": "region_code"}


class FormError(ValueError):
    """A form file that contradicts itself or the other forms."""


@dataclass(frozen=True)
class Field:
    """One column of a ledger.

    title: canonical title; ``aliases`` are the others that are recognised.
    column: database column.
    values: canonical values of a choice.
    meaning: canonical value by accepted spelling; None = blank.
    personal: kind of personal data (name, id, phone, text), '' for none.
    event: a date on which something happened, so never in the future.
    units: words that may follow a number of the field, the longest first.
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
    """One kind of ledger.

    key: database columns that identify a row.
    place: one of PLACES.
    typical_yuan: bounds of the largest amount of a row, in yuan.
    typical_spread: how many times that of a usual row it may be, or that of a usual row it.
    by_month: the date whose months may be columns side by side.
    called: other names of the ledger in titles of sheets.
    loads_after: ledgers it follows, in loading and in lists.
    row_label: column shown beside the key where a person decides about a row; RECORD_KEY for none.
    is_household_register: ledgers placed by household take their village from it.
    holds_people: its rows are compared with those of the other ledgers of people once all are loaded.
    valid_row: an invented row that is accepted, by title.
    is_ledger: False for the outlines of villages, which are read from GeoJSON.
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
    loads_after: tuple[str, ...] = ()
    row_label: str = RECORD_KEY
    is_household_register: bool = False
    holds_people: bool = False
    valid_row: Mapping[str, Any] = field(default_factory=dict)
    is_ledger: bool = True

    def field(self, column: str) -> Field:
        """The field of a database column; KeyError when the form has none."""
        return self._by_column[column]

    def field_of_title(self, title: str) -> Field:
        """The field of a canonical title; KeyError when the form has none."""
        return self._by_title[title]

    def has(self, column: str) -> bool:
        """Whether the form has a field of this column."""
        return column in self._by_column

    def key_field(self, column: str) -> Field:
        """The field of a key column: a village's code is in the field of codes where it has none of its own."""
        return self.field(column if self.has(column) else "place_code")

    def personal(self, column: str) -> str:
        """The kind of personal data in a database column; '' for none, and where the form has no such field."""
        return self._by_column[column].personal if self.has(column) else ""

    @property
    def place_column(self) -> str | None:
        """The database column with the code of a row's place; None for the directory and where rows have no place."""
        return _PLACE_COLUMNS.get(self.place)

    @property
    def needs_year(self) -> str | None:
        """The column of the year that makes part of the key, if any."""
        return next((field.column for field in self.fields if field.type == "year"), None)

    @cached_property
    def _by_column(self) -> dict[str, Field]:
        return {field.column: field for field in self.fields}

    @cached_property
    def _by_title(self) -> dict[str, Field]:
        return {field.title: field for field in self.fields}


def spelling(text: str) -> str:
    """A word as it is looked up: half-width, upper case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


@cache
def kinds() -> tuple[str, ...]:
    """Kinds of all ledgers in the order in which they are loaded. FormError where there is no such order."""
    return loading_order([form for form in _all().values() if form.is_ledger])


def get(kind: str) -> Form:
    """The form of a kind, that of the outlines included; KeyError when there is none."""
    return _all()[kind]


@cache
def all_forms() -> tuple[Form, ...]:
    """The form of every ledger, in loading order."""
    return tuple(get(kind) for kind in kinds())


def stored() -> tuple[Form, ...]:
    """The form of everything that is loaded into a version: the ledgers, then the outlines of villages."""
    return (*all_forms(), *(form for form in _all().values() if not form.is_ledger))


def outlines() -> Form:
    """The form of the outlines of villages (行政村边界)."""
    return next(form for form in _all().values() if not form.is_ledger)


def directory() -> Form:
    """The form of the directory of villages (行政区划名录)."""
    return next(form for form in all_forms() if form.place == "directory")


@cache
def common() -> dict[str, Any]:
    """What all forms share (``data/forms/common.toml``)."""
    return tomllib.loads((FOLDER / "common.toml").read_text(encoding="utf-8"))


def loading_order(forms: list[Form]) -> tuple[str, ...]:
    """The kinds of some forms so that each follows those it loads after; of several that could be next, first by name.

    The directory comes before all others and the register of households before the ledgers placed by household,
    whether their forms say so or not. Raises FormError for a circle and for a kind that is none of the forms.
    """
    after = {form.kind: set(form.loads_after) for form in forms}
    for kind, earlier in after.items():
        if unknown := earlier - after.keys():
            raise FormError(f"{kind}.toml: loads_after names {', '.join(sorted(unknown))}, which is no form")
    for form in forms:
        if form.place != "directory":
            after[form.kind] |= {other.kind for other in forms if other.place == "directory"}
        if form.place == "household":
            after[form.kind] |= {other.kind for other in forms if other.is_household_register}
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError as error:
        raise FormError(f"loads_after goes round in a circle: {' -> '.join(error.args[1])}") from None
    order: list[str] = []
    ready = list(sorter.get_ready())
    heapq.heapify(ready)
    while ready:
        order.append(heapq.heappop(ready))
        sorter.done(order[-1])
        for kind in sorter.get_ready():
            heapq.heappush(ready, kind)
    return tuple(order)


@cache
def _all() -> Mapping[str, Form]:
    files = sorted(file for file in FOLDER.glob("*.toml") if file.stem != "common")
    return {file.stem: _form(file.stem) for file in files}


def _form(kind: str) -> Form:
    facts = tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    typical = facts.get("typical_yuan")
    form = Form(
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
        loads_after=tuple(facts.get("loads_after", ())),
        row_label=facts.get("row_label", RECORD_KEY),
        is_household_register=facts.get("is_household_register", False),
        holds_people=facts.get("holds_people", False),
        valid_row=facts.get("valid_row", {}),
        is_ledger=facts.get("is_ledger", True),
    )
    _refuse_contradictions(form, kind)
    return form


def _refuse_contradictions(form: Form, kind: str) -> None:
    """Raise FormError for what would fail later and far from the form."""
    faults = []
    if form.kind != kind:
        faults.append(f"kind is {form.kind}, not the name of the file")
    if form.place not in PLACES:
        faults.append(f"place is {form.place}, not one of {', '.join(PLACES)}")
    if form.row_label != RECORD_KEY and not form.has(form.row_label):
        faults.append(f"row_label {form.row_label} is no column of a field")
    if unknown := form.valid_row.keys() - {field.title for field in form.fields}:
        faults.append(f"valid_row has {', '.join(sorted(unknown))}, which is no title of a field")
    faults += [
        f"{field.column} is personal as {field.personal}, not as one of {', '.join(PERSONAL)}"
        for field in form.fields
        if field.personal and field.personal not in PERSONAL
    ]
    faults += [f"key {column} is no column of a field" for column in form.key if not _has_key(form, column)]
    if faults:
        raise FormError(f"{kind}.toml: {'; '.join(faults)}")


def _has_key(form: Form, column: str) -> bool:
    return form.has(column) or (column == form.place_column and form.has("place_code"))


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
        canonical = value in common()["yes_no"]["true"] if entry["type"] == "yes_no" else value
        meaning |= dict.fromkeys([value, *spellings], canonical)
    meaning |= dict.fromkeys(entry.get("blank_values", ()))
    return {spelling(text): value for text, value in meaning.items()}
