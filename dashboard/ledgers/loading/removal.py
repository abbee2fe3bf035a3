"""Find current rows that are absent from the files of a load (本次文件中没有的行), and remove them on explicit request.

A removal publishes a new version; rolling back undoes it.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.loading import load, merge, record_keys
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.warehouse import queries, versions


@dataclass(frozen=True)
class RemovalCandidates:
    """Rows of one ledger that are absent from the files of a load, for a person to decide about.

    keys: their record keys.
    shown: a row each: the key by its titles, 乡镇, 行政村, a name; unmasked.
    """

    kind: str
    name: str
    keys: tuple[str, ...]
    shown: pd.DataFrame

    def masked(self) -> pd.DataFrame:
        """``shown`` as a screen may show it."""
        form = forms.get(self.kind)
        personal = {form.key_field(column).title: form.personal(column) for column in form.key}
        personal[language.words("ledgers.removal_shown")] = form.personal(form.row_label)
        hidden = {
            title: self.shown[title].map(lambda value, how=how: issues.masked(value, how) or "")
            for title, how in personal.items()
        }
        return self.shown.assign(**hidden)

    def csv(self) -> bytes:
        """``shown`` as a file that `keys_of` reads back, in UTF-8 with a byte-order mark."""
        return self.shown.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


@dataclass
class Removal:
    """What was removed, or would be.

    removed: number of rows of the ledger.
    unknown: keys asked for that are no keys of current rows.
    referring: number of rows of other ledgers that name the removed ones, by kind.
    """

    kind: str
    base: str
    removed: int = 0
    unknown: list[str] = field(default_factory=list)
    referring: dict[str, int] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        ledger, others = forms.get(self.kind).name, _counted(self.referring)
        if others:
            removal = language.words("ledgers.removal_with_others", ledger=ledger, count=self.removed, others=others)
        else:
            removal = language.words("ledgers.removal", ledger=ledger, count=self.removed)
        if not self.report.published:
            return language.words("ledgers.removal_planned", removal=removal)
        version = self.report.version
        return language.words("ledgers.removal_published", removal=removal, version=version, base=self.base)


def candidates(report: Report, root: Path, version: versions.Version | None = None) -> list[RemovalCandidates]:
    """The absent rows of a load or check, by ledger; none where the files hold only rows returned before.

    ``version`` names the places (the current one where it is not given).
    """
    returned = {entry.ledger for entry in report.files if entry.is_returned}
    ledgers = [
        ledger
        for ledger in report.ledgers
        if ledger.absent_rows is not None and len(ledger.absent_rows) and ledger.kind not in returned
    ]
    version = version or versions.current(root)
    if not ledgers or version is None:
        return []
    names = _place_names(root, version)
    return [_candidates_of(ledger.kind, ledger.absent_rows, names) for ledger in ledgers]


def remove(
    root: Path,
    kind: str,
    keys: Sequence[str],
    *,
    base: str,
    with_referring: bool = False,
    dry_run: bool = False,
    progress: load.Progress = lambda share, what: None,
) -> Removal:
    """Publish a version without the rows of some keys; ``base`` is the version in which the person looked at them.

    A dry run counts and publishes nothing. Raises RemovalRefused where another version is current by now, where none
    of the keys is one of a current row, and, unless ``with_referring``, where rows of other ledgers name what would be
    gone; StoreError as a load does.
    """
    form = forms.get(kind)
    opened = versions.rehearsing if dry_run else versions.building
    with opened(root) as build:
        _refuse_another_version(build, base)
        merge.begin(build)
        progress(0.1, language.words("ledgers.ledger_checked", ledger=form.name))
        wanted = list(dict.fromkeys(keys))
        current = merge.current_keys(build, form, wanted)
        removed = set(current.to_pylist())
        result = Removal(kind, base, len(removed), [key for key in wanted if key not in removed])
        if not removed:
            raise RemovalRefused(language.words("ledgers.removal_of_nothing", ledger=form.name))
        gone = {kind: current} | _referring(build, form, current)
        result.referring = {other: len(rows) for other, rows in gone.items() if other != kind}
        if dry_run:
            return result
        if result.referring and not with_referring:
            raise RemovalRefused(_still_named(form, result))
        for number, other in enumerate(forms.stored()):
            share = 0.2 + 0.5 * number / len(forms.stored())
            progress(share, language.words("ledgers.removal_sorting", ledger=other.name))
            merge.keep(build, other, gone.get(other.kind))
        _log(build, result.report, gone)
        note = language.words("ledgers.removal_note", ledger=form.name, count=result.removed)
        version = load.publish(root, build, result.report, date.today(), progress, note=note)
    result.report.version, result.report.published = version.id, True
    return result


def keys_of(kind: str, file: Path) -> list[str]:
    """The record keys named in a csv with the ledger's key columns; RemovalRefused where it has none.

    `RemovalCandidates.csv` writes such files, and the ``rows`` command.
    """
    form = forms.get(kind)
    try:
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RemovalRefused(language.words("ledgers.removal_list_unreadable")) from error
    titles = [form.key_field(column).title for column in form.key]
    if not rows or any(title not in rows[0] for title in titles):
        raise RemovalRefused(language.words("ledgers.removal_list_lacks", columns="、".join(titles)))
    if blank := next((number for number, row in enumerate(rows, 2) if not all(row[title] for title in titles)), None):
        columns = "、".join(titles)
        raise RemovalRefused(language.words("ledgers.removal_list_incomplete", row=blank, columns=columns))
    return [record_keys.JOINER.join(row[title].strip() for title in titles) for row in rows]


def _candidates_of(kind: str, absent_rows: pa.Table, names: Mapping[str, tuple[str, str]]) -> RemovalCandidates:
    form = forms.get(kind)
    keys = absent_rows["record_key"].to_pylist()
    parts = list(zip(*(key.split(record_keys.JOINER) for key in keys), strict=True))
    shown = {form.key_field(column).title: list(values) for column, values in zip(form.key, parts, strict=True)}
    places = [names.get(code, ("", "")) for code in absent_rows["place"].to_pylist()]
    shown[language.words("ledgers.removal_township")] = [township for township, _ in places]
    shown[language.words("ledgers.removal_village")] = [village for _, village in places]
    shown[language.words("ledgers.removal_shown")] = absent_rows["shown"].to_pylist()
    return RemovalCandidates(kind, form.name, tuple(keys), pd.DataFrame(shown))


def _place_names(root: Path, version: versions.Version) -> dict[str, tuple[str, str]]:
    """(township, village) by code; the village '' for a township."""
    rows = queries.fetch(versions.connection(root, version).cursor(), "load/directory")
    villages = {code: (township, village) for code, village, _, township, *_ in rows}
    return {township_code: (township, "") for _, _, township_code, township, *_ in rows} | villages


def _refuse_another_version(build: versions.Build, base: str) -> None:
    if build.base is None:
        raise RemovalRefused(language.words("ledgers.removal_without_data"))
    if build.base.id != base:
        raise RemovalRefused(language.words("ledgers.removal_of_other_version", current=build.base.id, base=base))


def _referring(build: versions.Build, form: Form, removed: pa.Array) -> dict[str, pa.Array]:
    """Keys, by ledger, of the rows that name a household or a region that would be gone."""
    if form.is_household_register:
        columns = {other.kind: "household_id" for other in forms.all_forms() if other.place == "household"}
    elif form.place == "directory":
        removed = merge.vanishing_regions(build, removed)
        columns = {other.kind: other.place_column for other in forms.stored() if other.place_column}
    else:
        return {}
    referring = {kind: merge.referring(build, forms.get(kind), column, removed) for kind, column in columns.items()}
    return {kind: keys for kind, keys in referring.items() if len(keys)}


def _still_named(form: Form, removal: Removal) -> str:
    others = _counted(removal.referring)
    if form.place == "directory":
        return language.words("ledgers.removal_villages_in_use", others=others)
    return language.words("ledgers.removal_households_in_use", others=others)


def _counted(rows: Mapping[str, int]) -> str:
    """Numbers of rows by ledger, in words."""
    return "、".join(
        language.words("ledgers.removal_rows_of_ledger", ledger=forms.get(kind).name, count=count)
        for kind, count in rows.items()
    )


def _log(build: versions.Build, report: Report, gone: Mapping[str, pa.Array]) -> None:
    """One entry a ledger for the load log, as a load writes one a sheet."""
    [(last_file_no,)] = queries.fetch(build.con, "load/last_file_no")
    for number, (kind, keys) in enumerate(gone.items(), start=last_file_no + 1):
        form = forms.get(kind)
        entry = SheetReport(
            language.words("ledgers.removal_logged", count=len(keys)), None, kind, form.name, file_no=number
        )
        personal = form.personal(form.key[0])
        for key in keys.to_pylist():
            entry.add_issue("row_removed", value=record_keys.in_words(key), personal=personal, ledger=form.name)
        report.files.append(entry)
