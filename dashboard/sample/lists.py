"""Two lists of the invented county: the checklist, from the plans of source documents, and problems to rectify."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from dashboard import paths
from dashboard.sample.county import LAST_DAY, Township, words
from dashboard.sample.people import given_names

Columns = Mapping[str, Sequence[Any]]

# Plans in the order of the checklist; 指标编号 is the plan and a running number.
PLANS = ("XX", "HS", "XA", "CC", "TA", "CB", "VG", "PZ")
# Separates a plan's short name from its section in 考核板块.
SECTION_MARK = "·"

# Items by state on the last day, 125 in all: number, status, share done, days until due (both as ranges).
_ITEM_STATES = (
    (78, "已完成", (1.0, 1.0), (-270, 0)),
    (14, "进行中", (0.35, 0.9), (-185, -32)),
    (8, "进行中", (0.6, 0.95), (0, 0)),
    (14, "进行中", (0.1, 0.7), (60, 360)),
    (4, "未启动", (0.0, 0.0), (-120, -32)),
    (7, "未启动", (0.0, 0.0), (120, 400)),
)
# Problems by state, 104 in a round: number, status, whether closed (销号), days until due (None: no deadline).
_PROBLEM_STATES = (
    (44, "已完成", True, (-420, -20)),
    (14, "已完成", False, (-200, 20)),
    (12, "整改中", False, (-160, -5)),
    (1, "整改中", False, (0, 0)),
    (6, "整改中", False, (5, 30)),
    (8, "整改中", False, (45, 200)),
    (3, "未启动", False, (-60, -10)),
    (6, "未启动", False, (40, 150)),
    (10, "长期坚持", False, None),
)
_PROBLEMS_PER_TOWNSHIP = 17
_LAST_DAY: date = LAST_DAY.item()


@cache
def plan(code: str) -> dict[str, Any]:
    """A source document's plan, ``data/plans/<code>.toml``: name, document, item list."""
    return tomllib.loads((paths.DATA / "plans" / f"{code.lower()}.toml").read_text(encoding="utf-8"))


def checklist(seed: int) -> Columns:
    """The checklist (考核清单): every plan item with deadline, state and evidence."""
    rng = np.random.default_rng([seed, 6])
    items = [(code, number, item) for code in PLANS for number, item in enumerate(plan(code)["item"], start=1)]
    states = [state for count, *state in _ITEM_STATES for _ in range(count)]
    rows = [
        _checklist_row(serial, *items[serial - 1], states[int(at)], rng)
        for serial, at in enumerate(rng.permutation(len(items)), start=1)
    ]
    return _columns(rows)


def _checklist_row(
    serial: int, code: str, number: int, item: dict[str, Any], state: list, rng: np.random.Generator
) -> dict[str, Any]:
    status, shares, due_in = state
    share = round(float(rng.uniform(*shares)), 2)
    full = float(rng.choice((2, 3, 4, 5)))
    lead = item.get("lead") or item.get("responsible", [])[:1]
    is_proved = share > 0 and rng.random() < 0.5 + 0.45 * share
    return {
        "序号": serial,
        "指标编号": f"{code}-{number:02d}",
        "考核板块": f"{plan(code)['name']}{SECTION_MARK}{item['section']}",
        "考核内容": item["title"],
        "评分标准": f"{item['indicator']}；按完成率计分",
        "分值": full,
        "牵头单位": "、".join(lead) or None,
        "完成时限": _end_of_month(_LAST_DAY + timedelta(days=int(rng.integers(due_in[0], due_in[1] + 1)))),
        "完成状态": status,
        "完成率": share,
        "自评得分": round(full * share, 1),
        "佐证材料": str(rng.choice(words("lists")["evidence"])) if is_proved else None,
    }


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def rectification(townships: list[Township], seed: int) -> Columns:
    """Problems to be rectified (问题整改台账), in the order they were found."""
    rng = np.random.default_rng([seed, 7])
    states = [state for count, *state in _PROBLEM_STATES for _ in range(count)]
    rounds = -(-_PROBLEMS_PER_TOWNSHIP * len(townships) // len(states))
    rows = [_problem(townships, states[int(at)], rng) for _ in range(rounds) for at in rng.permutation(len(states))]
    # One problem is completed on the last day, so that this is the as-of date (截至日期).
    last = max((row for row in rows if row["整改状态"] == "已完成"), key=lambda row: row["完成时间"])
    last["完成时间"] = _LAST_DAY
    rows.sort(key=lambda row: row["发现时间"])
    numbers = _numbers(rows)
    return _columns(
        [
            {"序号": serial, "问题编号": number, **row}
            for serial, (number, row) in enumerate(zip(numbers, rows, strict=True), start=1)
        ]
    )


def _numbers(rows: list[dict[str, Any]]) -> Iterator[str]:
    """问题编号: the year a problem was found and a running number in it."""
    counts: dict[int, int] = {}
    for row in rows:
        year = row["发现时间"].year
        counts[year] = counts.get(year, 0) + 1
        yield f"WT-{year}-{counts[year]:03d}"


def _problem(townships: list[Township], state: list, rng: np.random.Generator) -> dict[str, Any]:
    status, is_closed, due_in = state
    listed = words("lists")
    kind = listed["problem"][int(rng.integers(len(listed["problem"])))]
    township = townships[int(rng.integers(len(townships)))]
    village = township.villages[int(rng.integers(len(township.villages)))]
    scope = rng.choice(("village", "township", "county"), p=(0.6, 0.26, 0.14))
    township_name = None if scope == "county" else township.name
    village_name = village.name if scope == "village" else None
    place = f"{township_name or words('names')['county']['county']}{village_name or ''}"
    due = None if due_in is None else _LAST_DAY + timedelta(days=int(rng.integers(due_in[0], due_in[1] + 1)))
    found_on = min(due or _LAST_DAY, _LAST_DAY) - timedelta(days=int(rng.integers(60, 210)))
    done = None
    if status == "已完成":
        done = min(due, _LAST_DAY - timedelta(days=2)) - timedelta(days=int(rng.integers(0, 45)))
    progress = {"已完成": 1.0, "整改中": round(float(rng.uniform(0.2, 0.9)), 2), "未启动": 0.0}.get(status)
    person = str(rng.choice(words("names")["people"]["surnames"])) + str(given_names(rng.random(1) < 0.7, rng)[0])
    return {
        "问题来源": str(rng.choice(listed["sources"])),
        "发现时间": found_on,
        "问题类型": kind["type"],
        "涉及乡镇": township_name,
        "涉及村": village_name,
        "问题描述": kind["description"].format(place=place, count=int(rng.integers(2, 15))),
        "整改措施": kind["measure"].format(days=int(rng.integers(5, 20))),
        "责任单位": "、".join(kind["units"]),
        "责任人": person,
        "整改时限": due,
        "整改状态": status,
        "整改进度": progress,
        "完成时间": done,
        "是否销号": "是" if is_closed else "否",
    }


def _columns(rows: list[dict[str, Any]]) -> Columns:
    return {title: [row[title] for row in rows] for title in rows[0]}
