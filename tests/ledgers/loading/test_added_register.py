"""A new register is a form, a schema, an export query and a case, and nothing in Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard import paths

HERE = Path(__file__).parent
ADDED = paths.PROJECT / "tests" / "support" / "added_register"
# Tests that take every form there is, asked about this one.
FOR_EVERY_FORM = (
    "definitions/test_forms.py",
    "warehouse/test_integrity.py",
    "ledgers/feedback/test_blank_templates.py",
    "ledgers/layout/test_layouts.py",
)


def test_a_register_is_added_without_a_line_of_python(prepared, tmp_path):
    environment = os.environ | {"OLD_DB": str(prepared)}
    for folder in ("data", "queries"):
        copy = shutil.copytree(
            paths.PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("db", "sample", "*.lock")
        )
        shutil.copytree(ADDED / folder, copy, dirs_exist_ok=True)
        environment[f"DASHBOARD_{folder.upper()}"] = str(copy)
    files = [HERE / "added_register.py", *(paths.PROJECT / "tests" / name for name in FOR_EVERY_FORM)]
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "added_register or allowances", *map(str, files)],
        cwd=paths.PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0, tests.stdout[-6000:]
