"""Published versions and the current rows of each ledger, as the intake page lists them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dashboard.definitions import forms
from dashboard.display import columns
from dashboard.warehouse import versions

VERSION_COLUMNS = {
    "id": columns.text("版本"),
    "state": columns.text("状态"),
    "created_at": columns.text("发布时间"),
    "as_of": columns.day("截至日期"),
    "note": columns.text("内容"),
    "counts": columns.text("行数"),
}
LEDGER_COLUMNS = {
    "ledger": columns.text("台账"),
    "rows": columns.count("现有（行）"),
    "version": columns.text("最近更新的版本"),
    "changed_at": columns.text("更新时间"),
}

_COUNTED = {"new": "新增", "changed": "变更", "unchanged": "未变", "refused": "未导入"}


def table(root: Path) -> pd.DataFrame:
    """One row per published version that can be listed, newest first, the current one marked."""
    current = _current_id(root)
    return pd.DataFrame(
        [
            {
                "id": version.id,
                "state": "当前" if version.id == current else "",
                "created_at": f"{version.created_at:%Y-%m-%d %H:%M}",
                "as_of": version.as_of,
                "note": version.note,
                "counts": _counted(version),
            }
            for version in versions.published(root)
        ],
        columns=list(VERSION_COLUMNS),
    )


def current_ledgers(root: Path) -> pd.DataFrame:
    """One row per ledger: current rows, and which version last changed them and when."""
    current = versions.current(root)
    history = _history(current, {version.id: version for version in versions.published(root)})
    steps = list(zip(history, [*history[1:], None], strict=True))
    kinds = forms.stored()
    last = {
        form.kind: next((version for version, before in steps if _has_changed(version, before, form.kind)), None)
        for form in kinds
    }
    return pd.DataFrame(
        [
            {
                "ledger": form.name,
                "rows": current.rows.get(form.kind, 0),
                "version": last[form.kind].id if last[form.kind] else "",
                "changed_at": _changed_at(last[form.kind], current.rows.get(form.kind, 0)),
            }
            for form in kinds
        ],
        columns=list(LEDGER_COLUMNS),
    )


def _changed_at(version: versions.Version | None, rows: int) -> str:
    """When a ledger last changed, in words; rows that no listed version brought came with one pruned since."""
    if version is None:
        return "更早，该版本已清理" if rows else "尚未导入"
    return f"{version.created_at:%Y-%m-%d %H:%M}"


def _current_id(root: Path) -> str | None:
    """The id of the current version; None where it is unknown."""
    try:
        return versions.current_id(root)
    except versions.StoreError:
        return None


def _history(version: versions.Version | None, by_id: Mapping[str, versions.Version]) -> list[versions.Version]:
    """The version and those it was made from, newest first, up to one that no longer exists."""
    line = []
    while version is not None:
        line.append(version)
        version = by_id.get(version.base)
    return line


def _has_changed(version: versions.Version, before: versions.Version | None, kind: str) -> bool:
    """Whether a version added, changed or removed rows of a ledger."""
    counts = version.changes.get(kind, {})
    is_removed = before is not None and version.rows.get(kind, 0) < before.rows.get(kind, 0)
    return bool(counts.get("new") or counts.get("changed")) or is_removed


def _counted(version: versions.Version) -> str:
    totals = {word: sum(counts.get(name, 0) for counts in version.changes.values()) for name, word in _COUNTED.items()}
    return "，".join(f"{word} {total:,}" for word, total in totals.items() if total)
