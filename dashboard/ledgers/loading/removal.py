"""Rows that stand but that a load's files left out (本次文件中没有的行), and their removal: only when a person says so.

A removal publishes a new version without the rows, as a load does; the version before stays and can be gone back to.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.loading import boundaries, load, merge
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.warehouse import queries, versions

# The column by which a ledger's rows name a place; households' ledgers name their household.
_PLACE_OF = {"village_code": "village_code", "region_code": "region_code"}
# Keys that are no field of their ledger's form.
_KEY_TITLES = {"village_code": "行政村代码"}
_TOWNSHIP, _VILLAGE, _SHOWN = "乡镇", "行政村", "户主或名称"


@dataclass(frozen=True)
class RemovalCandidates:
    """Rows of one ledger that a load left out, for a person to decide about.

    ``keys`` are their record keys; ``shown`` has a row each: the key's titles, 乡镇, 行政村, a name — unmasked.
    """

    kind: str
    name: str
    keys: tuple[str, ...]
    shown: pd.DataFrame

    def masked(self) -> pd.DataFrame:
        """``shown`` as a screen may show it."""
        form = _form(self.kind)
        personal = {_title(form, column): _personal(form, column) for column in form.key}
        # What names a row is a person's name in most ledgers, a text of a problem in others.
        personal[_SHOWN] = "name" if form.place == "household" or form.kind == "households" else ""
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
    """What was removed, or would be: rows by ledger (名称). ``referring`` are rows of other ledgers that name them."""

    kind: str
    base: str
    removed: int = 0
    unknown: list[str] = field(default_factory=list)
    referring: dict[str, int] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        others = "、".join(f"“{_form(kind).name}” {count:,} 行" for kind, count in self.referring.items())
        rows = f"从“{_form(self.kind).name}”移除 {self.removed:,} 行" + (f"，连同{others}" if others else "")
        if not self.report.published:
            return f"将{rows}；尚未移除。"
        return f"已{rows}；已发布版本 {self.report.version}，可随时回退到 {self.base}。"


def candidates(told: Report, root: Path, version: versions.Version | None = None) -> list[RemovalCandidates]:
    """What a load or check left out, by ledger; nothing where the files hold only rows returned before.

    ``version`` names the places (the current one where it is not given).
    """
    returned = {entry.ledger for entry in told.files if entry.is_returned}
    absent_rows = [
        ledger
        for ledger in told.ledgers
        if ledger.absent_rows is not None and len(ledger.absent_rows) and ledger.kind not in returned
    ]
    standing = version or versions.current(root)
    if not absent_rows or standing is None:
        return []
    names = _place_names(root, standing)
    return [_candidates_of(ledger.kind, ledger.absent_rows, names) for ledger in absent_rows]


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

    Raises RemovalRefused where another version stands by now, where none of the keys stands, and, unless
    ``with_referring``, where rows of other ledgers still name what would be gone; StoreError as a load does. A dry run
    counts and publishes nothing.
    """
    form = _form(kind)
    opened = versions.rehearsing if dry_run else versions.building
    with opened(root) as build:
        _refuse_another_version(build, base)
        merge.begin(build)
        progress(0.1, f"核对{form.name}")
        wanted = list(dict.fromkeys(keys))
        standing = merge.current_keys(build, form, wanted)
        found = set(standing.to_pylist())
        told = Removal(kind, base, len(found), [key for key in wanted if key not in found])
        if not found:
            raise RemovalRefused(f"“{form.name}”中没有这些行，可能已经移除或替换，请重新核对。")
        gone = {kind: standing} | _referring(build, form, standing)
        told.referring = {other: len(rows) for other, rows in gone.items() if other != kind}
        if dry_run:
            return told
        if told.referring and not with_referring:
            raise RemovalRefused(_still_named(form, told))
        for number, each in enumerate(_all_forms()):
            progress(0.2 + 0.5 * number / len(_all_forms()), f"整理{each.name}")
            merge.keep(build, each, gone.get(each.kind))
        _log(build, told.report, gone)
        note = f"移除{form.name} {told.removed} 行"
        version = load.publish(root, build, told.report, date.today(), progress, note=note)
    told.report.version, told.report.published = version.id, True
    return told


def keys_of(kind: str, file: Path) -> list[str]:
    """The record keys named in a csv with the ledger's key columns; RemovalRefused where it has none.

    Such files are what `Offer.csv` writes and what the ``rows`` command gives.
    """
    form = _form(kind)
    try:
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RemovalRefused("清单不是 UTF-8 编码的 CSV 文件，请重新导出后再用。") from error
    titles = [_title(form, column) for column in form.key]
    if not rows or any(title not in rows[0] for title in titles):
        raise RemovalRefused(f"清单中没有行，或缺少列：{'、'.join(titles)}。")
    if blank := next((number for number, row in enumerate(rows, 2) if not all(row[title] for title in titles)), None):
        raise RemovalRefused(f"清单第 {blank} 行没有写全：{'、'.join(titles)}。")
    return [merge.KEY_JOIN.join(row[title].strip() for title in titles) for row in rows]


def _candidates_of(kind: str, absent_rows: pa.Table, names: Mapping[str, tuple[str, str]]) -> RemovalCandidates:
    form = _form(kind)
    keys = absent_rows["record_key"].to_pylist()
    parts = list(zip(*(key.split(merge.KEY_JOIN) for key in keys), strict=True))
    shown = {_title(form, column): list(values) for column, values in zip(form.key, parts, strict=True)}
    places = [names.get(code, ("", "")) for code in absent_rows["place"].to_pylist()]
    shown[_TOWNSHIP] = [township for township, _ in places]
    shown[_VILLAGE] = [village for _, village in places]
    shown[_SHOWN] = absent_rows["shown"].to_pylist()
    return RemovalCandidates(kind, form.name, tuple(keys), pd.DataFrame(shown))


def _place_names(root: Path, version: versions.Version) -> dict[str, tuple[str, str]]:
    """(township, village) by code; the village '' for a township."""
    rows = queries.fetch(versions.connection(root, version).cursor(), "load/directory")
    villages = {code: (township, village) for code, village, _, township, *_ in rows}
    return {township_code: (township, "") for _, _, township_code, township, *_ in rows} | villages


def _refuse_another_version(build: versions.Build, base: str) -> None:
    if build.base is None:
        raise RemovalRefused("还没有数据，没有可以移除的行。")
    if build.base.id != base:
        raise RemovalRefused(f"当前版本已是 {build.base.id}，不是核对时的 {base}，请重新核对后再移除。")


def _referring(build: versions.Build, form: Form, removed: pa.Array) -> dict[str, pa.Array]:
    """Keys, by ledger, of the rows that name a household or a region that would be gone."""
    if form.kind == "households":
        columns = {other.kind: "household_id" for other in forms.all_forms() if other.place == "household"}
    elif form.place == "directory":
        removed = merge.vanishing_regions(build, removed)
        columns = {
            other.kind: column
            for other in _all_forms()
            for column in _PLACE_OF
            if other.place != "directory" and column in build.con.table(other.table).columns
        }
    else:
        return {}
    found = {
        other.kind: merge.referring(build, other, columns[other.kind], removed)
        for other in _all_forms()
        if other.kind in columns
    }
    return {kind: keys for kind, keys in found.items() if len(keys)}


def _still_named(form: Form, told: Removal) -> str:
    what = "这些村" if form.place == "directory" else "这些户"
    others = "、".join(f"“{_form(kind).name}” {count:,} 行" for kind, count in told.referring.items())
    return f"还有其他台账的行属于{what}：{others}。请先处理这些行，或选择连同它们一起移除。"


def _log(build: versions.Build, told: Report, gone: Mapping[str, pa.Array]) -> None:
    """One entry a ledger for the load log, as a load writes one a sheet."""
    [(last_file_no,)] = queries.fetch(build.con, "load/last_file_no")
    for number, (kind, keys) in enumerate(gone.items(), start=last_file_no + 1):
        form = _form(kind)
        entry = SheetReport(f"移除 {len(keys)} 行", None, kind, form.name, file_no=number)
        personal = _personal(form, form.key[0])
        for key in keys.to_pylist():
            entry.add_issue("row_removed", value=key.replace(merge.KEY_JOIN, " "), personal=personal, ledger=form.name)
        told.files.append(entry)


def _all_forms() -> tuple[Form, ...]:
    return (*forms.all_forms(), boundaries.FORM)


def _form(kind: str) -> Form:
    return boundaries.FORM if kind == boundaries.FORM.kind else forms.get(kind)


def _title(form: Form, column: str) -> str:
    return form.field(column).title if form.has(column) else _KEY_TITLES[column]


def _personal(form: Form, column: str) -> str:
    return form.field(column).personal if form.has(column) else ""
