"""Corrections (更正登记, ``data/corrections.toml``): single values put right, each with a reason and a guard.

A correction is applied only where the row has the value of its guard (``was``). Whether it was applied, is no longer
needed or no longer fits is an issue at its row.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard import language, paths
from dashboard.definitions import forms, messages
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells import column_parsing
from dashboard.ledgers.cells.values import Context
from dashboard.ledgers.errors import CorrectionsInvalid
from dashboard.ledgers.loading import merge, record_keys
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.warehouse import versions

FILE = paths.DATA / "corrections.toml"

_PARTS = ("ledger", "key", "column", "was", "becomes", "reason", "by", "on")


@dataclass(frozen=True)
class Correction:
    """One value put right: ``was`` and ``becomes`` by database column, as parsed scalars."""

    kind: str
    record_key: str
    field: Field
    was: Mapping[str, pa.Scalar]
    becomes: Mapping[str, pa.Scalar]
    reason: str
    by: str
    on: date


def read(today: date, file: Path | None = None) -> list[Correction]:
    """All corrections; none without a file. Raises CorrectionsInvalid."""
    file = file or FILE
    if not file.exists():
        return []
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("correction", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorrectionsInvalid(language.words("ledgers.corrections_malformed", file=file.name)) from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CorrectionsInvalid(language.words("ledgers.corrections_without_table", file=file.name))
    return [_correction(number, entry, today) for number, entry in enumerate(entries, start=1)]


def corrected(form: Form, rows: pa.Table, corrections: Sequence[Correction], report: SheetReport) -> pa.Table:
    """The rows with the corrections of their ledger; what became of each is an issue in the report."""
    of_ledger = [correction for correction in corrections if correction.kind == form.kind]
    if not of_ledger or not len(rows):
        return rows
    keys = record_keys.of(form, rows)
    for correction in of_ledger:
        is_meant = pc.fill_null(pc.equal(keys, correction.record_key), False)
        for place in np.flatnonzero(is_meant.to_numpy(zero_copy_only=False)).tolist():
            rows = _at(rows, place, correction, report)
    return rows


def current_corrected(
    build: versions.Build, form: Form, corrections: Sequence[Correction], report: SheetReport
) -> pa.Table | None:
    """The current rows that corrections change, corrected, with their places in files; None where there are none."""
    keys = [correction.record_key for correction in corrections if correction.kind == form.kind]
    if not keys:
        return None
    rows = merge.current_rows(build, form, keys)
    after = corrected(form, rows, corrections, report)
    if after.equals(rows):
        return None
    return after


def _at(rows: pa.Table, place: int, correction: Correction, report: SheetReport) -> pa.Table:
    field = correction.field
    current = {column: rows[column][place] for column in correction.was}
    title = report.titles.get(field.column)
    words = {
        "was": _shown(correction.was, field),
        "becomes": _shown(correction.becomes, field),
        "reason": correction.reason,
        "by": correction.by,
        "on": correction.on,
    }
    where = {"row": rows["row_no"][place].as_py(), "column": title or field.title, "personal": field.personal}
    if _equal(current, correction.becomes):
        # A column that the sheet does not have keeps its current value, which is corrected already.
        if title:
            report.add_issue("correction_not_needed", value=_plain(current), **where, **words)
        return rows
    if not _equal(current, correction.was):
        report.add_issue(
            "correction_no_longer_fits", value=_plain(current), stands=_shown(current, field), **where, **words
        )
        return rows
    report.add_issue("correction_applied", value=_plain(current), **where, **words)
    mask = pa.array(np.arange(len(rows)) == place)
    for column, value in correction.becomes.items():
        kind = rows.schema.field(column).type
        changed = pc.if_else(mask, value.cast(kind), rows[column])
        rows = rows.set_column(rows.schema.get_field_index(column), column, changed)
    return rows


def _equal(values: Mapping[str, pa.Scalar], wanted: Mapping[str, pa.Scalar]) -> bool:
    return all(values[column].as_py() == value.as_py() for column, value in wanted.items())


def _plain(scalars: Mapping[str, pa.Scalar]) -> Any:
    return next((value.as_py() for value in scalars.values() if value.is_valid), None)


def _shown(scalars: Mapping[str, pa.Scalar], field: Field) -> str:
    return issues.masked(_plain(scalars), field.personal) or language.words("ledgers.blank")


def _correction(number: int, entry: dict[str, Any], today: date) -> Correction:
    where = language.words("ledgers.correction", number=number)
    if missing := [part for part in _PARTS if part not in entry]:
        parts = "、".join(missing)
        raise CorrectionsInvalid(language.words("ledgers.correction_lacks", correction=where, parts=parts))
    if unknown := sorted(set(entry) - set(_PARTS)):
        parts = "、".join(unknown)
        raise CorrectionsInvalid(language.words("ledgers.correction_has_more", correction=where, parts=parts))
    form = next((form for form in forms.all_forms() if entry["ledger"] in (form.kind, form.name)), None)
    if form is None:
        raise CorrectionsInvalid(
            language.words("ledgers.correction_of_no_ledger", correction=where, ledger=entry["ledger"])
        )
    field = next((field for field in form.fields if field.title == entry["column"]), None)
    if field is None or field.column in form.key or field.column.startswith("place_"):
        raise CorrectionsInvalid(
            language.words(
                "ledgers.correction_of_no_column", correction=where, column=entry["column"], ledger=form.name
            )
        )
    words = {part: entry[part] for part in ("reason", "by")}
    if not all(isinstance(text, str) and text.strip() for text in words.values()) or type(entry["on"]) is not date:
        raise CorrectionsInvalid(language.words("ledgers.correction_without_reason", correction=where))
    was, becomes = (_parsed(where, field, entry[part], today) for part in ("was", "becomes"))
    if field.required and not any(value.is_valid for value in becomes.values()):
        raise CorrectionsInvalid(language.words("ledgers.correction_to_blank", correction=where, column=field.title))
    return Correction(form.kind, _key(where, form, entry["key"], today), field, was, becomes, on=entry["on"], **words)


def _key(where: str, form: Form, given: Any, today: date) -> str:
    fields = [form.key_field(column) for column in form.key]
    if not isinstance(given, dict) or set(given) != {field.title for field in fields}:
        wanted = "、".join(field.title for field in fields)
        raise CorrectionsInvalid(
            language.words("ledgers.correction_without_key", correction=where, ledger=form.name, columns=wanted)
        )
    parts = [next(iter(_parsed(where, field, given[field.title], today).values())) for field in fields]
    if not all(part.is_valid for part in parts):
        raise CorrectionsInvalid(language.words("ledgers.correction_with_blank_key", correction=where))
    return record_keys.JOINER.join(str(part.as_py()) for part in parts)


def _parsed(where: str, field: Field, value: Any, today: date) -> dict[str, pa.Scalar]:
    """A value as the field's parser reads a cell of it, by database column; CorrectionsInvalid where it refuses it."""
    result = column_parsing.parse(field, [value], Context(today=today))
    for problem in result.problems:
        if messages.catalogue()[problem.code].severity == issues.REFUSED:
            issue = issues.issue(problem.code, column=field.title, value=value, personal=field.personal, **problem.args)
            raise CorrectionsInvalid(
                language.words("ledgers.correction_value_refused", correction=where, reason=issue.message)
            )
    return {column: array[0] for column, array in result.arrays.items()}
