"""Settings of this installation (``data/settings.toml``): whose thresholds apply, and what reading a file may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard import language, paths
from dashboard.definitions import toml_files


@dataclass(frozen=True)
class Settings:
    """What the office that installed the dashboard has chosen."""

    jurisdiction: str
    """Id of the jurisdiction in ``policy.toml`` whose thresholds apply (执行口径); '' where none is chosen."""
    office_name: str
    """The office in the header of every page; '' for none."""
    reading: Mapping[str, float]
    """Limits of reading one ledger file, by the names they have under ``[reading]``: megabytes, seconds, counts."""


def read(folder: Path | None = None) -> Settings:
    """The settings in a folder (default: the project's data); DefinitionsInvalid where the file cannot be used."""
    file = (folder or paths.DATA) / "settings.toml"
    facts = toml_files.read(file, language.words("definitions.policy_file"))
    return Settings(facts.get("jurisdiction", ""), facts.get("office_name", ""), facts.get("reading", {}))
