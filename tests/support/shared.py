"""What is made once in a run of the tests, whichever of its processes needs it first."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def built_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The path ``make`` has filled, in this process or in another of the same run; nobody may change what is in it."""
    of_this_process = factory.getbasetemp()
    folder = of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process
    done, target = folder / f"{name}.done", folder / f"shared-{name}"
    with FileLock(folder / f"{name}.lock"):
        if not done.exists():
            make(target)
            done.touch()
    return target
