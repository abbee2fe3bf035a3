"""Source documents (来源文件, ``data/documents.toml``) that thresholds and definitions refer to by id."""

from pathlib import Path

from dashboard import language, paths
from dashboard.definitions import toml_files


def file(folder: Path | None = None) -> Path:
    """The file that lists them, in a folder (default: the project's data)."""
    return (folder or paths.DATA) / "documents.toml"


def titles(folder: Path | None = None) -> dict[str, str]:
    """Titles by id; DefinitionsInvalid where the file cannot be used or an entry lacks its id or title."""
    listing = file(folder)
    tables = toml_files.read(listing, language.words("definitions.policy_file"))
    entries = toml_files.entries(listing, tables, "document", ("id", "title"))
    return {entry["id"]: entry["title"] for entry in entries}
