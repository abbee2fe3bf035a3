"""People of the invented county: a township's households and their members, as arrays."""

from dataclasses import dataclass, field

import numpy as np

from dashboard.sample.county import LAST_DAY, Township, words

SIZES = (1, 2, 3, 4, 5, 6, 7)
_SIZE_SHARES = (0.12, 0.24, 0.22, 0.22, 0.13, 0.05, 0.02)
MEMBERS_PER_HOUSEHOLD = float(np.dot(SIZES, _SIZE_SHARES))

_FIRST_BIRTH = np.datetime64("1915-01-01")
_DAYS_OF_BIRTH = int((LAST_DAY - _FIRST_BIRTH).astype(int)) + 1
# Orders 001 to 999: odd ones for men, even ones for women.
_ORDERS_PER_DAY_AND_SEX = 499
_CHECK_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK_CHARACTERS = np.frombuffer(b"10X98765432", dtype=np.uint8)

_PUPIL_OF_AGE = {3: "学前教育", 4: "学前教育", 5: "学前教育", 12: "七年级", 13: "八年级", 14: "九年级"}
_HIGH_SCHOOL = ("普通高中一年级", "普通高中二年级", "普通高中三年级")
_VOCATIONAL = ("中职一年级", "中职二年级", "中职三年级")
_COLLEGE = ("本科一年级", "本科二年级", "本科三年级", "本科四年级")
_SCHOOLING = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")


class IdentityNumbers:
    """Source of identity numbers (证件号码): valid check digit, none twice, of a prefecture that does not exist."""

    def __init__(self) -> None:
        self._prefix = int(words("names")["county"]["county_code"][:6])
        self._given = np.zeros(_DAYS_OF_BIRTH * 2, dtype=np.int64)

    def give(self, born_on: np.ndarray, is_male: np.ndarray) -> np.ndarray:
        """One number per person, text of 18 characters, shape (n,); ``born_on`` are days from 1915 on."""
        slots = (born_on - _FIRST_BIRTH).astype(np.int64) * 2 + is_male
        order = np.argsort(slots, kind="stable")
        of_slot = slots[order]
        starts = np.flatnonzero(np.r_[True, of_slot[1:] != of_slot[:-1]])
        repeats = np.diff(np.r_[starts, len(of_slot)])
        turn = np.empty(len(slots), dtype=np.int64)
        turn[order] = np.arange(len(slots)) - np.repeat(starts, repeats)
        turn += self._given[slots]
        self._given[of_slot[starts]] += repeats
        # A day with more births than orders goes on in the next county of the same unassigned prefecture.
        prefix = self._prefix + turn // _ORDERS_PER_DAY_AND_SEX
        last = (turn % _ORDERS_PER_DAY_AND_SEX) * 2 + 2 - is_male
        day = born_on.astype("datetime64[D]").astype("U10")
        dates = np.char.replace(day, "-", "").astype(np.int64)
        return _with_check_digit((prefix * 10**8 + dates) * 1000 + last)


def _with_check_digit(numbers: np.ndarray) -> np.ndarray:
    """The 18 characters for 17 digits each, shape (n,)."""
    digits = (numbers[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    characters = np.empty((len(numbers), 18), dtype=np.uint8)
    characters[:, :17] = digits + ord("0")
    characters[:, 17] = _CHECK_CHARACTERS[(digits @ _CHECK_WEIGHTS) % 11]
    return characters.view("S18").ravel().astype("U18")


@dataclass
class Members:
    """A township's people, household by household, the head first: arrays and lists of shape (people,)."""

    household: np.ndarray
    """Index of the household in the township's register."""
    relation: np.ndarray
    is_male: np.ndarray
    born_on: np.ndarray
    age: np.ndarray
    surname: np.ndarray
    name: np.ndarray = field(default_factory=lambda: np.empty(0))
    id_number: np.ndarray = field(default_factory=lambda: np.empty(0))
    ethnicity: np.ndarray = field(default_factory=lambda: np.empty(0))
    education: list[str | None] = field(default_factory=list)
    schooling: list[str | None] = field(default_factory=list)
    health: np.ndarray = field(default_factory=lambda: np.empty(0))
    skill: np.ndarray = field(default_factory=lambda: np.empty(0))
    months_worked: np.ndarray = field(default_factory=lambda: np.empty(0))
    is_insured: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass
class Households:
    """A township's households in the order of the register: arrays of shape (households,)."""

    village: np.ndarray
    """Index of the village within the township."""
    household_id: np.ndarray
    size: np.ndarray
    is_escaped: np.ndarray
    hamlet: np.ndarray
    phone: np.ndarray


def households(township: Township, rng: np.random.Generator) -> Households:
    """The township's households."""
    counts = np.array([village.households for village in township.villages])
    village = np.repeat(np.arange(len(counts)), counts)
    total = len(village)
    serial = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    codes = np.array([item.code for item in township.villages])
    hamlets = np.array(words("names")["places"]["hamlets"])
    # Phones that count up from 199 0000 0000 are recognised as invented.
    phone = 19_900_000_000 + township.first_household + np.arange(total)
    escaped_share = np.where([item.is_escaped for item in township.villages], 0.42, 0.2)
    return Households(
        village=village,
        household_id=np.char.add(codes[village], np.char.zfill(serial.astype("U6"), 4)),
        size=rng.choice(SIZES, total, p=_SIZE_SHARES),
        is_escaped=rng.random(total) < escaped_share[village],
        hamlet=hamlets[rng.integers(0, len(hamlets), total)],
        phone=phone.astype("U11"),
    )


def members(homes: Households, numbers: IdentityNumbers, rng: np.random.Generator) -> Members:
    """The members of the township's households."""
    people = _families(homes.size, rng)
    _name(people, rng)
    people.id_number = numbers.give(people.born_on, people.is_male)
    _describe(people, rng)
    return people


def _families(size: np.ndarray, rng: np.random.Generator) -> Members:
    """The members of each household: relations, ages and sexes that fit together."""
    total = len(size)
    head_age = np.where(size == 1, rng.integers(48, 86, total), rng.integers(33, 72, total))
    head_male = rng.random(total) < 0.82
    has_spouse = (size >= 2) & (rng.random(total) < 0.86)
    spouse_age = np.clip(head_age + rng.integers(-4, 3, total), 22, 90)
    # The position of each member in the family: 0 the head, then the spouse, then children or parents.
    household = np.repeat(np.arange(total), size)
    position = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    descendant = position - 1 - has_spouse[household].astype(int)
    n = len(household)
    is_male = rng.random(n) < 0.52
    child_age = head_age[household] - rng.integers(22, 30, n) - 2 * np.maximum(descendant, 0)
    relation = np.where(is_male, "之子", "之女").astype("U4")
    age = np.maximum(child_age, 0)

    parents = rng.random(total) < 0.3
    is_parent = (descendant == 1) & parents[household] & (head_age[household] < 62)
    relation[is_parent] = np.where(is_male[is_parent], "之父", "之母")
    age[is_parent] = np.minimum(head_age[household][is_parent] + rng.integers(20, 29, is_parent.sum()), 95)

    # Older couples live with a son, his wife and their children.
    three_generations = (head_age >= 54) & ~parents
    wife = (descendant == 1) & three_generations[household]
    is_male[np.flatnonzero(wife) - 1] = True
    relation[np.flatnonzero(wife) - 1] = "之子"
    age[wife] = np.clip(age[np.flatnonzero(wife) - 1] - rng.integers(0, 4, wife.sum()), 20, 60)
    relation[wife], is_male[wife] = "之儿媳", False
    grandchild = (descendant >= 2) & three_generations[household]
    relation[grandchild] = np.where(is_male[grandchild], "之孙子", "之孙女")
    age[grandchild] = np.maximum(head_age[household][grandchild] - 48 - 2 * descendant[grandchild], 0)

    spouse = (position == 1) & has_spouse[household]
    relation[spouse], age[spouse] = "配偶", spouse_age[household][spouse]
    is_male[spouse] = ~head_male[household][spouse]
    head = position == 0
    relation[head], age[head], is_male[head] = "户主", head_age, head_male
    born_on = ((np.datetime64("2025", "Y") - age).astype("datetime64[M]") + rng.integers(0, 12, n)).astype(
        "datetime64[D]"
    ) + rng.integers(0, 28, n)
    surnames = np.array(words("names")["people"]["surnames"])
    weights = 1.0 / (np.arange(len(surnames)) + 4)
    family = rng.choice(surnames, total, p=weights / weights.sum())
    own = rng.choice(surnames, n, p=weights / weights.sum())
    # Wives and mothers keep the name they were born with.
    married_in = np.isin(relation, ("配偶", "之儿媳", "之母"))
    return Members(household, relation, is_male, born_on, age, np.where(married_in, own, family[household]))


def _name(people: Members, rng: np.random.Generator) -> None:
    listed = words("names")["people"]
    people.name = np.char.add(people.surname, given_names(people.is_male, rng))
    minority = rng.random(people.household.max() + 1) < 0.06
    kind = rng.choice(np.array(listed["minorities"]), len(minority))
    people.ethnicity = np.where(minority, kind, "汉族")[people.household]


def given_names(is_male: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A given name of one or two characters for each, shape (n,)."""
    listed, n = words("names")["people"], len(is_male)

    def drawn(kind: str) -> np.ndarray:
        first, second = (np.array(part)[rng.integers(0, len(part), n)] for part in listed[kind])
        return np.where(rng.random(n) < 0.15, first, np.char.add(first, second))

    return np.where(is_male, drawn("given_male"), drawn("given_female"))


def _describe(people: Members, rng: np.random.Generator) -> None:
    """Set school, education, health and insurance by age."""
    age, n = people.age, len(people.age)
    luck = rng.random(n)
    people.schooling = [_pupil(years, chance) for years, chance in zip(age.tolist(), luck.tolist(), strict=True)]
    studying = np.array([value is not None for value in people.schooling])
    education = _education(age, rng)
    people.education = [
        None if at_school else level for at_school, level in zip(studying.tolist(), education.tolist(), strict=True)
    ]
    ill = rng.random(n)
    old = np.clip((age - 30) / 60, 0, 1)
    people.health = np.select(
        [ill < 0.01 + 0.03 * old, ill < 0.03 + 0.07 * old, ill < 0.05 + 0.35 * old],
        ["患有大病", "残疾", "长期慢性病"],
        "健康",
    )
    people.is_insured = rng.random(n) < 0.985


def set_work(people: Members, rng: np.random.Generator) -> None:
    """Set labour skill and months of work away from home, as age, school and health allow."""
    age, n = people.age, len(people.age)
    at_school = np.array([value is not None for value in people.schooling])
    poorly = np.isin(people.health, ("患有大病", "残疾"))
    people.skill = np.select(
        [(age < 16) | (age >= 72) | at_school, poorly, (age >= 60) | (people.health != "健康"), rng.random(n) < 0.14],
        ["无劳动力", "丧失劳动力", "弱劳动力或半劳动力", "技能劳动力"],
        "普通劳动力",
    )
    able = np.isin(people.skill, ("普通劳动力", "技能劳动力"))
    away = able & (rng.random(n) < 0.62)
    people.months_worked = np.where(away, rng.integers(3, 12, n), 0)


def _pupil(age: int, chance: float) -> str | None:
    if age < 3:
        return "学龄前儿童"
    if age in _PUPIL_OF_AGE:
        return _PUPIL_OF_AGE[age]
    if age < 12:
        return "小学"
    if age < 18:
        return (_HIGH_SCHOOL if chance < 0.75 else _VOCATIONAL)[age - 15]
    if age < 22 and chance < 0.45:
        return _COLLEGE[age - 18]
    return None


def _education(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    levels = np.array(_SCHOOLING)
    n = len(age)
    young = levels[rng.choice(6, n, p=(0, 0, 0.45, 0.3, 0.17, 0.08))]
    grown = levels[rng.choice(6, n, p=(0.02, 0.35, 0.47, 0.1, 0.05, 0.01))]
    old = levels[rng.choice(6, n, p=(0.25, 0.52, 0.19, 0.04, 0, 0))]
    return np.select([age >= 60, age >= 35], [old, grown], young)
