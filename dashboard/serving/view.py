"""What a page shows: the version it reads, the place and the year its reader chose."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from dashboard import language, paths
from dashboard.serving.regions import Region
from dashboard.warehouse.versions import Version

# Until there are accounts every reader sees every place, with personal data masked.
EVERYWHERE, MASKED = "", "masked"


class ViewKey(NamedTuple):
    """Everything that what a page shows depends on, besides its own choices; what is cached for pages is cached by it.

    ``version`` is its id and when it was made, since a folder that was emptied begins to count anew; ``version`` and
    ``place`` are '' where there is none. ``scope`` is the region whose data the reader may see ('' for
    all), ``masking`` his right to personal data: two readers with different rights never share what was made.
    """

    database: str
    version: str
    place: str
    year: int | None
    scope: str
    masking: str


@dataclass(frozen=True)
class View:
    """The filters in force; ``version`` and ``place`` are None before the first load and where ``is_damaged``.

    ``trail`` is the place with what contains it, county first. ``is_damaged``: the current version cannot be read.
    """

    version: Version | None
    trail: tuple[Region, ...] = ()
    year: int | None = None
    jurisdiction: str = ""
    is_damaged: bool = False
    scope: str = EVERYWHERE
    masking: str = MASKED

    @property
    def key(self) -> ViewKey:
        """What caches know a view by."""
        return ViewKey(
            database=str(paths.database_root()),
            version=f"{self.version.id} {self.version.created_at.isoformat()}" if self.version else "",
            place=self.place.code if self.place else "",
            year=self.year,
            scope=self.scope,
            masking=self.masking,
        )

    @property
    def place(self) -> Region | None:
        """The county, township or village looked at."""
        return self.trail[-1] if self.trail else None

    @property
    def county(self) -> Region | None:
        """The county looked at, or that of the township or village looked at."""
        return self.trail[0] if self.trail else None

    @property
    def township_code(self) -> str | None:
        """The township looked at, or that of the village looked at; None for the whole county."""
        return self.trail[1].code if len(self.trail) > 1 else None

    def params(self, **more: Any) -> dict[str, Any]:
        """Values for queries: ``region_code``, ``region_level``, ``county_code``, ``year``, ``as_of`` and ``more``."""
        return {
            "region_code": self.place.code,
            "region_level": self.place.level,
            "county_code": self.county.code,
            "year": self.year,
            "as_of": self.version.as_of,
            **more,
        }

    def in_words(self) -> str:
        """The place and year as text: 清源县 › 柳河镇，2025年."""
        place = " › ".join(region.name for region in self.trail)
        if self.year is None:
            return place
        return language.words("serving.place_and_year", place=place, year=self.year)
