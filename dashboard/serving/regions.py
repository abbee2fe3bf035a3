"""The tree of counties, townships and villages."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import pandas as pd

from dashboard import language


@dataclass(frozen=True)
class Region:
    """A county, township or village by its 12-digit code."""

    code: str
    level: str
    name: str
    parent: str | None

    @property
    def parts(self) -> str:
        """The kind of the regions directly below: 乡镇 of a county, 村 of a township."""
        is_county = self.level == "county"
        return language.words("serving.parts_of_county" if is_county else "serving.parts_of_township")


class Tree:
    """Regions by code, and the children of each in the order of their codes; made from rows of ``meta/units``."""

    def __init__(self, units: pd.DataFrame) -> None:
        self._regions = {
            row.region_code: Region(row.region_code, row.region_level, row.region_name, row.parent_code)
            for row in units.itertuples()
        }
        children = defaultdict(list)
        for region in self._regions.values():
            children[region.parent].append(region.code)
        self._children = {parent: tuple(codes) for parent, codes in children.items()}
        self.counties = tuple(region for region in self._regions.values() if region.level == "county")
        names = Counter((region.parent, region.name) for region in self._regions.values())
        self._repeated = {key for key, count in names.items() if count > 1}

    def region(self, code: str) -> Region:
        """The region of a code; KeyError for one not in the directory."""
        return self._regions[code]

    def children(self, code: str) -> tuple[str, ...]:
        """Codes of the regions directly below."""
        return self._children.get(code, ())

    def label(self, code: str) -> str:
        """The region's name, with its code where a sister region is called the same."""
        region = self._regions[code]
        return f"{region.name}（{code}）" if (region.parent, region.name) in self._repeated else region.name
