"""What was recognised in the uploaded sheets, as text, and the clerk's corrections as `Instructions`."""

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
from dashboard.presenters.ledger_intake.uploads import SheetAt

NOT_READ = "不读"
LEFT_OUT = "left_out"
UNITS = ("", "元", "万元")
DEEPEST = known_titles.DEEPEST

# The columns of `mapping`, and of the sheet's first rows.
LETTER, TITLE, EXAMPLE, FIELD = "列", "表中列名", "示例", "对应到"
MAPPING_COLUMNS = {name: columns.text(name) for name in (LETTER, TITLE, EXAMPLE, FIELD)}


def sheets(report: Report) -> dict[SheetAt, SheetReport]:
    """The sheets that were examined, the first report of each; those with problems come first."""
    first: dict[SheetAt, SheetReport] = {}
    worst: dict[SheetAt, int] = {}
    order = [REFUSED, PARTIAL, LOADED, SKIPPED]
    for entry in report.files:
        if entry.recognition.top:
            at = SheetAt.of(entry)
            first.setdefault(at, entry)
            worst[at] = min(worst.get(at, len(order)), order.index(entry.status))
    return dict(sorted(first.items(), key=lambda pair: worst[pair[0]]))


def headline(entries: Mapping[SheetAt, SheetReport]) -> str:
    """What the panel of corrections holds, in one line."""
    unread = sum(use.field is None for entry in entries.values() for use in entry.recognition.columns)
    return f"识别结果和更正（{len(entries)} 张工作表" + (f"，{unread} 列未读）" if unread else "，各列都已读）")


def named(at: SheetAt, entry: SheetReport, file: str) -> str:
    """A sheet's name among the choices: file, sheet, ledger."""
    inner = f" › {at.inner}" if at.inner else ""
    sheet = f" › {at.sheet}" if at.sheet else ""
    return f"{file}{inner}{sheet}（{_ledger(entry)}）"


def facts(entry: SheetReport) -> str:
    """What was recognised in a sheet besides its columns, in one line."""
    recognition = entry.recognition
    if recognition.header_rows is None:
        return "没有认出表头：请选择台账种类和表头行，重新核对后再指定各列。"
    several = "一张表填入多个台账、年度或月份，各列由程序拆分" if recognition.is_one_of_several else ""
    parts = (
        _header(recognition),
        _rows(recognition),
        _units(recognition),
        _year(recognition),
        _given(recognition),
        several,
    )
    return "；".join(filter(None, parts))


def mapping(recognition: Recognition) -> pd.DataFrame:
    """One row per column of the sheet: letter, title, example, the field it fills."""
    rows = [
        {LETTER: use.letter, TITLE: use.title, EXAMPLE: use.example, FIELD: use.field or NOT_READ}
        for use in recognition.columns
    ]
    return pd.DataFrame(rows, columns=[LETTER, TITLE, EXAMPLE, FIELD])


def top(recognition: Recognition) -> pd.DataFrame:
    """The sheet's first rows as Excel shows them: row numbers, columns by letter."""
    width = max(map(len, recognition.top), default=0)
    letters = [column_letters(index) for index in range(width)]
    rows = [row + [""] * (width - len(row)) for row in recognition.top]
    return pd.DataFrame(rows, columns=letters).rename_axis("行").rename(lambda row: row + 1).reset_index()


def fields(kind: str) -> list[str]:
    """What a column can be mapped to: a field of the ledger, or not read."""
    return [NOT_READ, *(field.title for field in forms.get(kind).fields)]


def header_rows(recognition: Recognition) -> list[int]:
    """The rows (numbered as in Excel) that may be chosen as the header."""
    return list(range(1, min(recognition.height, known_titles.SEARCHED_ROWS) + 1))


def objections(kind: str, chosen: Sequence[str], recognition: Recognition) -> list[str]:
    """What is wrong or still missing in the fields chosen for the columns; a sentence each."""
    letters: dict[str, list[str]] = {}
    for use, title in zip(recognition.columns, chosen, strict=True):
        letters.setdefault(title, []).append(use.letter)
    twice = [
        f"“{title}”对应了 {'、'.join(places)} 列，请只留一列。"
        for title, places in letters.items()
        if len(places) > 1 and title != NOT_READ
    ]
    given = {title for title, _, _ in recognition.given}
    lacking = [
        field.title
        for field in forms.get(kind).fields
        if field.required and field.type != "year" and field.title not in letters and field.title not in given
    ]
    return [*twice, f"必填项还没有对应的列：{'、'.join(lacking)}。"] if lacking else twice


def instructions(
    recognition: Recognition,
    earlier: Instructions | None,
    *,
    kind: str,
    rows: tuple[int, int] | None,
    chosen: Sequence[str],
    year: int,
    unit: str,
) -> Instructions | None:
    """The clerk's choices for a sheet as manual settings; None where they are what was recognised.

    ``rows`` are the header's, numbered as in Excel; ``chosen`` the fields by column; '' and 0 leave it to the file.
    ``earlier`` are the settings of the last check.
    """
    if kind == LEFT_OUT:
        return Instructions(is_skipped=True)
    layout = earlier.layout if earlier else None
    ledger = kind if kind != recognition.kind or (earlier and earlier.ledger) else None
    if rows is not None and rows != recognition.header_rows:
        layout = Layout((rows[0] - 1, rows[1] - 1))
    elif kind != recognition.kind:
        layout = Layout(layout.header_rows) if layout and layout.header_rows else None
    elif list(chosen) != mapping(recognition)[FIELD].tolist():
        layout, ledger = _layout(recognition, chosen), kind
    settings = Instructions(ledger or None, year or None, unit or None, layout)
    return settings if settings != Instructions() else None


def for_alike(
    earlier: Mapping[SheetAt, Instructions | None], sheets_alike: Sequence[SheetAt], settings: Instructions
) -> dict[SheetAt, Instructions]:
    """The settings of the first sheet, and for those of ``sheets_alike`` that had the same settings as it or none.

    ``earlier`` are the settings of the last check by sheet; each sheet keeps its own year.
    """
    at, *others = sheets_alike
    before = _without_year(earlier.get(at))
    return {at: settings} | {
        other: Instructions(
            settings.ledger, own.year if (own := earlier.get(other)) else None, settings.unit, settings.layout
        )
        for other in others
        if not settings.is_skipped and _without_year(earlier.get(other)) in (before, None)
    }


def automatic(entry: SheetReport) -> Instructions | None:
    """Settings that have a sheet read by its header alone; None unless a saved layout must be ignored for that."""
    return Instructions(layout=Layout()) if entry.recognition.saved_on else None


def kind_in_words(kind: str) -> str:
    """A choice of ledger as text; '' for the one recognised by the header."""
    if kind == LEFT_OUT:
        return "不读这张工作表"
    return forms.get(kind).name if kind else "台账种类：按表头识别"


def first_in_words(row: int) -> str:
    """A choice of the header's first row as text; 0 where none was recognised."""
    return f"表头从第 {row} 行" if row else "表头行：未认出"


def last_in_words(row: int) -> str:
    """A choice of the header's last row as text; 0 where there is no first."""
    return f"到第 {row} 行" if row else "到第几行"


def year_in_words(year: int) -> str:
    """A choice of year as text; 0 for the year in the sheet."""
    return f"{year}年" if year else "年度：按表中"


def unit_in_words(unit: str) -> str:
    """A choice of unit as text; '' for the unit in the sheet."""
    return unit or "单位：按表中"


def _ledger(entry: SheetReport) -> str:
    return forms.get(entry.recognition.kind).name if entry.recognition.kind else "未识别"


def _layout(recognition: Recognition, chosen: Sequence[str]) -> Layout:
    form = forms.get(recognition.kind)
    by_title = {field.title: field.column for field in form.fields}
    pairs = tuple((use.index, by_title.get(title)) for use, title in zip(recognition.columns, chosen, strict=True))
    return Layout((recognition.header_rows[0] - 1, recognition.header_rows[1] - 1), pairs)


def _without_year(settings: Instructions | None) -> Instructions | None:
    if settings is None:
        return None
    rest = Instructions(settings.ledger, unit=settings.unit, layout=settings.layout, is_skipped=settings.is_skipped)
    return rest if rest != Instructions() else None


def _header(recognition: Recognition) -> str:
    first, last = recognition.header_rows
    return f"表头第 {first} 行" if first == last else f"表头第 {first}–{last} 行"


def _rows(recognition: Recognition) -> str:
    if recognition.data_rows is None:
        return ""
    first, last = recognition.data_rows
    aside = Counter({messages.catalogue()[code].title: len(rows) for code, rows in recognition.non_data_rows.items()})
    more = "".join(f"，{title} {count} 行" for title, count in aside.items())
    return f"数据第 {first}–{last} 行，共 {recognition.rows:,} 行{more}"


def _units(recognition: Recognition) -> str:
    if not recognition.units:
        return ""
    return "金额单位" + "、".join(f"{unit}（{source}）" if source else unit for unit, source in recognition.units)


def _year(recognition: Recognition) -> str:
    return f"年度 {recognition.year}（{recognition.year_from}）" if recognition.year else ""


def _given(recognition: Recognition) -> str:
    return "；".join(f"{title}“{value}”（{source}）" for title, value, source in recognition.given)
