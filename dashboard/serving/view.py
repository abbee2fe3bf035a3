"""What a page shows: the version it reads, the place and the year its reader chose."""

from dataclasses import dataclass
from typing import Any

from dashboard.serving.regions import Region
from dashboard.warehouse.versions import Version


@dataclass(frozen=True)
class View:
    """The filters in force; ``version`` and ``place`` are None before the first load and where ``is_damaged``.

    ``trail`` is the place with what contains it, county first. ``is_damaged``: the version in force cannot be read.
    """

    version: Version | None
    trail: tuple[Region, ...] = ()
    year: int | None = None
    jurisdiction: str = ""
    is_damaged: bool = False

    @property
    def place(self) -> Region | None:
        """The county, township or village looked at."""
        return self.trail[-1] if self.trail else None

    @property
    def township_code(self) -> str | None:
        """The township looked at, or that of the village looked at; None for the whole county."""
        return self.trail[1].code if len(self.trail) > 1 else None

    def params(self, **more: Any) -> dict[str, Any]:
        """Values for queries: ``region_code``, ``region_level``, ``year``, ``as_of``, and what the page adds."""
        return {
            "region_code": self.place.code,
            "region_level": self.place.level,
            "year": self.year,
            "as_of": self.version.as_of,
            **more,
        }

    def in_words(self) -> str:
        """The filters as a reader would say them: 清源县 › 柳河镇，2025年."""
        place = " › ".join(region.name for region in self.trail)
        return f"{place}，{self.year}年" if self.year is not None else place
