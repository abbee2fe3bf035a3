"""A random ledger written in a random layout is read back equal: columns, values, rows, whatever stands around them."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import hypothesis
import openpyxl
import pytest
from hypothesis import strategies as st
from rounds import ROUNDS

from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells import id_numbers
from dashboard.ledgers.checking import read_file
from dashboard.ledgers.layout import known_titles, title_text
from dashboard.ledgers.layout.instructions import Instructions

TODAY = date(2025, 11, 20)
NAMES = st.text("张王李赵陈杨刘合计注𠮷㐂·一二三建国秀英", min_size=2, max_size=4).filter(
    lambda name: name[0] not in "合注·"
)
# (A dash alone is no name and no place.)
WORDS = st.text("甲乙丙产业帮扶到户，落实。补助ABC12（）-", max_size=12).filter(
    lambda word: word.strip("-") or not word
)
DELIMITERS = {",": "utf-8-sig", "\t": "gb18030", ";": "utf-16"}
BRACKETS = ("（{}）", "({})", "[{}]", "【{}】")


# Values: (as it is stored, as it is written) ------------------------------------------------------------------------


def days(earliest=date(2015, 1, 1), latest=TODAY):
    return st.dates(earliest, latest)


@st.composite
def spelt_day(draw):
    day = draw(days())
    spellings = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02d}.{day.day:02d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    ]
    return day, draw(st.sampled_from(spellings))


@st.composite
def identity_number(draw):
    first = f"{draw(st.integers(110101, 659999))}{draw(days(date(1930, 1, 1))):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    number = first + id_numbers.check_digit(first)
    dressed = [number, f" {number}", f"'{number}", number.lower(), number.translate(_WIDE)]
    return number, draw(st.sampled_from(dressed))


_WIDE = {ord("0") + digit: ord("０") + digit for digit in range(10)}


@st.composite
def amount(draw, factor: int, low: int, high: int):
    """Yuan to the cent, written in units of ``factor`` yuan."""
    yuan = Decimal(draw(st.integers(low * 100, high * 100))) / 100
    plain = f"{(yuan / factor).normalize():f}"
    whole, _, part = plain.partition(".")
    grouped = f"{int(whole):,}" + (f".{part}" if part else "")
    return yuan, draw(st.sampled_from([plain, grouped, f"¥{grouped}", plain.translate(_WIDE), float(plain)]))


def spelt(field: Field, factor: int):
    """A strategy of (stored, written) for a field that is not part of the key."""
    match field.type:
        case "money":
            return amount(factor, 1_000, 400_000)
        case "id_number":
            return identity_number()
        case "date":
            return spelt_day()
        case "count":
            return st.integers(int(field.min), int(field.max)).flatmap(
                lambda number: st.sampled_from([(number, number), (number, str(number)), (number, f"{number}人")])
            )
        case "year":
            return st.integers(2018, 2024).flatmap(
                lambda year: st.sampled_from([(year, year), (year, str(year)), (year, f"{year}年")])
            )
        case "number":
            return st.integers(int(field.min or 0), int(field.max or 12)).map(lambda number: (float(number), number))
        case "share" | "progress":
            return st.integers(0, 100).map(lambda percent: (percent / 100, f"{percent}%"))
        case "yes_no" | "choice" if field.meaning:
            known = {text: value for text, value in field.meaning.items() if value is not None}
            return st.sampled_from(sorted(known)).map(lambda text: (known[text], text))
        case "region_code":
            return st.integers(110101001, 659999999).map(lambda township: (f"{township}201",) * 2)
        case "phone":
            return st.integers(13_000_000_000, 19_999_999_999).flatmap(
                lambda number: st.sampled_from([(str(number), str(number)), (str(number), number)])
            )
        case "tags":
            return st.sampled_from([("因病", "因病"), ("因病、因学", "因病,因学"), ("因残", "因残 ")])
        case "code":
            return st.from_regex(r"[A-Z]{2}[0-9]{6}", fullmatch=True).map(lambda code: (code, code))
        case _:
            return (NAMES if field.personal == "name" else WORDS).map(lambda text: (text or None, text))


# Layouts ---------------------------------------------------------------------------------------------------------


@st.composite
def ledgers(draw):
    """A kind, rows of stored values by column, and the grid they are written in."""
    form = draw(st.sampled_from([form for form in forms.all_forms() if form.kind != "regions"]))
    factor, unit = draw(st.sampled_from([(1, "元"), (10_000, "万元")]))
    said_above = draw(st.booleans())
    optional = [field.column for field in form.fields if not field.required and field.column not in form.key]
    absent = draw(st.lists(st.sampled_from(optional), max_size=3))
    fields = draw(st.permutations([field for field in form.fields if field.column not in absent]))
    titles = [draw(dressed_title(form, field, "" if said_above or field.type != "money" else unit)) for field in fields]
    rows, written = draw(body(form, fields, factor))
    strangers = draw(st.lists(st.integers(0, len(fields)), max_size=3))
    for number, place in enumerate(strangers):
        titles.insert(place, f"备查事项{'甲乙丙'[number]}")
        for line in written:
            line.insert(place, draw(st.sampled_from(["", "x", 7])))
    lines = [titles]
    if draw(st.booleans()) and len(titles) > 3:
        lines.append([str(number) for number in range(1, len(titles) + 1)])
    for line in written:
        if draw(st.integers(0, 9)) == 0:
            lines.append([""] * len(titles))
        lines.append(line)
    lines += draw(st.sampled_from([[], [["填表人：王某"]], [[""] * len(titles), ["注：本表一式两份"]]]))
    above = draw(st.sampled_from([[], [["某县台账"]], [["某县台账"], ["填报单位：某乡"], []]]))
    if said_above:
        above = [["某县台账"], [f"单位：{unit}"], *above[1:]]
    shift = draw(st.integers(0, 2))
    grid = [[""] * shift + list(line) for line in above + lines]
    width = max(map(len, grid))
    return form, fields, rows, [line + [""] * (width - len(line)) for line in grid]


@st.composite
def dressed_title(draw, form, field: Field, unit: str):
    """A title the field goes by, in some dress; its unit in brackets where one is given."""
    known = known_titles.fields_by_title(form.kind)
    spellings = [text for text in (field.title, *field.aliases) if known[title_text.normal(text)][0] is field]
    # A title's own brackets stand for part of its name; the unit would come second.
    title = draw(st.sampled_from(spellings[:1] * 3 + spellings))
    if unit:
        return title + draw(st.sampled_from(BRACKETS)).format(unit)
    middle = len(title) // 2
    return draw(
        st.sampled_from([title, f" {title} ", f"*{title}", f"{title[:middle]}\n{title[middle:]}", f"{title}："])
    )


@st.composite
def body(draw, form, fields, factor: int):
    """Rows with different keys: their stored values, and their cells."""
    count = draw(st.integers(1, 6))
    rows, lines = [], []
    for number in range(count):
        row, line = {}, []
        for field in fields:
            stored, cell = draw(spelt(field, factor))
            if field.column in form.key:
                stored, cell = own_key(field, number, stored, cell)
            elif field.required and stored is None:
                stored = cell = "某"
            row[field.column] = stored
            line.append(cell)
        rows.append(row)
        lines.append(line)
    return rows, lines


def own_key(field: Field, number: int, stored, cell):
    """The value of a key that no other row has."""
    match field.type:
        case "code":
            return (f"K{number:05d}",) * 2
        case "date":
            day = date(2024, 1, 1) + timedelta(days=number)
            return day, day.isoformat()
        case "id_number":
            first = f"62982119800101{number:03d}"
            return (first + id_numbers.check_digit(first),) * 2
        case "region_code":
            return (f"{629821100200 + number}",) * 2
        case _:
            return stored, cell


def file_of(grid, container: str, folder):
    if container == "xlsx":
        book = openpyxl.Workbook()
        for line in grid:
            book.active.append([None if cell == "" else cell for cell in line])
        file = folder / "台账.xlsx"
        book.save(file)
        return file
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=container).writerows(grid)
    file = folder / "台账.csv"
    file.write_bytes(text.getvalue().encode(DELIMITERS[container]))
    return file


@pytest.mark.slow
@hypothesis.settings(
    max_examples=150 * ROUNDS,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(ledger=ledgers(), container=st.sampled_from(["xlsx", *DELIMITERS]))
def test_a_random_ledger_in_a_random_layout_is_read_back_equal(ledger, container, tmp_path):
    form, fields, rows, grid = ledger
    file = file_of(grid, container, tmp_path)
    found = read_file.read(file, Instructions(ledger=form.kind), TODAY, 1)
    told = [issue.message for one in found for issue in one.report.issues if issue.severity == "refused"]
    assert not told
    [ledger] = [one.rows for one in found if one.rows is not None]
    read = ledger.table.to_pylist()
    assert len(read) == len(rows)
    for row, expected in zip(read, rows, strict=True):
        for field in fields:
            column = "progress_share" if field.type == "progress" else field.column
            assert row[column] == expected[field.column], (field.title, expected[field.column])
