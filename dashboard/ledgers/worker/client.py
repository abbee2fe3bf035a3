"""Read ledger files in another process (`worker.process`), so that no file can stop the dashboard or a load.

Workbooks for the sender (`feedback.refused_rows`) are made there as well, since the file is read again for them.

The process reads one file after the other and is kept for the next load. If it fails or exceeds the limits of
``data/settings.toml``, it is ended, the file it was reading is refused, and the next file gets a new process.
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

# Seconds between two checks of what the process uses.
_TICK_S = 0.05
# Waiting (for a drive that does not answer) takes no processor time: by the clock, so many times the limit is allowed.
_PATIENCE = 10
# A process that has grown to so many times its first size is ended, so that its memory is freed.
_GROWN = 2
# A returned workbook takes reading the file and writing: so many times the limits of reading.
_OF_RETURNING = 3
# The last words of the allocators of Rust, Python and C++.
_NO_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc")

Notify = Callable[[str], None]


class _Broken(Exception):
    """The process gives no answer; ``code`` is the code of the message with the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """Reads the files of one load through a process, started again whenever a file has ended it."""

    def __init__(self) -> None:
        self._child: _Child | None = _idle.take() or _Child()

    def read(
        self, path: Path, instructions: Instructions, today: date, file_no: int, notify: Notify = lambda stage: None
    ) -> list[ReadSheet]:
        """Like `read_file.read`; a file that breaks or overloads the process is refused with an issue, no error.

        notify: called many times a second with what is being done, in Chinese; '' where that is not known yet.
        """
        request = {"what": "read", "arguments": (path, instructions, today, file_no), "times": 1}
        try:
            return self._fresh_child().ask(request, limits_for(path), notify)
        except _Broken as broken:
            self._end()
            entry = SheetReport(str(path), file_no=file_no)
            entry.reject(broken.code)
            return [ReadSheet(entry)]
        except BaseException:
            # An interrupted load does not wait for the file.
            self._end()
            raise

    def returned(
        self, path: Path, entries: Sequence[SheetReport], data: bytes | None = None
    ) -> list[tuple[str, bytes]]:
        """Like `refused_rows.workbooks`; raises FileRefused also where the file breaks or overloads the process."""
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
        """The process, a new one where an earlier file made it grow, since that would count for the next file."""
        if self._child is not None and not self._child.is_worth_keeping:
            self._end()
        self._child = self._child or _Child()
        return self._child

    def close(self) -> None:
        """Keep the process for the next load."""
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
    """The limits for a file, by its size; for a packed file they grow with what it turns out to unpack to."""
    return limits.of(size_mb(path))


def size_mb(path: Path) -> float:
    """The size of a file in megabytes; 0 where it no longer exists, which reading it will report."""
    try:
        return path.stat().st_size / MEGABYTE
    except OSError:
        return 0


class _Child:
    """One process, its pipes, and the thread that receives its messages."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        # A file, since a pipe that nobody empties would stop the process; it is read only when the process ends.
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from dashboard.ledgers.worker import process; process.serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=_environment(),
        )
        self._usage = psutil.Process(self._process.pid)
        self._first_bytes: int | None = None
        self._answers: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="ledger reader", daemon=True).start()

    def ask(self, request: dict[str, Any], allowed: Limits, notify: Notify = lambda stage: None) -> Any:
        """The answer to a request, whose first argument is the path of the file; raises _Broken."""
        if self._first_bytes is None:
            self._wait(_Watch(self._usage, allowed), notify)
            self._first_bytes = self._size()
        # The process may have been started in another folder; paths are relative to the present one.
        folder = None if request["arguments"][0].is_absolute() else str(Path.cwd())
        request = request | {"folder": folder, "allowed": allowed}
        try:
            protocol.send(self._process.stdin, request)
        except OSError as error:
            raise _Broken(self._why()) from error
        return self._wait(_Watch(self._usage, allowed), notify)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it runs, belongs to this process, and has not grown."""
        if self.owner != os.getpid() or self._process.poll() is not None:
            return False
        return self._first_bytes is None or self._size() < _GROWN * self._first_bytes

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _wait(self, watch: "_Watch", notify: Notify) -> Any:
        """The answer of the process; raises _Broken where it fails, ends or exceeds its limits."""
        stage = ""
        while True:
            try:
                answer = self._answers.get(timeout=_TICK_S)
            except queue.Empty:
                if code := watch.exceeded():
                    raise _Broken(code) from None
                notify(stage)
                continue
            match answer:
                case None:
                    raise _Broken(self._why())
                case ("stage", stage):
                    notify(stage)
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
        """The code of the message for a process that ended by itself."""
        result = self._process.wait()
        self._stderr.seek(0)
        if any(words in self._stderr.read() for words in _NO_MEMORY):
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
    """Compares what a process uses from now on with its limits (``allowed``)."""

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
            return None  # it has just ended, which its pipe reports
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
        """The kept process, if it can be used for another load."""
        with self._lock:
            child, self._child = self._child, None
        if child is None or child.is_worth_keeping:
            return child
        self._drop(child)
        return None

    def give(self, child: _Child) -> None:
        """Keep a process, unless one is kept already; else end it."""
        with self._lock:
            if self._child is None and child.is_worth_keeping:
                self._child = child
                return
        self._drop(child)

    def clear(self) -> None:
        """End the kept process."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            self._drop(child)

    @staticmethod
    def _drop(child: _Child) -> None:
        # After a fork it belongs to another process.
        if child.owner == os.getpid():
            child.kill()


_idle = _Idle()
atexit.register(_idle.clear)


def _environment() -> dict[str, str]:
    """The environment of the process: it finds this package, and Arrow does not reserve a gigabyte at once."""
    search = [str(paths.PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(search), "ARROW_DEFAULT_MEMORY_POOL": "system"}
