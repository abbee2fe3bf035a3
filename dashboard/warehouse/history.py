"""The record of what happened to published versions: ``history.jsonl`` of their folder, one JSON object per line."""

import contextlib
import json
from datetime import datetime
from pathlib import Path


def record(root: Path, version_id: str, action: str) -> None:
    """Add what has happened to a version: publish, rollback or prune; nothing is added where the disk is full."""
    entry = {"at": datetime.now().isoformat(timespec="seconds"), "action": action, "version": version_id}
    with contextlib.suppress(OSError), (root / "history.jsonl").open("ab+") as history:
        if end := history.tell():
            history.seek(end - 1)
            if history.read(1) != b"\n":
                # A line that a full disk cut off must not take the next one with it.
                history.write(b"\n")
        history.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def entries(root: Path) -> list[tuple[str, str]]:
    """(action, version id) of everything recorded, in order; lines cut off by a full disk or a crash are left out."""
    try:
        lines = (root / "history.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    read = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            read.append((entry["action"], entry["version"]))
    return read


def last_action(root: Path, version_id: str) -> str | None:
    """What was last recorded about a version; None where nothing is."""
    return next((action for action, recorded in reversed(entries(root)) if recorded == version_id), None)
