"""Rows of the invented county's ledgers: columns by canonical title, township by township."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.sample import county, money, monitoring, people
from dashboard.sample.county import YEARS, Township, words

Columns = Mapping[str, Sequence[Any]]

_WORK_PLACES = ("县内", "省内县外", "省外")


def of_township(township: Township, numbers: people.IdentityNumbers, seed: int) -> dict[str, Columns]:
    """The township's rows of the six ledgers about households, by kind of ledger."""
    rng = np.random.default_rng([seed, 2, township.position])
    homes = people.households(township, rng)
    watch = monitoring.monitoring(township, homes, rng)
    persons = people.members(homes, numbers, rng)
    monitoring.mark_illness(persons, watch)
    people.set_work(persons, rng)
    earned = money.incomes(township, homes, persons, watch, rng)
    heads = persons.relation == "户主"
    place = _Places(township, homes, persons.name[heads])
    return {
        "households": _register(place, persons.id_number[heads], persons, watch, rng),
        "members": _members(place, persons, rng),
        "monitored": _monitored(place, watch),
        "incomes": _incomes(place, earned),
        "visits": _visits(place, watch, monitoring.visits(township, homes, watch, rng)),
        "measures": _measures(place, monitoring.measures(homes, watch, rng)),
    }


class _Places:
    """The columns that every ledger about households has."""

    def __init__(self, township: Township, homes: people.Households, head_name: np.ndarray) -> None:
        self.township = township
        self.homes = homes
        self.head_name = head_name
        self._village = np.array([village.name for village in township.villages])[homes.village]
        self.village_code = np.array([village.code for village in township.villages])[homes.village]

    def of(self, household: np.ndarray) -> dict[str, Sequence[Any]]:
        """乡镇, 行政村, 户编号 and 户主姓名 of the households with these indexes."""
        return {
            "乡镇": [self.township.name] * len(household),
            "行政村": self._village[household],
            "户编号": self.homes.household_id[household],
            "户主姓名": self.head_name[household],
        }


def _register(
    place: _Places,
    head_id: np.ndarray,
    persons: people.Members,
    watch: monitoring.Monitoring,
    rng: np.random.Generator,
) -> Columns:
    homes = place.homes
    n = len(homes.size)
    named = words("names")["county"]
    on_list = watch.is_monitored
    elder = np.array(persons.age[persons.relation == "户主"] >= 62) & (homes.size == 1)
    luck = rng.random(n)
    assistance = np.select(
        [elder & (luck < 0.22), (on_list & (luck < 0.35)) | (homes.is_escaped & (luck < 0.12)) | (luck < 0.015)],
        ["特困", "低保"],
        "否",
    )
    return {
        "省": [named["province"]] * n,
        "市": [named["city"]] * n,
        "县": [named["county"]] * n,
        **place.of(np.arange(n)),
        "行政村代码": place.village_code,
        "自然村组": homes.hamlet,
        "证件号码": head_id,
        "联系电话": _some(homes.phone, rng.random(n) < 0.97),
        "家庭人口数": homes.size,
        "户类型": np.where(homes.is_escaped, "脱贫户", "一般农户"),
        "监测对象类别": _some(watch.category, on_list),
        "识别时间": _some(watch.identified_on, on_list),
        "风险是否已消除": _some(_yes_no(watch.is_eliminated), on_list),
        "风险消除时间": _some(watch.eliminated_on, on_list & watch.is_eliminated),
        "致贫返贫风险": _some(_joined(watch.risks), on_list),
        "享受低保或特困": assistance,
        "住房是否安全": _guarantee(n, 0.004, rng),
        "饮水是否安全": _guarantee(n, 0.006, rng),
        "义务教育是否有保障": _guarantee(n, 0.0008, rng),
        "基本医疗是否有保障": _guarantee(n, 0.005, rng),
    }


def _members(place: _Places, persons: people.Members, rng: np.random.Generator) -> Columns:
    n = len(persons.name)
    away = persons.months_worked > 0
    where = np.array(_WORK_PLACES)[rng.choice(3, n, p=(0.42, 0.26, 0.32))]
    return {
        **place.of(persons.household),
        "姓名": persons.name,
        "证件号码": persons.id_number,
        "与户主关系": persons.relation,
        "性别": np.where(persons.is_male, "男", "女"),
        "出生日期": persons.born_on,
        "民族": persons.ethnicity,
        "文化程度": persons.education,
        "在校生状况": persons.schooling,
        "健康状况": persons.health,
        "劳动技能": persons.skill,
        "务工区域": _some(where, away),
        "务工时间（月）": _some(persons.months_worked.astype(float), away),
        "是否参加城乡居民基本医疗保险": _yes_no(persons.is_insured),
    }


def _monitored(place: _Places, watch: monitoring.Monitoring) -> Columns:
    on_list = np.flatnonzero(watch.is_monitored)
    risks = _joined(watch.risks)
    phone = 19_988_000_000 + (place.township.first_household + on_list) % 1_000_000
    return {
        **place.of(on_list),
        "家庭人口数": place.homes.size[on_list],
        "监测对象类别": watch.category[on_list],
        "识别时间": watch.identified_on[on_list],
        "致贫返贫风险": risks[on_list],
        "风险是否已消除": _yes_no(watch.is_eliminated[on_list]),
        "风险消除时间": _some(watch.eliminated_on[on_list], watch.is_eliminated[on_list]),
        "帮扶责任人": watch.helper[on_list],
        "帮扶责任人电话": phone.astype("U11"),
    }


def _incomes(place: _Places, earned: money.Incomes) -> Columns:
    n = len(earned.size)
    household = np.repeat(np.arange(n), len(YEARS))
    return {
        "年度": np.tile(YEARS, n),
        **place.of(household),
        "家庭人口数": earned.size.ravel(),
        "工资性收入": _yuan(earned.wage),
        "生产经营性收入": _yuan(earned.business),
        "财产性收入": _yuan(earned.property),
        "转移性收入": _yuan(earned.transfer),
        "生产经营性支出": _yuan(earned.business_cost),
        "家庭纯收入": _yuan(earned.net),
        "人均纯收入": _yuan(earned.net_per_capita),
    }


def _visits(place: _Places, watch: monitoring.Monitoring, made: monitoring.Visits) -> Columns:
    return {
        "走访日期": made.visited_on,
        **place.of(made.household),
        "走访人": watch.helper[made.household],
        "走访方式": made.mode,
        "是否发现风险": _yes_no(made.has_risk),
        "走访情况": made.finding,
    }


def _measures(place: _Places, made: monitoring.Measures) -> Columns:
    township = place.township.code[:9]
    return {
        "措施编号": [f"CS-{township}-{number:05d}" for number in range(1, len(made.household) + 1)],
        **place.of(np.array(made.household, dtype=np.int64)),
        "措施类型": made.kind,
        "措施名称": made.name,
        "开始时间": made.started_on,
        "结束时间": made.ended_on,
        "投入金额": made.invested_yuan,
        "落实状态": made.status,
        "责任单位": made.unit,
    }


def collective_economy(township: Township, seed: int) -> Columns:
    """The township's village accounts, village by village and year by year; a year not reported has no row."""
    accounts = [
        (village, year, account)
        for village in township.villages
        for year, account in money.village_accounts(village, seed).items()
    ]
    return {
        "年度": [year for _, year, _ in accounts],
        "乡镇": [township.name] * len(accounts),
        "行政村": [village.name for village, _, _ in accounts],
        "行政村代码": [village.code for village, _, _ in accounts],
        "总收入": [account.total / 100 for _, _, account in accounts],
        "经营性收入": [account.operating / 100 for _, _, account in accounts],
        "其中：发包租赁收入": [account.lease / 100 for _, _, account in accounts],
        "其中：投资收益": [account.investment / 100 for _, _, account in accounts],
        "补助收入": [account.subsidy / 100 for _, _, account in accounts],
        "其他收入": [account.other / 100 for _, _, account in accounts],
        "总支出": [account.cost / 100 for _, _, account in accounts],
        "本年收益": [(account.total - account.cost) / 100 for _, _, account in accounts],
    }


def regions(township: Township) -> Columns:
    """The township's part of the directory."""
    named = county.words("names")["county"]
    villages = township.villages
    return {
        **{
            title: [named[key]] * len(villages)
            for title, key in (
                ("省", "province"),
                ("省代码", "province_code"),
                ("市", "city"),
                ("市代码", "city_code"),
                ("县", "county"),
                ("县代码", "county_code"),
            )
        },
        "乡镇": [township.name] * len(villages),
        "乡镇代码": [township.code] * len(villages),
        "行政村": [village.name for village in villages],
        "行政村代码": [village.code for village in villages],
        "曾用名": [village.former_name for village in villages],
        "是否脱贫村": ["是" if village.is_escaped else "否" for village in villages],
    }


def _yes_no(flags: np.ndarray) -> np.ndarray:
    return np.where(flags, "是", "否")


def _yuan(cents: np.ndarray) -> np.ndarray:
    return cents.ravel() / 100


def _joined(risks: list[tuple[str, ...]]) -> np.ndarray:
    return np.array(["、".join(of_household) for of_household in risks])


def _some(values: np.ndarray, shown: np.ndarray) -> list[Any]:
    """The values where ``shown``, else None (an empty cell)."""
    return np.where(shown, values.astype(object), None).tolist()


def _guarantee(n: int, missing_share: float, rng: np.random.Generator) -> list[str | None]:
    """是, a few 否, and one household in 250 not asked."""
    luck = rng.random(n)
    return _some(np.where(luck < missing_share, "否", "是"), luck < 0.996)
