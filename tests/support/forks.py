"""Processes without the wait for their imports: a server that has imported the package forks one for every call.

The server never opens a database, so that nothing of DuckDB is shared; a process's memory and time are its own.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard import paths

_FILES = 3


class Forked:
    """A running process; ``stdin`` and ``stdout`` are open files of text, ``stderr`` is read at the end."""

    def __init__(self, connection: socket.socket, stdin: int, stdout: int, stderr: int) -> None:
        self._connection = connection
        self._answers = connection.makefile("r", encoding="ascii")
        self.pid = int(self._answers.readline())
        self.stdin = os.fdopen(stdin, "w", encoding="utf-8")
        self.stdout = os.fdopen(stdout, encoding="utf-8")
        self._stderr = os.fdopen(stderr, encoding="utf-8")

    def kill(self) -> None:
        """End it as kill -9 does, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code once it has ended; that of a signal is negative."""
        self.finish()
        return self.returncode

    def finish(self, words: str = "") -> subprocess.CompletedProcess:
        """Send it words, and give its code and all it wrote once it has ended."""
        with contextlib.suppress(BrokenPipeError):
            self.stdin.write(words)
            self.stdin.close()
        out = self.stdout.read()
        error = self._stderr.read()
        self.returncode = int(self._answers.readline())
        for stream in (self.stdout, self._stderr, self._answers, self._connection):
            stream.close()
        return subprocess.CompletedProcess([], self.returncode, out, error)


class ForkServer:
    """Runs functions of one module of ``tests/support``, each call in a process of its own."""

    def __init__(self, module: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._address = str(Path(self._folder.name) / "calls")
        search = os.pathsep.join([str(paths.PROJECT), str(Path(__file__).parent)])
        ready, told = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import forks; forks.serve({module!r}, {self._address!r}, {told})"],
            cwd=paths.PROJECT,
            env=os.environ | {"PYTHONPATH": search},
            pass_fds=[told],
        )
        os.close(told)
        with os.fdopen(ready) as waiting:
            assert waiting.read() == "ready", "the fork server did not start"

    def start(self, function: str, *arguments: Any) -> Forked:
        """Call a function of the module with arguments of text and numbers."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        (in_, stdin), (stdout, out), (stderr, error) = os.pipe(), os.pipe(), os.pipe()
        call = json.dumps([function, [str(one) if isinstance(one, Path) else one for one in arguments]])
        socket.send_fds(connection, [call.encode() + b"\n"], [in_, out, error])
        for descriptor in (in_, out, error):
            os.close(descriptor)
        return Forked(connection, stdin, stdout, stderr)

    def run(self, function: str, *arguments: Any) -> subprocess.CompletedProcess:
        """Call a function and wait for its end: its exit code and what it wrote."""
        return self.start(function, *arguments).finish()

    def close(self) -> None:
        """End the server; whatever it has started has ended before."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


@contextlib.contextmanager
def forking(module: str) -> Iterator[ForkServer]:
    """A fork server for a module of ``tests/support``."""
    server = ForkServer(module)
    try:
        yield server
    finally:
        server.close()


def serve(module: str, address: str, ready: int) -> None:
    """Import the module and fork for every call that comes (in the server's own process)."""
    functions = importlib.import_module(module)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    os.write(ready, b"ready")
    os.close(ready)
    while True:
        connection, _ = listening.accept()
        _reap()
        if os.fork() == 0:
            listening.close()
            _monitor(functions, connection)
        connection.close()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _monitor(functions: Any, connection: socket.socket) -> None:
    """Fork the process of a call, and tell its number and at its end its exit code."""
    call, descriptors, *_ = socket.recv_fds(connection, 65536, _FILES)
    name, arguments = json.loads(call)
    child = os.fork()
    if child == 0:
        connection.close()
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
            os.close(descriptor)
        _call(getattr(functions, name), arguments)
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(f"{child}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.sendall(f"{code}\n".encode())
    os._exit(0)


def _call(function: Any, arguments: list) -> None:
    """Run a function as a program: what it returns, or exits with, is the exit code."""
    sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace")
    code: Any = 1
    try:
        code = function(*arguments)
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        traceback.print_exc()
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)
