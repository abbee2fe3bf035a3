"""Money in the invented county, in cents: yearly incomes of households, collective economy of villages."""

from dataclasses import dataclass

import numpy as np

from dashboard.sample import county
from dashboard.sample.county import YEARS, SampleVillage, Township
from dashboard.sample.monitoring import CATEGORIES, Monitoring
from dashboard.sample.people import Households, Members

DROUGHT_YEAR = YEARS.index(2023)

# Net income per head of households with a story, yuan a year, by year.
_RELAPSED_YUAN = (4_900, 6_500, 8_100, 9_300, 5_300)
_SLIPPED_YUAN = (5_200, 6_900, 8_500, 9_000, 5_600)


@dataclass
class Incomes:
    """Yearly incomes in cents: arrays of shape (households, years)."""

    size: np.ndarray
    """Persons of the household in that year."""
    wage: np.ndarray
    business: np.ndarray
    property: np.ndarray
    transfer: np.ndarray
    business_cost: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """Net income (家庭纯收入) in cents."""
        return self.wage + self.business + self.property + self.transfer - self.business_cost

    @property
    def net_per_capita(self) -> np.ndarray:
        """Net income per head in cents, rounded half up."""
        return (2 * self.net + self.size) // (2 * self.size)


def incomes(
    township: Township, homes: Households, people: Members, watch: Monitoring, rng: np.random.Generator
) -> Incomes:
    """Five years of every household's income; parts add up to the net income exactly."""
    shape = (len(homes.size), len(YEARS))
    size = _yearly_size(homes.size, watch, rng)
    per_head = _per_head_yuan(township, homes, watch, rng)
    workers = np.bincount(people.household, people.months_worked > 0, minlength=shape[0])
    able = np.bincount(
        people.household, np.isin(people.skill, ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")), minlength=shape[0]
    )
    shares = _shares(workers, able, rng)
    total = (per_head * size)[:, :, None] * shares
    drop = _hardship(watch, shape)
    wage, property_, transfer = total[:, :, 0] * drop, total[:, :, 2], total[:, :, 3]
    cost_share = rng.uniform(0.28, 0.42, shape)
    gross = total[:, :, 1] / (1 - cost_share)
    cost = gross * cost_share
    gross = gross * drop
    if township.position in county.DROUGHT_TOWNSHIPS:
        # The crop fails, what it cost does not come back, relief covers a little; a poor year follows.
        gross[:, DROUGHT_YEAR] *= rng.uniform(0.32, 0.5, shape[0])
        wage[:, DROUGHT_YEAR] *= 0.9
        transfer[:, DROUGHT_YEAR] *= 1.06
        gross[:, DROUGHT_YEAR + 1] *= 0.9
    lowest = 120.0 * size
    return Incomes(
        size=size,
        wage=_cents(wage, 1_000),
        business=_cents(gross, 100),
        property=_cents(property_, 100),
        transfer=_cents(np.maximum(transfer, lowest + np.maximum(cost - gross, 0)), 1),
        business_cost=_cents(cost, 100),
    )


def _cents(yuan: np.ndarray, step: int) -> np.ndarray:
    """Whole cents, in steps people round to (1,000 = ten yuan)."""
    return np.floor(yuan * 100 / step).astype(np.int64) * step


def _yearly_size(size: np.ndarray, watch: Monitoring, rng: np.random.Generator) -> np.ndarray:
    """This year's household size, and earlier ones that differ now and then by a person born, wed or dead."""
    shape = (len(size), len(YEARS))
    change = rng.choice((-1, 0, 1), shape, p=(0.03, 0.94, 0.03))
    change[:, -1] = 0
    change[watch.is_relapsed | watch.is_slipped] = 0
    return np.clip(size[:, None] + change, 1, 10)


def _per_head_yuan(township: Township, homes: Households, watch: Monitoring, rng: np.random.Generator) -> np.ndarray:
    n = len(homes.size)
    in_range = np.isin(watch.category, CATEGORIES[:2])
    start = np.where(homes.is_escaped, 11_000.0, 14_200.0) * np.exp(rng.normal(0, 0.3, n))
    # Some townships and villages are better off than others.
    village = rng.normal(rng.normal(0, 0.07), 0.09, len(township.villages))
    start *= np.exp(village)[homes.village]
    poor = in_range & ~watch.is_eliminated
    recovered = in_range & watch.is_eliminated
    start[poor] = 5_900 * np.exp(rng.normal(0, 0.14, poor.sum()))
    start[recovered] = 6_700 * np.exp(rng.normal(0, 0.12, recovered.sum()))
    yearly = np.where(homes.is_escaped, 1.105, 1.072)
    yearly[poor], yearly[recovered] = 1.05, 1.125
    path = start[:, None] * yearly[:, None] ** np.arange(len(YEARS))
    path *= np.exp(rng.normal(0, 0.055, path.shape))
    path[watch.is_relapsed] = _RELAPSED_YUAN
    path[watch.is_slipped] = _SLIPPED_YUAN
    return path


def _hardship(watch: Monitoring, shape: tuple[int, int]) -> np.ndarray:
    """What is left of earned income in the year a sudden hardship (突发严重困难) struck."""
    left = np.ones(shape)
    struck = (watch.category == CATEGORIES[2]) & ~watch.is_relapsed & ~watch.is_slipped
    year = watch.identified_on.astype("datetime64[Y]").astype(int) + 1970
    for index, income_year in enumerate(YEARS):
        left[struck & (year == income_year), index] = 0.55
    return left


def _shares(workers: np.ndarray, able: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shares of wage, net business, property and transfer income, shape (households, years, 4)."""
    n = len(workers)
    weights = np.stack(
        [
            np.where(workers > 0, 0.48 + 0.08 * np.minimum(workers, 3), np.where(able > 0, 0.08, 0.0)),
            np.where(able > 0, 0.27, 0.05),
            np.where(rng.random(n) < 0.55, 0.025, 0.0),
            np.where(workers > 0, 0.13, 0.42),
        ],
        axis=1,
    )
    varied = weights[:, None, :] * rng.uniform(0.85, 1.15, (n, len(YEARS), 4))
    return varied / varied.sum(axis=2, keepdims=True)


@dataclass(frozen=True)
class VillageAccount:
    """A village's collective economy in one year, in cents; ``lease`` and ``investment`` are parts of ``operating``."""

    operating: int
    lease: int
    investment: int
    subsidy: int
    other: int
    cost: int

    @property
    def total(self) -> int:
        """总收入 in cents."""
        return self.operating + self.subsidy + self.other


def village_accounts(village: SampleVillage, seed: int) -> dict[int, VillageAccount]:
    """A village's accounts by year; a year it did not report is left out."""
    rng = np.random.default_rng([seed, 5, village.position])
    start = float(np.exp(rng.normal(np.log(105_000), 0.5)))
    growth = rng.uniform(1.05, 1.24)
    luck = rng.random()
    accounts: dict[int, VillageAccount] = {}
    for index, year in enumerate(YEARS):
        operating = round(start * growth**index * rng.uniform(0.94, 1.06) * 100)
        subsidy = round(rng.uniform(15_000, 90_000)) * 100
        operating, subsidy = _with_story(village.position, luck, year, operating, subsidy, rng)
        if village.position == county.UNREPORTED_VILLAGE and year == YEARS[-1]:
            continue
        lease = int(operating * rng.uniform(0.25, 0.45))
        investment = int(operating * rng.uniform(0.05, 0.25))
        other = round(rng.uniform(0, 4_000) * 100)
        cost = int((operating * 0.35 + subsidy * 0.8 + other * 0.5) * rng.uniform(0.7, 1.1))
        accounts[year] = VillageAccount(operating, lease, investment, subsidy, other, cost)
    return accounts


def _with_story(
    position: int, luck: float, year: int, operating: int, subsidy: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Operating income and subsidy in cents as the village's story has them; larger counties repeat the stories."""
    beyond = position >= county.LEAST_VILLAGES
    if position == county.MILLION_VILLAGE:
        before = 38_000_000 + 6_000_000 * YEARS.index(year)
        return (104_650_000, 17_400_000) if year == YEARS[-1] else (before, 9_000_000)
    if position in county.SUBSIDY_VILLAGES or (beyond and luck < 0.06):
        return round(rng.uniform(1_200, 7_800) * 100), round(rng.uniform(420_000, 860_000)) * 100
    if position in county.SHELL_VILLAGES or (beyond and luck > 0.95):
        return 0, round(rng.uniform(20_000, 60_000)) * 100
    if position in county.BORDER_VILLAGES and year == YEARS[-1]:
        return county.BORDER_VILLAGES[position], subsidy
    # Nobody else reaches a million.
    return min(operating, 82_000_000), subsidy
