"""What a fork server does with a file that may be hostile: it reads it, and says what that took."""

import json
import re
import time
from pathlib import Path

from dashboard.ledgers import containers


def read(path: str) -> None:
    """Print the code and details a file is refused with, processor seconds and the most megabytes."""
    code, details = None, {}
    started = time.process_time()
    for handed in containers.files(Path(path)):
        try:
            if handed.refused:
                raise handed.refused
            list(containers.sheets(handed.data))
        except containers.FileRefused as error:
            code, details = error.code, error.details
    print(json.dumps([code, details, time.process_time() - started, most_mb()]))


def most_mb() -> float:
    """The most memory this process had. (getrusage would count what its parent had when it was started.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)[1]) / 1024
