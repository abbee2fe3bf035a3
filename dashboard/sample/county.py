"""Places of the invented county: townships and villages with codes, names and numbers of households."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dashboard import paths

YEARS = (2021, 2022, 2023, 2024, 2025)
LAST_DAY = np.datetime64("2025-12-31")

HOUSEHOLDS_PER_VILLAGE = 200
VILLAGES_PER_TOWNSHIP = 20
LEAST_VILLAGES = 60
LEAST_TOWNSHIPS = 6
# Codes leave room for 100 towns (镇) and 200 townships (乡); a county of 5,000 villages is beyond any real one.
MOST_VILLAGES = 5_000

# Places of the stories in the package's docstring, by position in the directory.
LAGGING_TOWNSHIP = 3
DROUGHT_TOWNSHIPS = (1, 4)
RENAMED_VILLAGE = 2
SUBSIDY_VILLAGES = (7, 22, 38, 53)
SHELL_VILLAGES = (11, 33, 47)
MILLION_VILLAGE = 16
UNREPORTED_VILLAGE = 41
# In these villages the first household of the register has a story.
RELAPSED_VILLAGE = 9
SLIPPED_VILLAGES = (20, 36, 49)
REPEATED_NAME_VILLAGES = ((3, 35), (14, 56))
# Operating income of 2025 in cents, on and around the target of 150,000 yuan.
BORDER_VILLAGES = {
    25: 15_000_000,
    26: 14_999_999,
    5: 14_960_000,
    44: 14_785_050,
    27: 15_000_001,
    51: 15_086_000,
}

# Villages of a township vary in number around the mean.
_UNEVEN = (2, -1, 0, -2, 1, 0)


@dataclass(frozen=True)
class SampleVillage:
    """An administrative village (行政村) of the invented county."""

    position: int
    """Its place in the directory of the whole county, from 0."""
    code: str
    """12 digits."""
    name: str
    households: int
    """How many households it has."""
    former_name: str | None
    """曾用名; None where there is none."""
    is_escaped: bool
    """Whether it was a poor village (是否脱贫村)."""


@dataclass(frozen=True)
class Township:
    """A township (乡镇) with its villages."""

    position: int
    """Its place in the directory, from 0."""
    code: str
    """12 digits."""
    name: str
    villages: tuple[SampleVillage, ...]
    first_household: int
    """How many households the townships before it have."""

    @property
    def households(self) -> int:
        """How many households it has."""
        return sum(village.households for village in self.villages)


@cache
def words(name: str) -> dict[str, Any]:
    """A word list, ``data/invented/<name>.toml``; not to be changed by the caller."""
    return tomllib.loads((paths.DATA / "invented" / f"{name}.toml").read_text(encoding="utf-8"))


def townships(households: int, seed: int) -> list[Township]:
    """The county's townships for a number of households; ValueError when there is not even one."""
    if households < 1:
        raise ValueError("户数至少为 1。")
    rng = np.random.default_rng([seed, 1])
    village_count = min(max(LEAST_VILLAGES, households // HOUSEHOLDS_PER_VILLAGE), MOST_VILLAGES)
    township_count = max(LEAST_TOWNSHIPS, -(-village_count // VILLAGES_PER_TOWNSHIP))
    sizes = _village_sizes(households, village_count, rng)
    escaped = rng.random(village_count) < 0.25
    counts = _villages_per_township(village_count, township_count)
    codes = _township_codes(township_count)
    names = _township_names(township_count, rng)
    made: list[Township] = []
    start = first_household = 0
    for position, count in enumerate(counts):
        members = range(start, start + count)
        village_names = _village_names(list(members), rng)
        villages = tuple(
            SampleVillage(
                position=at,
                code=f"{codes[position][:9]}{200 + number:03d}",
                name=village_names[number],
                households=int(sizes[at]),
                former_name=words("names")["places"]["former_name"] if at == RENAMED_VILLAGE else None,
                is_escaped=bool(escaped[at]),
            )
            for number, at in enumerate(members)
        )
        made.append(Township(position, codes[position], names[position], villages, first_household))
        start += count
        first_household += made[-1].households
    return made


def _village_sizes(households: int, villages: int, rng: np.random.Generator) -> np.ndarray:
    """Households of each village, shape (villages,): at least one each if there are enough, stories first."""
    stories = (RELAPSED_VILLAGE, *SLIPPED_VILLAGES)
    order = np.r_[stories, np.setdiff1d(np.arange(villages), stories)]
    sizes = np.zeros(villages, dtype=np.int64)
    sizes[order[:households]] = 1
    weights = rng.uniform(0.6, 1.4, villages)
    shares = max(households - villages, 0) * weights / weights.sum()
    more = np.floor(shares).astype(np.int64)
    left = max(households - villages, 0) - more.sum()
    more[np.argsort(more - shares, kind="stable")[:left]] += 1
    return sizes + more


def _villages_per_township(villages: int, township_count: int) -> list[int]:
    counts = [villages // township_count + _UNEVEN[at % len(_UNEVEN)] for at in range(township_count)]
    gap = villages - sum(counts)
    for at in range(abs(gap)):
        counts[at % township_count] += 1 if gap > 0 else -1
    return counts


def _towns(township_count: int) -> int:
    """How many of the townships are towns (镇); the rest are townships proper (乡)."""
    return min(township_count // 2, 100)


def _township_codes(township_count: int) -> list[str]:
    county = words("names")["county"]["county_code"][:6]
    towns = _towns(township_count)
    numbers = [100 + at if at < towns else 200 + at - towns for at in range(township_count)]
    return [f"{county}{number:03d}000" for number in numbers]


def _township_names(township_count: int, rng: np.random.Generator) -> list[str]:
    places = words("names")["places"]
    stems = [a + b for a in places["township_first"] for b in places["township_second"]]
    chosen = rng.permutation(len(stems))[:township_count]
    towns = _towns(township_count)
    return [stems[stem] + ("镇" if at < towns else "乡") for at, stem in enumerate(chosen)]


def _village_names(positions: list[int], rng: np.random.Generator) -> list[str]:
    """Names of one township's villages: unique within it, though they may recur in another."""
    places = words("names")["places"]
    stems = [a + b for a in places["village_first"] for b in places["village_second"]]
    names = [stems[stem] + "村" for stem in rng.permutation(len(stems))[: len(positions)]]
    for name, pair in zip(places["repeated_villages"], REPEATED_NAME_VILLAGES, strict=True):
        for position in pair:
            if position in positions:
                names[positions.index(position)] = name
    return names
