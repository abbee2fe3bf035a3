"""Integrity checks of a published version from ``data/checks.toml``: one query each over the rows of every ledger."""

import tomllib
from dataclasses import dataclass
from functools import cache

from dashboard import paths


@dataclass(frozen=True)
class IntegrityCheck:
    """One check; its query ``queries/checks/<severity>/<id>.sql`` gives what is wrong, so no row is good."""

    id: str
    severity: str
    title: str

    @property
    def query(self) -> str:
        """The name of its query."""
        return f"checks/{self.severity}/{self.id}"


@cache
def all_checks() -> tuple[IntegrityCheck, ...]:
    """Every check, in the order of the file."""
    severities = tomllib.loads((paths.DATA / "checks.toml").read_text(encoding="utf-8"))
    return tuple(
        IntegrityCheck(check, severity, facts["title"])
        for severity, checks in severities.items()
        for check, facts in checks.items()
    )
