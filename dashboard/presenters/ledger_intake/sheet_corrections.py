"""What was understood of the sheets a clerk handed in, in words, and what the clerk says about it instead."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.definitions import forms, messages
from dashboard.display import columns
from dashboard.ledgers.containers import column_letters
from dashboard.ledgers.layout import known_titles
from dashboard.ledgers.layout.instructions import Instructions, Layout
from dashboard.ledgers.reporting.recognition import Recognition
from dashboard.ledgers.reporting.report import LOADED, PARTIAL, REFUSED, SKIPPED, Report, SheetReport
from dashboard.presenters.ledger_intake.session import SheetAt

NOT_READ = "不读"
LEFT_OUT = "left_out"
UNITS = ("", "元", "万元")
DEEPEST = known_titles.DEEPEST

# The columns of `mapping`, and of the sheet's first rows.
LETTER, TITLE, EXAMPLE, FIELD = "列", "表中列名", "示例", "对应到"
MAPPING_COLUMNS = {name: columns.text(name) for name in (LETTER, TITLE, EXAMPLE, FIELD)}


def sheets(told: Report) -> dict[SheetAt, SheetReport]:
    """The sheets that were looked at, the first report of each; those that need a word come first."""
    found: dict[SheetAt, SheetReport] = {}
    worst: dict[SheetAt, int] = {}
    order = [REFUSED, PARTIAL, LOADED, SKIPPED]
    for entry in told.files:
        if entry.recognition.top:
            at = SheetAt.of(entry)
            found.setdefault(at, entry)
            worst[at] = min(worst.get(at, len(order)), order.index(entry.status))
    return dict(sorted(found.items(), key=lambda pair: worst[pair[0]]))


def headline(told: Mapping[SheetAt, SheetReport]) -> str:
    """What the panel of corrections holds, in one line."""
    unread = sum(use.field is None for entry in told.values() for use in entry.recognition.columns)
    return f"识别结果和更正（{len(told)} 张工作表" + (f"，{unread} 列未读）" if unread else "，各列都已读）")


def named(at: SheetAt, entry: SheetReport, file: str) -> str:
    """A sheet as a choice names it: file, sheet, ledger."""
    inner = f" › {at.inner}" if at.inner else ""
    sheet = f" › {at.sheet}" if at.sheet else ""
    return f"{file}{inner}{sheet}（{_ledger(entry)}）"


def facts(entry: SheetReport) -> str:
    """What was understood of a sheet beside its columns, in one line."""
    known = entry.recognition
    if known.header_rows is None:
        return "没有认出表头：请选择台账种类和表头行，重新核对后再指定各列。"
    several = "一张表填入多个台账、年度或月份，各列由程序拆分" if known.is_one_of_several else ""
    told = (_header(known), _rows(known), _units(known), _year(known), _given(known), several)
    return "；".join(filter(None, told))


def mapping(known: Recognition) -> pd.DataFrame:
    """One row a column of the sender: letter, title, example, the field it fills."""
    rows = [
        {LETTER: use.letter, TITLE: use.title, EXAMPLE: use.example, FIELD: use.field or NOT_READ}
        for use in known.columns
    ]
    return pd.DataFrame(rows, columns=[LETTER, TITLE, EXAMPLE, FIELD])


def top(known: Recognition) -> pd.DataFrame:
    """The sheet's first rows as Excel shows them: row numbers, columns by letter."""
    width = max(map(len, known.top), default=0)
    letters = [column_letters(index) for index in range(width)]
    rows = [row + [""] * (width - len(row)) for row in known.top]
    return pd.DataFrame(rows, columns=letters).rename_axis("行").rename(lambda row: row + 1).reset_index()


def fields(kind: str) -> list[str]:
    """What a column can be: a field of the ledger, or not read."""
    return [NOT_READ, *(field.title for field in forms.get(kind).fields)]


def header_rows(known: Recognition) -> list[int]:
    """The rows that may be said to be the header."""
    return list(range(1, min(known.height, known_titles.SEARCHED_ROWS) + 1))


def objections(kind: str, chosen: Sequence[str], known: Recognition) -> list[str]:
    """What cannot be, or is still missing, in the fields chosen for the columns; a sentence each."""
    letters: dict[str, list[str]] = {}
    for use, title in zip(known.columns, chosen, strict=True):
        letters.setdefault(title, []).append(use.letter)
    twice = [
        f"“{title}”对应了 {'、'.join(found)} 列，请只留一列。"
        for title, found in letters.items()
        if len(found) > 1 and title != NOT_READ
    ]
    given = {title for title, _, _ in known.given}
    lacking = [
        field.title
        for field in forms.get(kind).fields
        if field.required and field.type != "year" and field.title not in letters and field.title not in given
    ]
    return [*twice, f"必填项还没有对应的列：{'、'.join(lacking)}。"] if lacking else twice


def words(
    known: Recognition,
    earlier: Instructions | None,
    *,
    kind: str,
    rows: tuple[int, int] | None,
    chosen: Sequence[str],
    year: int,
    unit: str,
) -> Instructions | None:
    """What the clerk's choices say about a sheet beyond what was understood of it; None where they say nothing.

    ``rows`` are the header's as Excel shows them, ``chosen`` the fields by column; '' and 0 leave a thing to the file.
    """
    if kind == LEFT_OUT:
        return Instructions(is_skipped=True)
    layout = earlier.layout if earlier else None
    ledger = kind if kind != known.kind or (earlier and earlier.ledger) else None
    if rows is not None and rows != known.header_rows:
        layout = Layout((rows[0] - 1, rows[1] - 1))
    elif kind != known.kind:
        layout = Layout(layout.header_rows) if layout and layout.header_rows else None
    elif list(chosen) != mapping(known)[FIELD].tolist():
        layout, ledger = _layout(known, chosen), kind
    said = Instructions(ledger or None, year or None, unit or None, layout)
    return said if said != Instructions() else None


def also(
    told: Mapping[SheetAt, Instructions | None], sheets_alike: Sequence[SheetAt], said: Instructions
) -> dict[SheetAt, Instructions]:
    """What is said of a sheet, said also of those with the same header of which the same or nothing was said before.

    ``told`` is what was said before, by sheet; the year is each sheet's own.
    """
    at, *others = sheets_alike
    before = _without_year(told.get(at))
    return {at: said} | {
        other: Instructions(said.ledger, its.year if (its := told.get(other)) else None, said.unit, said.layout)
        for other in others
        if not said.is_skipped and _without_year(told.get(other)) in (before, None)
    }


def automatic(entry: SheetReport) -> Instructions | None:
    """What is said to have a sheet read by its header alone: that its layout is, where another one is remembered."""
    return Instructions(layout=Layout()) if entry.recognition.saved_on else None


def kind_in_words(kind: str) -> str:
    """A choice of ledger; '' for the one the header shows."""
    if kind == LEFT_OUT:
        return "不读这张工作表"
    return forms.get(kind).name if kind else "台账种类：按表头识别"


def first_in_words(row: int) -> str:
    """A choice of the header's first row, 0 where none was found."""
    return f"表头从第 {row} 行" if row else "表头行：未认出"


def last_in_words(row: int) -> str:
    """A choice of the header's last row, 0 where there is no first."""
    return f"到第 {row} 行" if row else "到第几行"


def year_in_words(year: int) -> str:
    """A choice of year, 0 for the one the sheet names."""
    return f"{year}年" if year else "年度：按表中"


def unit_in_words(unit: str) -> str:
    """A choice of unit, '' for the one the sheet names."""
    return unit or "单位：按表中"


def _ledger(entry: SheetReport) -> str:
    return forms.get(entry.recognition.kind).name if entry.recognition.kind else "未识别"


def _layout(known: Recognition, chosen: Sequence[str]) -> Layout:
    form = forms.get(known.kind)
    by_title = {field.title: field.column for field in form.fields}
    pairs = tuple((use.index, by_title.get(title)) for use, title in zip(known.columns, chosen, strict=True))
    return Layout((known.header_rows[0] - 1, known.header_rows[1] - 1), pairs)


def _without_year(said: Instructions | None) -> Instructions | None:
    if said is None:
        return None
    bare = Instructions(said.ledger, unit=said.unit, layout=said.layout, is_skipped=said.is_skipped)
    return bare if bare != Instructions() else None


def _header(known: Recognition) -> str:
    first, last = known.header_rows
    return f"表头第 {first} 行" if first == last else f"表头第 {first}–{last} 行"


def _rows(known: Recognition) -> str:
    if known.data_rows is None:
        return ""
    first, last = known.data_rows
    aside = Counter({messages.catalogue()[code].title: len(rows) for code, rows in known.non_data_rows.items()})
    more = "".join(f"，{title} {count} 行" for title, count in aside.items())
    return f"数据第 {first}–{last} 行，共 {known.rows:,} 行{more}"


def _units(known: Recognition) -> str:
    if not known.units:
        return ""
    return "金额单位" + "、".join(f"{unit}（{source}）" if source else unit for unit, source in known.units)


def _year(known: Recognition) -> str:
    return f"年度 {known.year}（{known.year_from}）" if known.year else ""


def _given(known: Recognition) -> str:
    return "；".join(f"{title}“{value}”（{source}）" for title, value, source in known.given)
