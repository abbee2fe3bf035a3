"""Column assignments a person made for a layout (列对应关系): saved beside the versions, reused at the next load."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from dashboard import language
from dashboard.ledgers.layout.instructions import Instructions, Layout, SavedLayout
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.warehouse import durable_files, versions

_FILE = "layouts.json"
_LOCK_S = 10


def read(root: Path) -> dict[str, SavedLayout]:
    """All saved layouts by fingerprint of the layout; StoreError where the file is damaged."""
    try:
        facts = json.loads((root / _FILE).read_text(encoding="utf-8"))
        return {fingerprint: _saved_layout(entry) for fingerprint, entry in facts.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise versions.StoreError(language.words("ledgers.layouts_damaged")) from error


def is_kept(entry: SheetReport) -> bool:
    """Whether a sheet was read by instructions that are to be saved for others of its layout."""
    return bool(entry.rows_loaded and entry.recognition.layout)


def keep(root: Path, entries: Iterable[SheetReport]) -> bool:
    """Save the instructions for the layouts of sheets; False, with an issue at each sheet, where that fails."""
    sheets = [entry for entry in entries if is_kept(entry)]
    if not sheets:
        return True
    try:
        with _alone(root):
            _write(root, read(root) | dict(entry.recognition.layout for entry in sheets))
    except OSError:
        # The rows are published all the same; Timeout of the lock is an OSError too.
        for entry in sheets:
            entry.add_issue("layout_not_kept")
        return False
    return True


def forget(root: Path, fingerprints: Iterable[str] | None = None) -> None:
    """Forget some layouts, or all of them; a damaged file is replaced by an empty one."""
    with _alone(root):
        gone = set(fingerprints or ())
        _write(root, {key: layout for key, layout in read(root).items() if key not in gone} if gone else {})


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with FileLock(root / f"{_FILE}.lock", timeout=_LOCK_S):
        yield


def _write(root: Path, layouts: Mapping[str, SavedLayout]) -> None:
    facts = {fingerprint: _facts(layout) for fingerprint, layout in layouts.items()}
    durable_files.write_text(root / _FILE, json.dumps(facts, ensure_ascii=False, indent=1))


def _facts(saved: SavedLayout) -> dict[str, Any]:
    instructions, layout = saved.instructions, saved.instructions.layout
    return {
        "confirmed_on": saved.saved_on,
        "file_name": saved.file_name,
        "titles": list(saved.titles),
        "ledger": instructions.ledger,
        "unit": instructions.unit,
        "header_rows": list(layout.header_rows) if layout else None,
        "columns": [list(pair) for pair in layout.columns] if layout else None,
    }


def _saved_layout(facts: Mapping[str, Any]) -> SavedLayout:
    layout = None
    if facts["columns"] is not None:
        first, last = facts["header_rows"]
        layout = Layout((int(first), int(last)), tuple((int(index), column) for index, column in facts["columns"]))
    instructions = Instructions(facts["ledger"], unit=facts["unit"], layout=layout)
    return SavedLayout(instructions, facts["confirmed_on"], tuple(facts["titles"]), facts["file_name"])
