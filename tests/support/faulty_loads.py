"""What a fork server runs where a fault is made: loads that can be stopped, publications, and the commands."""

import os
import signal
import sys
from datetime import date, datetime
from pathlib import Path

from dashboard.cli import commands
from dashboard.ledgers.loading import load as loading
from dashboard.warehouse import versions


def load(ledgers: str, root: str, wait_at: str) -> int:
    """Load like the command, printing every stage; at the stage named it waits for a line until it may go on."""
    printed = set()

    def progress(share: float, stage: str) -> None:
        if stage not in printed:
            printed.add(stage)
            print(stage, flush=True)
            if wait_at and wait_at in stage:
                sys.stdin.readline()

    return loading.load([Path(ledgers)], Path(root), progress=progress).exit_code


def publish(root: str, wanted: int, action: str) -> None:
    """Publish a version; at the operation of that number on files of the database something happens.

    ``action`` kills the process or fills the disk. Prints how many operations there were.
    """
    folder, count = Path(root), 0

    def watch(event: str, details: tuple) -> None:
        nonlocal count, wanted
        if event in ("open", "os.rename", "os.remove", "os.mkdir") and root in str(details[0]):
            count += 1
            if count == wanted:
                wanted = -1
                if action == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                _fill_disk(folder)

    with versions.building(folder) as build:
        build.con.execute(
            "insert into meta_version values ($id, null, $at, date '2025-12-31', 'demo', 'second')",
            {"id": build.id, "at": datetime(2026, 1, 2)},
        )
        sys.addaudithook(watch)
        try:
            card = versions.Version(build.id, datetime(2026, 1, 2), "v0001", date(2025, 12, 31))
            versions.publish(folder, build, card)
        except OSError as failure:
            if explained := versions.in_plain_words(folder, failure):
                sys.exit(str(explained))
            raise
    print(count)


def _fill_disk(folder: Path) -> None:
    with (folder / "ballast").open("ab", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            pass


def command(*arguments: str) -> int:
    """A command of the dashboard, as ``python -m dashboard`` runs it."""
    return commands.main(list(arguments))
