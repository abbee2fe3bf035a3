"""The reader process of `worker.client`: takes requests from stdin, writes answers to stdout."""

import contextlib
import gc
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from dashboard.ledgers import limits
from dashboard.ledgers.checking import read_file
from dashboard.ledgers.errors import FileRefused
from dashboard.ledgers.limits import MEGABYTE, Limits
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.ledgers.worker import protocol

with contextlib.suppress(ImportError):  # not on Windows, where the parent alone watches
    import resource


class _WithoutPandas:
    """Hides pandas, which Arrow imports at its first array: half a second for nothing, as no DataFrame is made here."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for pandas; leave everything else to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def serve() -> None:
    """Answer requests until the parent has ended."""
    sys.meta_path.insert(0, _WithoutPandas)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # The parent handles an interrupt from the keyboard.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Cells have no cycles, and there are millions of them: garbage collection would take a fifth of the time.
    gc.disable()
    gc.freeze()
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    protocol.send(answers, ("ready", None))
    while True:
        _answer(requests.get(), answers)
        gc.collect()


def _listen(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Queue requests; when the parent has ended, end the process at once, whatever it is doing."""
    try:
        while True:
            requests.put(protocol.receive(sys.stdin.buffer))
    except (EOFError, OSError):
        os._exit(0)


def _answer(request: dict[str, Any], answers: IO[bytes]) -> None:
    allowed: Limits = request["allowed"]
    started_s = time.process_time()

    def grown(size_bytes: int, parts: int = 0) -> None:
        nonlocal allowed
        # What a packed file needs depends on its content; that its declared size is sound was checked before.
        allowed = limits.wider(allowed, limits.of(size_bytes / MEGABYTE, request["times"], parts))
        _limit(allowed, started_s)
        protocol.send(answers, ("allowed", allowed))

    def notify(stage: str) -> None:
        protocol.send(answers, ("stage", stage))

    try:
        _limit(allowed, started_s)
        if request["folder"] is not None:
            os.chdir(request["folder"])
        if request["what"] == "read":
            answer = read_file.read(*request["arguments"], notify=notify, grown=grown)
        else:
            answer = _returned(*request["arguments"], grown)
        protocol.send(answers, ("answer", answer))
    except MemoryError:
        protocol.send(answers, ("failed", ("file_too_heavy", "MemoryError")))
    except BrokenPipeError:
        os._exit(0)
    except Exception as error:
        # The text of an exception may quote a cell: only its kind and place are reported.
        protocol.send(answers, ("failed", ("file_broke_reader", _place(error))))


def _returned(
    path: Path, entries: Sequence[SheetReport], data: bytes | None, grown: Callable[[int], None]
) -> list[tuple[str, bytes]] | FileRefused:
    """The workbooks with the rejected rows of a file, or the error that says why there are none."""
    # Imported here, since few loads need it and every load waits for this process to start.
    from dashboard.ledgers.feedback import refused_rows

    try:
        return refused_rows.workbooks(path, entries, data, grown)
    except FileRefused as unreadable:
        return unreadable


def _limit(allowed: Limits, started_s: float) -> None:
    """Let the system enforce the memory limit, and end a process that its parent no longer watches."""
    if "resource" in globals():
        _set(resource.RLIMIT_DATA, allowed.memory_bytes)
        _set(resource.RLIMIT_CPU, int(started_s + 2 * allowed.processor_s) + 1)


def _set(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _place(error: Exception) -> str:
    """Kind of an error, with the file and line where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.filename}, line {last.lineno}"
