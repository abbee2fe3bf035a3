"""Damaged files of every container: rows or a sentence of the catalogue, never another error, a hang or much memory.

``make soak`` takes ten seeds instead of one.
"""

import io
import json
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from container_writers import CELLS, MARKED, MERGES, WORKBOOKS, WRITERS
from rounds import ROUNDS

from dashboard import paths
from dashboard.ledgers import containers
from dashboard.ledgers.reporting import issues

_LONGEST_S = 10
_MOST_MB = 500
_ROUNDS = 25


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 3, 20, 200))):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end, or a piece in the middle, is gone."""
    first = chance.randrange(len(data))
    last = len(data) if chance.random() < 0.5 else chance.randrange(first, len(data))
    return data[:first] + data[last:]


def doubled(data: bytes, chance: random.Random) -> bytes:
    """A piece stands there several times."""
    first = chance.randrange(len(data))
    last = min(first + chance.randrange(1, 500), len(data))
    return data[:first] + data[first:last] * chance.choice((2, 5, 100)) + data[last:]


def rewritten(data: bytes, chance: random.Random) -> bytes:
    """Members of a zip file are missing, damaged inside, or each other's."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return numbers_changed(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        members = {name: book.read(name) for name in book.namelist()}
    for name in chance.sample(sorted(members), k=min(len(members), chance.choice((1, 2)))):
        change = chance.choice((flipped, cut, doubled, numbers_changed, tags_changed, None))
        if change is None or not members[name]:
            del members[name]
        else:
            members[name] = change(members[name], chance)
    if chance.random() < 0.2 and len(members) > 1:
        one, other = chance.sample(sorted(members), k=2)
        members[one], members[other] = members[other], members[one]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, body in members.items():
            book.writestr(name, body)
    return out.getvalue()


def numbers_changed(data: bytes, chance: random.Random) -> bytes:
    """A number is a very different one."""
    places = [index for index, byte in enumerate(data) if 48 <= byte < 58]
    if not places:
        return flipped(data, chance)
    place = chance.choice(places)
    return (
        data[:place] + chance.choice((b"-1", b"0", b"99999", b"1048577", b"4294967295", b"9" * 30)) + data[place + 1 :]
    )


def tags_changed(data: bytes, chance: random.Random) -> bytes:
    """Pieces of markup change places."""
    pieces = data.split(b"<")
    if len(pieces) > 3:
        one, other = chance.sample(range(1, len(pieces)), k=2)
        pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"<".join(pieces)


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, doubled, rewritten, numbers_changed)


def seeds() -> dict[str, bytes]:
    """A sound file of every container."""
    sound = {
        name: write(CELLS, MERGES if name in WORKBOOKS else ()) for name, write in WRITERS.items() if name != "biff5"
    }
    return sound | {f"{name}, marked": made() for name, made in MARKED.items()}


def attempt(data: bytes) -> str:
    """What becomes of a file: rows, or the code of a sentence; anything else is raised."""
    try:
        for sheet in containers.sheets(data):
            assert len({len(row) for row in sheet.rows}) <= 1 or sheet.is_text
        return "rows"
    except containers.FileRefused as unreadable:
        return issues.issue(unreadable.code, **unreadable.details).code


def run(rounds: int, seed: int) -> dict[str, float]:
    """Damage every container in so many ways; the outcomes counted, the longest seconds and the most megabytes."""
    outcomes: dict[str, float] = {}
    longest = 0.0
    for name, data in seeds().items():
        for number in range(rounds):
            chance = random.Random(f"{seed} {name} {number}")
            damaged = chance.choice(CHANGES)(data, chance)
            started = time.process_time()
            try:
                outcome = attempt(damaged)
            except BaseException as error:
                raise AssertionError(f"seed {seed}, {name}, round {number}: {error!r}") from error
            longest = max(longest, time.process_time() - started)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes | {"longest_s": longest, "most_mb": _most_mb()}


def _most_mb() -> float:
    """The most memory this program had. (getrusage would count what its parent had when it started this one.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)[1]) / 1024


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20261122, 20261122 + ROUNDS))
def test_damaged_files_give_rows_or_a_sentence(seed):
    ran = subprocess.run(
        [sys.executable, __file__, str(_ROUNDS), str(seed)],
        cwd=paths.PROJECT,
        env={"PYTHONPATH": f"{paths.PROJECT}:{paths.PROJECT / 'tests' / 'support'}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout)
    assert told["rows"] and told["file_damaged"]
    assert told["longest_s"] < _LONGEST_S
    assert told["most_mb"] < _MOST_MB


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))))
