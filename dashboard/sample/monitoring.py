"""Monitored households of the invented county: risks and dates, visits, measures."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.sample import county
from dashboard.sample.county import LAST_DAY, Township, words
from dashboard.sample.people import Households, Members, given_names

NOT_MONITORED = ""
CATEGORIES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
MONTHS = np.arange(np.datetime64("2024-01"), np.datetime64("2026-01"))
RISKS = ("因病", "因残", "因学", "缺劳动力", "因务工就业不稳", "因灾", "因产业项目失败", "因意外事故")
_RISK_SHARES = (0.33, 0.12, 0.08, 0.14, 0.17, 0.06, 0.05, 0.05)
_MODES = ("入户", "电话", "视频")
_MODE_SHARES = (0.85, 0.11, 0.04)

REIDENTIFIED_ON = np.datetime64("2025-09-18")
_RELAPSE_SEEN_ON = np.datetime64("2025-08-21")
_LAGGING_SINCE = np.datetime64("2025-07")

# Rows per household on average, for choosing a file type.
VISITS_PER_HOUSEHOLD = 1.2
MEASURES_PER_HOUSEHOLD = 0.1


@dataclass
class Monitoring:
    """Each household's monitoring on the last day: arrays of shape (households,); no meaning where not monitored."""

    category: np.ndarray
    identified_on: np.ndarray
    is_eliminated: np.ndarray
    eliminated_on: np.ndarray
    risks: list[tuple[str, ...]]
    helper: np.ndarray
    """Names of 帮扶责任人."""
    is_relapsed: np.ndarray
    """Identified a second time, see the package's stories."""
    is_slipped: np.ndarray
    """Counted as eliminated although its income is low again."""

    @property
    def is_monitored(self) -> np.ndarray:
        """Whether each household is or was monitored."""
        return self.category != NOT_MONITORED


def monitoring(township: Township, homes: Households, rng: np.random.Generator) -> Monitoring:
    """Who is monitored, since when and why; changes ``homes.is_escaped`` where a story needs it."""
    n = len(homes.size)
    relapsed = _first_households(township, homes, (county.RELAPSED_VILLAGE,))
    slipped = _first_households(township, homes, county.SLIPPED_VILLAGES)
    homes.is_escaped |= relapsed | slipped
    luck = rng.random(n)
    category = np.select(
        [homes.is_escaped & (luck < 0.088), ~homes.is_escaped & (luck < 0.024), luck > 0.99],
        CATEGORIES,
        NOT_MONITORED,
    )
    year = rng.choice(np.arange(2020, 2026), n, p=(0.12, 0.17, 0.19, 0.19, 0.18, 0.15))
    hit = (rng.random(n) < 0.4) & (township.position in county.DROUGHT_TOWNSHIPS)
    year = np.where(hit, 2023, year)
    day_of_year = np.where(hit, rng.integers(240, 360, n), rng.integers(20, 300, n))
    identified = year.astype("U4").astype("datetime64[D]") + day_of_year
    eliminated_on = identified + rng.integers(200, 620, n)
    eliminated = (rng.random(n) < 0.64) & (eliminated_on < LAST_DAY - 20)
    risks = _risks(n, hit, rng)

    category[relapsed | slipped] = CATEGORIES[0]
    identified[relapsed], eliminated[relapsed] = REIDENTIFIED_ON, False
    identified[slipped], eliminated_on[slipped] = np.datetime64("2021-05-12"), np.datetime64("2023-06-20")
    eliminated[slipped] = True
    for at in np.flatnonzero(relapsed):
        risks[at] = ("因病", "因务工就业不稳")
    people = words("names")["people"]
    surname = np.array(people["surnames"])[rng.integers(0, len(people["surnames"]), n)]
    helper = np.char.add(surname, given_names(rng.random(n) < 0.6, rng))
    return Monitoring(category, identified, eliminated, eliminated_on, risks, helper, relapsed, slipped)


def _first_households(township: Township, homes: Households, villages: tuple[int, ...]) -> np.ndarray:
    chosen = np.zeros(len(homes.size), dtype=bool)
    for index, village in enumerate(township.villages):
        if village.position in villages:
            chosen[np.flatnonzero(homes.village == index)[:1]] = True
    return chosen


def _risks(n: int, hit: np.ndarray, rng: np.random.Generator) -> list[tuple[str, ...]]:
    first = rng.choice(len(RISKS), n, p=_RISK_SHARES)
    second = rng.choice(len(RISKS), n, p=_RISK_SHARES)
    first = np.where(hit, RISKS.index("因灾"), first)
    both = (rng.random(n) < 0.35) & (first != second)
    pairs = zip(first.tolist(), second.tolist(), both.tolist(), strict=True)
    return [(RISKS[a], RISKS[b]) if two else (RISKS[a],) for a, b, two in pairs]


def mark_illness(people: Members, watch: Monitoring) -> None:
    """Change the heads' health to what the risks 因病 and 因残 imply."""
    heads = np.flatnonzero(people.relation == "户主")
    ill = np.array(["因病" in risks for risks in watch.risks]) & watch.is_monitored
    disabled = np.array(["因残" in risks for risks in watch.risks]) & watch.is_monitored & ~ill
    people.health[heads[ill]] = np.where(people.age[heads[ill]] % 3 == 0, "患有大病", "长期慢性病")
    people.health[heads[disabled]] = "残疾"


@dataclass
class Visits:
    """Visits (走访) in a township, sorted by day: arrays of shape (visits,)."""

    household: np.ndarray
    """Index of the household in the township's register."""
    visited_on: np.ndarray
    mode: np.ndarray
    has_risk: np.ndarray
    finding: np.ndarray


def visits(township: Township, homes: Households, watch: Monitoring, rng: np.random.Generator) -> Visits:
    """Monthly visits while a household is monitored, quarterly ones afterwards and to some 脱贫户."""
    monthly, months = _monthly(township, watch, rng)
    quarterly, quarters = _quarterly(homes, watch, rng)
    household = np.r_[monthly, quarterly]
    month = np.r_[months, quarters]
    n = len(household)
    first = month.astype("datetime64[D]")
    days = ((month + 1).astype("datetime64[D]") - first).astype(int)
    visited_on = first + (rng.random(n) * days).astype(int)
    # In the month of identification, the visit is the identification or comes after it.
    starts = watch.identified_on[household]
    late = watch.is_monitored[household] & (starts.astype("datetime64[M]") == month) & (visited_on < starts)
    visited_on[late] = starts[late]
    mode = rng.choice(np.array(_MODES), n, p=_MODE_SHARES)
    has_risk = (rng.random(n) < 0.05) & (np.arange(n) < len(monthly))
    finding = _findings(n, has_risk, np.arange(n) >= len(monthly), watch.is_monitored[household], rng)
    story = np.flatnonzero(watch.is_relapsed)
    household = np.r_[household, story]
    visited_on = np.r_[visited_on, np.repeat(_RELAPSE_SEEN_ON, len(story))]
    mode = np.r_[mode, np.repeat("入户", len(story))]
    has_risk = np.r_[has_risk, np.ones(len(story), dtype=bool)]
    finding = np.r_[finding, np.repeat(words("names")["help"]["findings"]["relapse"], len(story))]
    order = np.lexsort((household, visited_on))
    return Visits(household[order], visited_on[order], mode[order], has_risk[order], finding[order])


def _monthly(township: Township, watch: Monitoring, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    monitored = np.flatnonzero(watch.is_monitored)
    starts = watch.identified_on[monitored].astype("datetime64[M]")
    ends = np.where(watch.is_eliminated[monitored], watch.eliminated_on[monitored].astype("datetime64[M]"), MONTHS[-1])
    active = (starts[:, None] <= MONTHS) & (ends[:, None] >= MONTHS)
    likely = np.full(len(MONTHS), 0.955) - 0.03 * (MONTHS.astype(int) % 12 == 1)
    if township.position == county.LAGGING_TOWNSHIP:
        behind = MONTHS >= _LAGGING_SINCE
        likely[behind] = np.linspace(0.72, 0.48, behind.sum())
    row, month = np.nonzero(active & (rng.random(active.shape) < likely))
    return monitored[row], MONTHS[month]


def _quarterly(homes: Households, watch: Monitoring, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = len(homes.size)
    followed = watch.is_monitored & (watch.is_eliminated | watch.is_relapsed)
    chosen = np.flatnonzero(followed | (homes.is_escaped & ~watch.is_monitored & (rng.random(n) < 0.35)))
    month = MONTHS[::3] + rng.integers(0, 3, (len(chosen), len(MONTHS) // 3))
    keep = rng.random(month.shape) < 0.9
    after = np.where(watch.is_eliminated, watch.eliminated_on, np.datetime64("2020-01-01"))[chosen]
    keep &= ~followed[chosen][:, None] | (month > after.astype("datetime64[M]")[:, None])
    keep &= ~watch.is_relapsed[chosen][:, None] | (month < _RELAPSE_SEEN_ON.astype("datetime64[M]"))
    row, quarter = np.nonzero(keep)
    return chosen[row], month[row, quarter]


def _findings(
    n: int, has_risk: np.ndarray, is_quarterly: np.ndarray, monitored: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    texts = words("names")["help"]["findings"]
    pick = rng.random(n)

    def drawn(kind: str) -> np.ndarray:
        return np.array(texts[kind])[(pick * len(texts[kind])).astype(int)]

    return np.select([has_risk, is_quarterly & monitored], [drawn("risk"), drawn("follow_up")], drawn("usual"))


@dataclass
class Measures:
    """Support measures (帮扶措施) in a township: columns of equal length, None where not filled in."""

    household: list[int]
    """Index of the household in the township's register."""
    kind: list[str]
    name: list[str]
    started_on: list[date | None]
    ended_on: list[date | None]
    invested_yuan: list[float | None]
    status: list[str]
    unit: list[str]


def measures(homes: Households, watch: Monitoring, rng: np.random.Generator) -> Measures:
    """One to three measures for most monitored households, one for some 脱贫户, in the order of the register."""
    n = len(homes.size)
    wanted = np.where(watch.is_monitored, rng.choice(4, n, p=(0.04, 0.36, 0.38, 0.22)), 0)
    wanted[homes.is_escaped & ~watch.is_monitored & (rng.random(n) < 0.12)] = 1
    wanted[watch.is_relapsed] = 3
    made = Measures([], [], [], [], [], [], [], [])
    for at in np.flatnonzero(wanted).tolist():
        for kind in _kinds(watch.risks[at], int(wanted[at]), rng):
            _add(made, at, kind, watch, rng)
    return made


def _kinds(risks: tuple[str, ...], wanted: int, rng: np.random.Generator) -> list[str]:
    """Distinct measure types that answer the risks, the first risk first."""
    fitting = words("names")["help"]["for_risk"]
    answers = list(dict.fromkeys(kind for risk in risks for kind in fitting[risk]))
    others = [kind for kind in words("names")["help"]["measures"] if kind not in answers]
    answers.append(others[int(rng.integers(len(others)))])
    return answers[:wanted]


def _add(made: Measures, at: int, kind: str, watch: Monitoring, rng: np.random.Generator) -> None:
    help_words = words("names")["help"]
    luck = rng.random(4)
    status = "已落实" if luck[0] < 0.84 else "正在落实" if luck[0] < 0.95 else "未落实"
    if watch.is_monitored[at]:
        start = watch.identified_on[at] + 5 + int(luck[1] * 50)
    else:
        start = np.datetime64("2022-03-01") + int(luck[1] * 1000)
    if watch.is_relapsed[at] and kind == "健康帮扶":
        # Helped once before, when the household was first monitored.
        start, status = np.datetime64("2021-11-08"), "已落实"
    if start > LAST_DAY:
        start, status = LAST_DAY - int(luck[1] * 10), "正在落实"
    end = start + 180 + int(luck[2] * 400)
    is_over = status == "已落实" and luck[3] < 0.6 and end <= LAST_DAY
    names = help_words["measures"][kind]
    made.household.append(at)
    made.kind.append(kind)
    made.name.append(names[int(luck[1] * len(names))])
    made.started_on.append(None if status == "未落实" else start.item())
    made.ended_on.append(end.item() if is_over else None)
    made.invested_yuan.append(None if status == "未落实" else round(300 + luck[2] * 58) * 10.0)
    made.status.append(status)
    made.unit.append(help_words["units"][kind])
