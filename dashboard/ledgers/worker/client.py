"""A ledger file read in a process of its own (`child`), so that no file can take the dashboard or the load down.

What goes back to its sender (`returned`) is made there as well, for the file is read again for it.

The process reads one file after the other and is kept for the next load. One that breaks, or takes more than
``data/settings.toml`` allows, is ended, the file it was reading refused, and another started for the next file.
"""

import atexit
import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from dashboard import paths
from dashboard.ledgers import limits
from dashboard.ledgers.checking.read_file import ReadSheet
from dashboard.ledgers.errors import FileRefused
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.limits import MEGABYTE, Limits
from dashboard.ledgers.reporting.report import SheetReport
from dashboard.ledgers.worker import protocol

_LOG = logging.getLogger(__name__)

# Between two looks at what the process uses.
_TICK_S = 0.05
# Waiting (for a drive that does not answer) costs no processor time: so many times the limit may pass on the clock.
_PATIENCE = 10
# A process that has grown to so many times its first size gives its memory back by ending.
_GROWN = 2
# Giving rows back takes reading the file and writing them: so many times what reading may take.
_OF_RETURNING = 3
# What the allocators of Rust, Python and C++ say last.
_NO_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc")

Notify = Callable[[str], None]


class _Broken(Exception):
    """The process gives no answer; ``code`` is the entry of the catalogue that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """Reads the files of one load through a process, started again whenever a file has ended it."""

    def __init__(self) -> None:
        self._child: _Child | None = _idle.take() or _Child()

    def read(
        self, path: Path, said: Instructions, today: date, file_no: int, told: Notify = lambda stage: None
    ) -> list[ReadSheet]:
        """`reading.read`; a file that breaks or overloads the process is refused, never raised.

        ``told`` hears many times a second what is being done, '' where nothing is known yet.
        """
        request = {"what": "read", "arguments": (path, said, today, file_no), "times": 1}
        try:
            return self._fresh_child().ask(request, limits_for(path), told)
        except _Broken as broken:
            self._end()
            entry = SheetReport(str(path), file_no=file_no)
            entry.reject(broken.code)
            return [ReadSheet(entry)]
        except BaseException:
            # Whoever interrupts the load does not wait for the file.
            self._end()
            raise

    def returned(
        self, path: Path, entries: Sequence[SheetReport], data: bytes | None = None
    ) -> list[tuple[str, bytes]]:
        """`returned.workbooks`; raises Unreadable also where the file breaks or overloads the process."""
        request = {"what": "return", "arguments": (path, entries, data), "times": _OF_RETURNING}
        allowed = limits.of(size_mb(path) if data is None else len(data) / MEGABYTE, _OF_RETURNING)
        try:
            answer = self._fresh_child().ask(request, allowed)
        except _Broken as broken:
            self._end()
            raise FileRefused(broken.code) from broken
        if isinstance(answer, FileRefused):
            raise answer
        return answer

    def _fresh_child(self) -> "_Child":
        """The process; what an earlier file left behind in it would count for the next."""
        if self._child is not None and not self._child.is_worth_keeping:
            self._end()
        self._child = self._child or _Child()
        return self._child

    def close(self) -> None:
        """Leave the process to the next load."""
        if self._child is not None:
            _idle.give(self._child)
            self._child = None

    def _end(self) -> None:
        self._child.kill()
        self._child = None


@contextlib.contextmanager
def reader() -> Iterator[Reader]:
    """A reader for one load; its process starts while the load prepares."""
    made = Reader()
    try:
        yield made
    finally:
        made.close()


def limits_for(path: Path) -> Limits:
    """What reading the file may use, by its size; a packed one may use more once it is known what it unpacks to."""
    return limits.of(size_mb(path))


def size_mb(path: Path) -> float:
    """The size of a file in megabytes; 0 where it has gone, which whoever reads it will tell."""
    try:
        return path.stat().st_size / MEGABYTE
    except OSError:
        return 0


class _Child:
    """One process, its pipes, and the thread that hands on what it says."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        # A pipe that nobody empties would stop the process; what it complains of is looked at only when it ends.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from dashboard.ledgers.worker import process; process.serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=_environment(),
        )
        self._usage = psutil.Process(self._process.pid)
        self._first_bytes: int | None = None
        self._answers: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="ledger reader", daemon=True).start()

    def ask(self, request: dict[str, Any], allowed: Limits, told: Notify = lambda stage: None) -> Any:
        """What the process makes of a file, whose path is the first of the request's arguments; raises _Broken."""
        if self._first_bytes is None:
            self._wait(_Watch(self._usage, allowed), told)
            self._first_bytes = self._size()
        # The process may have been started elsewhere; a path means what it means here.
        folder = None if request["arguments"][0].is_absolute() else str(Path.cwd())
        request = request | {"folder": folder, "allowed": allowed}
        try:
            protocol.send(self._process.stdin, request)
        except OSError as error:
            raise _Broken(self._why()) from error
        return self._wait(_Watch(self._usage, allowed), told)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it runs, belongs to this process, and has not grown."""
        if self.owner != os.getpid() or self._process.poll() is not None:
            return False
        return self._first_bytes is None or self._size() < _GROWN * self._first_bytes

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _wait(self, watch: "_Watch", told: Notify) -> Any:
        """What the process answers; raises _Broken where it fails, ends or takes too much."""
        stage = ""
        while True:
            try:
                answer = self._answers.get(timeout=_TICK_S)
            except queue.Empty:
                if code := watch.exceeded():
                    raise _Broken(code) from None
                told(stage)
                continue
            match answer:
                case None:
                    raise _Broken(self._why())
                case ("stage", stage):
                    told(stage)
                case ("allowed", allowed):
                    watch.allowed = allowed
                case ("failed", (code, place)):
                    _LOG.error("reading a file failed: %s", place)
                    raise _Broken(code)
                case (_, content):
                    return content

    def _listen(self) -> None:
        try:
            while True:
                self._answers.put(protocol.receive(self._process.stdout))
        except (EOFError, OSError):
            self._answers.put(None)
        finally:
            self._process.stdout.close()

    def _why(self) -> str:
        """The code for a process that ended by itself."""
        result = self._process.wait()
        self._complaints.seek(0)
        if any(words in self._complaints.read() for words in _NO_MEMORY):
            return "file_too_heavy"
        if os.name == "posix" and result == -signal.SIGXCPU:
            return "file_took_too_long"
        _LOG.error("the process that reads files ended with %s", result)
        return "file_broke_reader"

    def _size(self) -> int:
        try:
            return self._usage.memory_info().rss
        except psutil.Error:
            return 0


class _Watch:
    """What a process uses from now on, held against the limits (``allowed``)."""

    def __init__(self, usage: psutil.Process, allowed: Limits) -> None:
        self._usage = usage
        self.allowed = allowed
        self._started = time.monotonic()
        self._processor_s = self._used_s()

    def exceeded(self) -> str | None:
        """The code of the limit that is exceeded, if any."""
        try:
            if self._usage.memory_info().rss > self.allowed.memory_bytes:
                return "file_too_heavy"
            waited = time.monotonic() - self._started
            if self._used_s() - self._processor_s > self.allowed.processor_s:
                return "file_took_too_long"
        except psutil.Error:
            return None  # it has just ended, which is told by its pipe
        return "file_took_too_long" if waited > _PATIENCE * self.allowed.processor_s else None

    def _used_s(self) -> float:
        try:
            times = self._usage.cpu_times()
        except psutil.Error:
            return 0
        return times.user + times.system


class _Idle:
    """The one process kept between loads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def take(self) -> _Child | None:
        """The process that is kept, if it is good for another load."""
        with self._lock:
            child, self._child = self._child, None
        if child is None or child.is_worth_keeping:
            return child
        self._drop(child)
        return None

    def give(self, child: _Child) -> None:
        """Keep a process, unless one is kept already."""
        with self._lock:
            if self._child is None and child.is_worth_keeping:
                self._child = child
                return
        self._drop(child)

    def clear(self) -> None:
        """Keep none."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            self._drop(child)

    @staticmethod
    def _drop(child: _Child) -> None:
        # After a fork it is another process's.
        if child.owner == os.getpid():
            child.kill()


_idle = _Idle()
atexit.register(_idle.clear)


def _environment() -> dict[str, str]:
    """The child finds this package wherever it is started; Arrow's own allocator would claim a gigabyte at once."""
    search = [str(paths.PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(search), "ARROW_DEFAULT_MEMORY_POOL": "system"}
