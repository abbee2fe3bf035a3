"""Checked rows → rows with the codes of their place, from the names and codes in their cells and the directory."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from dashboard.definitions import messages
from dashboard.ledgers.checking.check_sheet import CheckedRows
from dashboard.ledgers.loading.directory import Directory, Place
from dashboard.ledgers.reporting import issues

_PLACE_COLUMNS = ("place_county", "place_township", "place_village", "place_code")
_SEPARATOR = "|"


def with_region_codes(rows: CheckedRows, directory: Directory) -> pa.Table:
    """The rows with the columns of their place; those without a place are refused in the report and left out."""
    match rows.form.place:
        case "directory":
            return _directory_rows(rows)
        case "village":
            return _village_rows(rows, directory)
        case "region":
            return _region_rows(rows, directory)
        case "household":
            return _household_rows(rows, directory)
        case _:
            return rows.table


def _village_rows(rows: CheckedRows, directory: Directory) -> pa.Table:
    places = _resolved(rows, directory.village, ambiguous_is_fine=False)
    codes = [place.codes[0] if len(place.codes) == 1 else None for place in places]
    return _without_refused(rows, rows.table.append_column("village_code", pa.array(codes, pa.string())))


def _region_rows(rows: CheckedRows, directory: Directory) -> pa.Table:
    def region(county, township, village, code) -> Place:
        return directory.region(township, village)

    places = _resolved(rows, region, ambiguous_is_fine=False)
    table = rows.table
    codes = [place.codes[0] if len(place.codes) == 1 else None for place in places]
    names_of = {code: directory.names(code) for code in set(filter(None, codes))}
    given = zip(_cells(rows, "place_township"), _cells(rows, "place_village"), strict=True)
    # The directory's spelling, but the sender's own words where they name several places or none.
    names = [
        names_of[code] if code is not None and place.issue != "places_several" and any(cells) else cells
        for code, place, cells in zip(codes, places, given, strict=True)
    ]
    table = table.append_column("region_code", pa.array(codes, pa.string()))
    table = table.append_column("township_name", pa.array([name[0] for name in names], pa.string()))
    table = table.append_column("village_name", pa.array([name[1] for name in names], pa.string()))
    return _without_refused(rows, table)


def _household_rows(rows: CheckedRows, directory: Directory) -> pa.Table:
    """Household ledgers take the village from the register; the village they name is only compared with it."""

    def named_village(county, township, village, code) -> Place:
        return directory.village(None, township, village, None) if village else Place()

    places = _resolved(rows, named_village, ambiguous_is_fine=True)
    named = [_SEPARATOR.join(place.codes) or None for place in places]
    return _without_refused(rows, rows.table.append_column("named_village_codes", pa.array(named, pa.string())))


def _directory_rows(rows: CheckedRows) -> pa.Table:
    """The directory itself: codes of a village, its township and county must be each other's beginning."""
    columns = {
        name: rows.table[name].to_pylist() for name in ("village_code", "township_code", "county_code", "row_no")
    }
    counties = []
    for village, township, county, row in zip(*columns.values(), strict=True):
        counties.append(county or f"{village[:6]}000000")
        for code, digits, column in ((township, 9, "township_code"), (counties[-1], 6, "county_code")):
            if code[:digits] != village[:digits]:
                title = rows.report.titles.get(column)
                rows.report.add_issue("codes_disagree", row=row, column=title, value=code, village=village)
    table = rows.table.set_column(
        rows.table.schema.get_field_index("county_code"), "county_code", pa.array(counties, pa.string())
    )
    return _without_refused(rows, table)


def _resolved(rows: CheckedRows, look_up: Callable[..., Place], *, ambiguous_is_fine: bool) -> list[Place]:
    """A place for each row; every distinct combination of names and code is looked up once."""
    combinations = list(zip(*(_cells(rows, column) for column in _PLACE_COLUMNS), strict=True))
    by_combination = {names: look_up(*names) for names in dict.fromkeys(combinations)}
    places = [by_combination[names] for names in combinations]
    if any(place.issue for place in by_combination.values()):
        _add_issues(rows, places, combinations, ambiguous_is_fine)
    return places


def _add_issues(rows: CheckedRows, places: Sequence[Place], combinations, ambiguous_is_fine: bool) -> None:
    row_numbers = rows.table["row_no"].to_pylist()
    noticed: dict[tuple, int] = defaultdict(int)
    for place, names, row in zip(places, combinations, row_numbers, strict=True):
        if place.issue is None or (ambiguous_is_fine and place.issue == "village_ambiguous"):
            continue
        value = dict(zip(_PLACE_COLUMNS, names, strict=True))[place.column]
        title = rows.report.titles.get(place.column)
        if messages.catalogue()[place.issue].severity == issues.NOTICE:
            noticed[place.issue, title, value, tuple(place.args.items())] += 1
        else:
            rows.report.add_issue(place.issue, row=row, column=title, value=value, **place.args)
    for (code, title, value, args), count in noticed.items():
        rows.report.add_issue(code, column=title, value=value, count=count, **dict(args))


def _cells(rows: CheckedRows, column: str) -> list[str | None]:
    return rows.table[column].to_pylist() if column in rows.table.column_names else [None] * len(rows.table)


def _without_refused(rows: CheckedRows, table: pa.Table) -> pa.Table:
    if not rows.report.refused:
        return table
    return table.filter(pa.array(~np.isin(table["row_no"].to_numpy(), list(rows.report.refused))))
