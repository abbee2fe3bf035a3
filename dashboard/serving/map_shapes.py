"""Village outlines of a version, drawn once per version."""

from dashboard import language, paths
from dashboard.display import map_outlines
from dashboard.serving.bounded_cache import BoundedCache
from dashboard.warehouse import queries, versions

_drawings = BoundedCache(8)


def drawing(version_id: str) -> bytes:
    """The outlines of a version as JSON (`map_outlines.drawing`); StoreError where there is no such version."""
    root = paths.database_root()
    version = next((version for version in versions.published(root) if version.id == version_id), None)
    if version is None:
        raise versions.StoreError(language.words("serving.version_missing", version=version_id))
    return _drawings.get(
        (str(root), version_id),
        lambda: map_outlines.drawing(queries.run(versions.connection(root, version), "meta/outlines")),
    )


def warm_up() -> None:
    """Make the current version's drawing before anybody asks for it."""
    version = versions.current(paths.database_root())
    if version is not None:
        drawing(version.id)
