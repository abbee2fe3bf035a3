"""Indicators: the registry fits what is computed; figures agree with a recomputation that knows no SQL."""

import itertools
import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import small_counties as small
from hypothesis import HealthCheck, given, settings
from rounds import ROUNDS

from dashboard.definitions import indicators, policy
from dashboard.warehouse import derive, queries

# A county's quantile is no sum of its townships' quantiles, nor is growth or inequality.
NOT_ADDITIVE = {
    "income_growth_pct",
    "income_gini",
    *(f"income_per_capita_p{point}_yuan" for point in (10, 25, 50, 75, 90)),
    # Known for the county only.
    *("checklist_items", "checklist_done_pct", "checklist_overdue"),
}

PROPERTY = settings(max_examples=25 * ROUNDS, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# ---- the registry ----


def test_every_indicator_is_computed_and_none_beside():
    computed = {definition.id for definition in indicators.all()}
    told = "\n".join(queries.get(name).sql for name in derive.families())
    assert all(f"'{name}'" in told for name in computed)
    assert {f"indicators/{definition.query}" for definition in indicators.all()} == set(derive.families())


@pytest.mark.parametrize("definition", indicators.all(), ids=lambda definition: definition.id)
def test_definition_is_complete(definition):
    assert definition.name and definition.name_en and definition.short and definition.theme
    assert definition.numerator and definition.grain and definition.ledgers and definition.caution
    assert definition.basis_document and definition.basis_clause
    assert definition.direction in {"higher", "lower", "neutral"}
    assert definition.period in {"as_of", "year", "month"}
    assert definition.id.endswith("_pct") == (definition.unit == "%")
    assert not definition.id.endswith("_pct") or definition.denominator


@pytest.mark.parametrize("definition", indicators.all(), ids=lambda definition: definition.id)
def test_targets_and_thresholds_are_parameters_in_force(definition):
    in_force = policy.in_force(date(2025, 12, 31)).parameters
    assert {definition.target, definition.threshold} - {None} <= in_force.keys()
    assert definition.base is None or indicators.get(definition.base).unit == definition.unit


def test_names_are_given_once():
    for names in (
        [definition.name for definition in indicators.all()],
        [definition.name_en for definition in indicators.all()],
        [definition.id for definition in indicators.all()],
    ):
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("households", 12000.0, "12,000 户"),
        ("visit_coverage_pct", 85.25, "85.2%"),
        ("visit_coverage_pct", 0.0, "0.0%"),
        ("income_growth_pct", -3.14, "-3.1%"),
        ("income_growth_pct", -0.04, "0.0%"),
        ("income_per_capita_yuan", 12345.67, "12,346 元"),
        ("collective_gap_yuan", 12345678.9, "1,234.57 万元"),
        ("income_gini", 0.3125, "0.312"),
        ("income_gini", None, "—"),
        ("households", float("nan"), "—"),
    ],
)
def test_numbers_are_written_the_same_way_everywhere(name, value, written):
    assert indicators.format(name, value) == written


def test_unknown_indicator():
    with pytest.raises(KeyError):
        indicators.get("no_such_indicator")


# ---- properties of the long table ----


@pytest.mark.slow
@PROPERTY
@given(small.ledgers())
def test_villages_add_up_and_values_follow_from_their_parts(given_rows):
    table = small.long_table(given_rows)
    assert not table.duplicated(["indicator", "region_code", "period", "grp"]).any()
    assert table["unit"].equals(table["indicator"].map(lambda name: indicators.get(name).unit))
    _assert_values_follow(table)
    _assert_adds_up(table[~table["indicator"].isin(NOT_ADDITIVE)])


def _assert_values_follow(table: pd.DataFrame) -> None:
    divided = table["indicator"].map(lambda name: bool(indicators.get(name).denominator))
    counts = table[~divided]
    pd.testing.assert_series_equal(counts["value"], counts["numerator"], check_names=False)
    assert counts["denominator"].isna().all()
    shares = table[divided & table["value"].notna()]
    factor = np.where(shares["unit"] == "%", 100, 1)
    np.testing.assert_allclose(shares["value"], factor * shares["numerator"] / shares["denominator"])


def _assert_adds_up(table: pd.DataFrame) -> None:
    """Villages make their township, townships the county, in numerators and denominators alike."""
    table = table.assign(parent=table["region_code"].map(small.VILLAGES).fillna(small.COUNTY))
    keys = ["indicator", "period", "grp"]
    levels = dict(list(table.groupby("region_level")))
    for part in ("numerator", "denominator"):
        townships = levels["township"].set_index([*keys, "region_code"])[part].fillna(0)
        villages = levels["village"].groupby([*keys, "parent"])[part].sum().reindex(townships.index, fill_value=0)
        pd.testing.assert_series_equal(villages, townships, check_names=False, check_dtype=False)
        county = levels["county"].set_index(keys)[part].fillna(0)
        summed = levels["township"].groupby(keys)[part].sum().reindex(county.index, fill_value=0)
        pd.testing.assert_series_equal(summed, county, check_names=False, check_dtype=False)


@pytest.mark.slow
@PROPERTY
@given(small.ledgers())
def test_incomes_agree_with_a_recomputation(given_rows):
    _assert_agree(given_rows, _income_figures(given_rows), _of_theme("收入"))


@pytest.mark.slow
@PROPERTY
@given(small.ledgers())
def test_visits_and_support_agree_with_a_recomputation(given_rows):
    names = {"visit_coverage_pct", "visit_onsite_pct", "visit_overdue", "support_coverage_pct", "support_none"}
    _assert_agree(given_rows, _monitoring_figures(given_rows), names)


@pytest.mark.slow
@PROPERTY
@given(small.ledgers())
def test_collective_economy_agrees_with_a_recomputation(given_rows):
    _assert_agree(given_rows, _collective_figures(given_rows), _of_theme("村集体经济"))


def _of_theme(theme: str) -> set[str]:
    return {definition.id for definition in indicators.all() if definition.theme == theme}


def _assert_agree(given_rows, expected: dict[tuple, float], names: set[str]) -> None:
    """Every value of the named indicators is the expected one, and where none is expected none is reported."""
    found = {
        (row.indicator, row.region_code, row.period, row.grp): row.value
        for row in small.long_table(given_rows, names).itertuples()
        if not math.isnan(row.value)
    }
    different = {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != pytest.approx(expected.get(key), rel=1e-9, abs=1e-9)
    }
    assert not different


# ---- the recomputation ----


def _income_figures(given_rows) -> dict[tuple, float]:
    escaped = {row["household_id"] for row in given_rows["core_households"] if row["household_type"] == "脱贫户"}
    active = {row["household_id"] for row in _active(given_rows)}
    facts = []
    for row in given_rows["core_incomes"]:
        total = sum(row[f"{source}_yuan"] for source in ("wage", "business", "property", "transfer"))
        net = row["net_income_yuan"]
        net = total - row["business_cost_yuan"] if net is None else net
        stated = row["net_income_per_capita_yuan"]
        groups = ["", *(["脱贫户"] if row["household_id"] in escaped else [])]
        groups += ["监测对象"] if row["household_id"] in active else []
        for region, group in itertools.product(small.scopes(row["village_code"]), groups):
            facts.append(
                {
                    "region": region,
                    "grp": group,
                    "year": row["income_year"],
                    "household": row["household_id"],
                    "persons": row["household_size"],
                    "net": net,
                    "per_capita": net / row["household_size"] if stated is None else stated,
                    "earned": row["wage_yuan"] + row["business_yuan"],
                    "transfer": row["transfer_yuan"],
                    "total": total,
                }
            )
    figures: dict[tuple, float] = {}
    frame = pd.DataFrame(facts)
    for (region, group, year), rows in frame.groupby(["region", "grp", "year"]) if facts else ():
        before = frame[(frame["region"] == region) & (frame["grp"] == group) & (frame["year"] == year - 1)]
        for name, value in _of_one_year(rows, before).items():
            figures[(name, region, str(year), group)] = value
        if group == "":
            for name, line, value in _of_lines(rows):
                figures[(name, region, str(year), line)] = value
            if (gini := _gini(rows)) is not None:
                figures[("income_gini", region, str(year), "")] = gini
    return figures


def _of_one_year(rows: pd.DataFrame, before: pd.DataFrame) -> dict[str, float]:
    mean = rows["net"].sum() / rows["persons"].sum()
    figures = {
        "income_per_capita_yuan": mean,
        "income_per_capita_hh_mean_yuan": rows["per_capita"].mean(),
    }
    for point in (10, 25, 50, 75, 90):
        figures[f"income_per_capita_p{point}_yuan"] = np.quantile(rows["per_capita"], point / 100, method="linear")
    if rows["total"].sum():
        figures["income_wage_business_share_pct"] = 100 * rows["earned"].sum() / rows["total"].sum()
        figures["income_transfer_share_pct"] = 100 * rows["transfer"].sum() / rows["total"].sum()
    if len(before) and (mean_before := before["net"].sum() / before["persons"].sum()) > 0:
        figures["income_growth_pct"] = 100 * (mean - mean_before) / mean_before
    both = rows.merge(before, on="household", suffixes=("", "_before"))
    if len(both):
        figures["income_falling_pct"] = 100 * (both["per_capita"] < both["per_capita_before"]).mean()
    return figures


def _of_lines(rows: pd.DataFrame):
    persons = np.repeat(rows["per_capita"].to_numpy(float), rows["persons"])
    for line in small.LINES:
        text = f"{line:.0f}"
        gaps = np.where(persons < line, (line - persons) / line, 0)
        yield "income_below_line_pct", text, 100 * (rows["per_capita"] < line).mean()
        yield "poverty_fgt0", text, (persons < line).mean()
        yield "poverty_fgt1", text, gaps.mean()
        yield "poverty_fgt2", text, (gaps**2).mean()


def _gini(rows: pd.DataFrame) -> float | None:
    """By its definition: the mean difference of all pairs of persons over twice the mean."""
    persons = np.repeat(rows["per_capita"].to_numpy(float), rows["persons"])
    if persons.sum() <= 0:
        return None
    return np.abs(persons[:, None] - persons[None, :]).mean() / (2 * persons.mean())


def _active(given_rows) -> list[dict]:
    return [
        row
        for row in given_rows["core_monitored"]
        if row["identified_on"] <= small.AS_OF and not row["is_risk_eliminated"]
    ]


def _monitoring_figures(given_rows) -> dict[tuple, float]:
    figures: dict[tuple, float] = {}
    regions = {small.COUNTY, *small.VILLAGES, *small.VILLAGES.values()}
    visits = [row for row in given_rows["core_visits"] if row["visited_on"] <= small.AS_OF]
    day = small.AS_OF.isoformat()
    for region in regions:
        inside = [row for row in given_rows["core_monitored"] if region in small.scopes(row["village_code"])]
        active = [row for row in _active(given_rows) if region in small.scopes(row["village_code"])]
        for first in _months(visits):
            figures |= _month_figures(region, first, inside, visits)
        if given_rows["core_visits"] and given_rows["core_monitored"]:
            recent = {row["household_id"] for row in visits if row["visited_on"] >= small.AS_OF.replace(day=1)}
            late = [row for row in active if row["household_id"] not in recent]
            for group in ("", *{row["monitor_category"] for row in given_rows["core_monitored"]}):
                count = sum(group in ("", row["monitor_category"]) for row in late)
                figures[("visit_overdue", region, day, group)] = count
        if given_rows["core_measures"] and given_rows["core_monitored"]:
            measures = {}
            for row in given_rows["core_measures"]:
                measures.setdefault(row["household_id"], set()).add(row["delivery_status"])
            states = [measures.get(row["household_id"], set()) for row in active]
            figures[("support_none", region, day, "")] = sum(not state for state in states)
            if active:
                figures[("support_coverage_pct", region, day, "")] = 100 * np.mean(["已落实" in one for one in states])
    return figures


def _months(visits) -> list[date]:
    if not visits:
        return []
    first = min(row["visited_on"] for row in visits).replace(day=1)
    months = [first]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= small.AS_OF:
        months.append(following)
    return months


def _month_figures(region, first, inside, visits) -> dict[tuple, float]:
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    due = {
        row["household_id"]
        for row in inside
        if row["identified_on"] <= min(last, small.AS_OF)
        and (not row["is_risk_eliminated"] or (row["eliminated_on"] is not None and row["eliminated_on"] >= first))
    }
    if not due:
        return {}
    in_month = [row for row in visits if first <= row["visited_on"] <= last and row["household_id"] in due]
    visited = {row["household_id"] for row in in_month}
    on_site = {row["household_id"] for row in in_month if row["visit_mode"] == "入户"}
    period = f"{first:%Y-%m}"
    return {
        ("visit_coverage_pct", region, period, ""): 100 * len(visited) / len(due),
        ("visit_onsite_pct", region, period, ""): 100 * len(on_site) / len(due),
    }


def _collective_figures(given_rows) -> dict[tuple, float]:
    figures: dict[tuple, float] = {}
    cells: dict[tuple, list[dict]] = {}
    for row in given_rows["core_collective_economy"]:
        for region in small.scopes(row["village_code"]):
            cells.setdefault((region, str(row["account_year"])), []).append(row)
    for (region, year), rows in cells.items():
        operating = np.array([row["operating_income_yuan"] for row in rows], float)
        total = np.array([row["total_income_yuan"] for row in rows], float)
        values = {
            "collective_attained_pct": 100 * (operating >= 150_000).mean(),
            "collective_million": (total > 1_000_000).sum(),
            "collective_shell": (operating == 0).sum(),
            "collective_weak": (operating < 50_000).sum(),
            "collective_income_yuan": total.sum(),
            "collective_operating_yuan": operating.sum(),
            "collective_gap_yuan": np.maximum(0, 150_000 - operating).sum(),
        }
        figures |= {(name, region, year, ""): float(value) for name, value in values.items()}
    return figures
