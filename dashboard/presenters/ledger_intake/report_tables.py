"""What the intake page shows of a report: its sheets, issues, counts and changes, saved layouts, absent rows."""

import re
from collections.abc import Sequence

import pandas as pd

from dashboard.definitions import indicators, messages
from dashboard.display import columns
from dashboard.display.cards import Card
from dashboard.ledgers.layout.instructions import SavedLayout
from dashboard.ledgers.loading.removal import RemovalCandidates
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.report import REFUSED, Report, SheetReport, status_in_words
from dashboard.presenters.ledger_intake.uploads import Upload

SEVERITIES = {issues.REFUSED: "不能导入", issues.WARNING: "提醒", issues.NOTICE: "说明"}

# Issues that can be answered on the page instead of in the file: code of the issue, what to do there.
ASKED = {
    "year_needed": "请在“识别结果和更正”中选择年度后重新核对。",
    "date_year_needed": "请在“识别结果和更正”中选择年度后重新核对。",
    "date_needs_year": "请写完整；或在“识别结果和更正”中选择年度后重新核对。",
    "unit_needed": "请在“识别结果和更正”中选择金额单位后重新核对。",
    "not_a_ledger": "请在“识别结果和更正”中指定台账种类和表头行。",
    "columns_missing": "请在“识别结果和更正”中指定这些列，或改选台账种类；表中确实没有的，请补上后重新上传。",
    "columns_repeated": "请在“识别结果和更正”中只留一列，其余改为“不读”。",
    "not_quite_a_ledger": "请在“识别结果和更正”中指定各列，或改选台账种类。",
    "other_ledger": "请在“识别结果和更正”中改选台账种类，或指定各列后重新核对。",
}

# Issues that the page shows; the export has all.
SHOWN_ISSUES = 300

_NAMED_FILES = 5
# What the panel of corrections shows itself beside the table of columns.
_SEEN_AT_COLUMNS = {"columns_missing", "not_quite_a_ledger"}
_IN_PANEL = "在“识别结果和更正”中"

SHEET_COLUMNS = {
    "file": columns.text("文件"),
    "sheet": columns.text("工作表", width=145),
    "ledger": columns.text("台账种类", width=145),
    "result": columns.text("核对结果", width=105),
    "read": columns.count("读到（行）", width=80),
    "loaded": columns.count("可导入（行）", width=95),
    "refused": columns.count("不能导入（行）", width=110),
    "new": columns.count("新增", width=65),
    "changed": columns.count("变更", width=65),
    "unchanged": columns.count("未变", width=65),
    "missing": columns.count("本次文件中没有", width=120),
}
ISSUE_COLUMNS = {
    "severity": columns.text("类别", width=75),
    "file": columns.text("文件", width=145),
    "sheet": columns.text("工作表", width=85),
    "row": columns.text("行", width=55),
    "column": columns.text("列", width=95),
    "value": columns.text("内容", width=155),
    "says": columns.text("问题"),
    "todo": columns.text("怎么办", width=255),
}
CHANGE_COLUMNS = {
    "ledger": columns.text("台账"),
    "key": columns.text("编号"),
    "title": columns.text("列"),
    "old": columns.text("原值"),
    "new": columns.text("新值"),
}
SAVED_LAYOUT_COLUMNS = {
    "ledger": columns.text("台账种类", width=160),
    "titles": columns.text("表头", width=420),
    "holds": columns.text("记住的内容", width=220),
    "file": columns.text("来自文件"),
    "confirmed_on": columns.text("确认日期", width=110),
}
MOVED_COLUMNS = {
    "name": columns.text("指标"),
    "period": columns.text("期间"),
    "before": columns.text("发布前"),
    "now": columns.text("发布后"),
}


def sheets(report: Report) -> pd.DataFrame:
    """One row per sheet: what was recognised, and what would become of its rows; no counts where none were read."""
    return pd.DataFrame([_sheet(entry) for entry in report.files], columns=list(SHEET_COLUMNS))


def issue_rows(report: Report) -> pd.DataFrame:
    """One row per issue: rejections first, then in the order of sheets and rows; masked."""
    catalogue = messages.catalogue()
    rows = [
        {
            "place": place,
            "file": _file(entry),
            "sheet": entry.sheet,
            "row": issue.row,
            "column": issue.column,
            "value": issue.value,
            "severity": SEVERITIES[issue.severity],
            "says": _sentence(issue, catalogue[issue.code].todo),
            "todo": ASKED.get(issue.code, catalogue[issue.code].todo),
        }
        for place, entry in enumerate(report.files)
        for issue in entry.issues
    ]
    table = pd.DataFrame(rows, columns=["place", *ISSUE_COLUMNS]).astype({"row": "Int64"})
    order = {"severity": table["severity"].map(_RANKS), "place": table["place"], "row": table["row"]}
    ordered = pd.DataFrame(order).sort_values(["severity", "place", "row"], kind="stable", na_position="first").index
    return table.loc[ordered, list(ISSUE_COLUMNS)].reset_index(drop=True)


def changes(report: Report) -> pd.DataFrame:
    """Examples of changed rows, one row per field: ledger, key, title, old and new value; masked."""
    rows = [
        {"ledger": ledger.name, "key": change.key.replace("|", " / "), "title": title, "old": old, "new": new}
        for ledger in report.ledgers
        for change in ledger.examples
        for title, old, new in change.fields
    ]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def changed_in_words(report: Report) -> str:
    """How many rows are changed, and how many of them are shown."""
    changed = sum(ledger.changed for ledger in report.ledgers)
    shown = sum(len(ledger.examples) for ledger in report.ledgers)
    return f"共 {changed:,} 行变更" + (f"，列出前 {shown:,} 行" if shown < changed else "") + "；原值和新值"


def counted(report: Report) -> list[Card]:
    """What would become of the rows, as cards."""
    numbers = {
        name: sum(getattr(ledger, name) for ledger in report.ledgers) for name in ("new", "changed", "unchanged")
    }
    refused = sum(len(entry.refused) for entry in report.files)
    warned = sum(issue.severity == issues.WARNING for entry in report.files for issue in entry.issues)
    missing = sum(ledger.missing for ledger in report.ledgers)
    whole = len(report.refused_files)
    rest = f"另有 {whole:,} 个文件整个不能导入" if whole else "其余行不受影响"
    return [
        Card("新增", f"{numbers['new']:,}", "行", "第一次出现"),
        Card("变更", f"{numbers['changed']:,}", "行", "与现有数据不同，将被替换"),
        Card("未变", f"{numbers['unchanged']:,}", "行", "与现有数据相同"),
        Card("本次文件中没有", f"{missing:,}", "行", "保留不动"),
        Card("不能导入", f"{refused:,}", "行", rest, light="red" if refused or whole else None, word="请改正"),
        Card("提醒", f"{warned:,}", "条", "照常导入", light="amber" if warned else None, word="请核对"),
    ]


def absent_rows(candidates: RemovalCandidates) -> tuple[pd.DataFrame, dict[str, columns.Column]]:
    """Current rows absent from the files as they are shown, masked, and their columns."""
    shown = candidates.masked()
    return shown, {title: columns.text(title) for title in shown.columns}


def why_not_offered(report: Report, candidates: Sequence[RemovalCandidates]) -> str:
    """Why absent rows cannot be chosen for removal, in one sentence; '' where all of them can."""
    offered = {each.kind: len(each.keys) for each in candidates}
    reasons: dict[str, list[str]] = {}
    for ledger in report.ledgers:
        if ledger.missing > offered.get(ledger.kind, 0):
            reasons.setdefault(_why_kept(report, ledger.kind, ledger.kind in offered), []).append(f"《{ledger.name}》")
    sentences = [f"{'、'.join(names)}{reason}" for reason, names in reasons.items()]
    return f"{'；'.join(sentences)}；这些行保留不动，不供勾选移除。" if sentences else ""


def saved_layout_rows(layouts: dict[str, SavedLayout]) -> pd.DataFrame:
    """One row per saved layout, newest first, with its ``fingerprint``."""
    rows = [
        {
            "fingerprint": fingerprint,
            "ledger": layout.ledger_name,
            "titles": "、".join(layout.titles),
            "holds": layout.in_words,
            "file": layout.file_name,
            "confirmed_on": layout.saved_on,
        }
        for fingerprint, layout in layouts.items()
    ]
    table = pd.DataFrame(rows, columns=["fingerprint", *SAVED_LAYOUT_COLUMNS])
    return table.sort_values("confirmed_on", ascending=False, kind="stable").reset_index(drop=True)


def moved(values: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``meta/moved`` as they are shown: name, period, value before and now; in the order of the registry."""
    order = {definition.id: place for place, definition in enumerate(indicators.all())}
    defined = values[values["indicator"].isin(list(order))]
    ordered = defined.sort_values("indicator", key=lambda ids: ids.map(order), kind="stable")
    return pd.DataFrame(
        {
            "name": [indicators.label(name) for name in ordered["indicator"]],
            "period": ordered["period"].tolist(),
            "before": [indicators.format(row.indicator, row.value_before) for row in ordered.itertuples()],
            "now": [indicators.format(row.indicator, row.value) for row in ordered.itertuples()],
        }
    ).query("before != now")


def asks(report: Report) -> bool:
    """Whether a file could be read once the clerk chooses its ledger, year or unit."""
    return any(issue.code in ASKED for entry in report.files for issue in entry.issues)


def put_in_before(uploads: Sequence[Upload]) -> str:
    """Which files a report is about that the page no longer lists: it was left or reloaded meanwhile."""
    named = "、".join(upload.name for upload in uploads[:_NAMED_FILES])
    more = f" 等 {len(uploads):,} 个文件" if len(uploads) > _NAMED_FILES else ""
    return f"下面是先前放入的 {named}{more} 的核对结果；再放入文件，则只核对新放入的。"


def questions(report: Report, about: SheetReport) -> list[str]:
    """Questions about a sheet as a whole: what is wrong and what to choose on the page, a sentence each."""
    catalogue = messages.catalogue()
    asked = [
        f"{_sentence(issue, catalogue[issue.code].todo)}{ASKED[issue.code].replace(_IN_PANEL, '')}"
        for entry in report.files
        if (entry.path, entry.sheet) == (about.path, about.sheet)
        for issue in entry.issues
        if issue.code in ASKED and issue.code not in _SEEN_AT_COLUMNS and issue.row is None
    ]
    return list(dict.fromkeys(asked))


def why_not(report: Report) -> str:
    """Why there is nothing to publish, in one sentence."""
    if not any(entry.rows_loaded for entry in report.files):
        where = "请在“识别结果和更正”中指定后重新核对，或" if asks(report) else "请"
        return f"没有可以导入的行：{where}按“问题和说明”逐条处理后重新上传。"
    rows = "可以导入的行" if any(entry.refused for entry in report.files) else "文件内容"
    more = "；其余的请在“识别结果和更正”中指定后重新核对" if asks(report) else ""
    return f"{rows}与现有数据完全相同，不需要发布新版本{more}。"


# The temporary folder of an upload, which means nothing to its sender.
_FOLDER = re.compile(r"[^“”]*dashboard-intake-[^/\\”]+[/\\]\d{3}[/\\]")
_RANKS = {word: rank for rank, word in enumerate(SEVERITIES.values())}


def _why_kept(report: Report, kind: str, is_offered: bool) -> str:
    """Why the absent rows of a ledger, or the rest of them, are not offered for removal."""
    sheets = [entry for entry in report.files if entry.ledger == kind]
    if any(entry.is_returned for entry in sheets):
        return "本次是退回表，其中只有改正的行"
    if is_offered:
        return "还有一些行，所在的村、年度或月份不在本次文件中"
    if any(entry.refused for entry in sheets):
        return "有的行不能导入，改好后才能看出哪些行确实没有"
    return "原有的行，所在的村、年度或月份不在本次文件中"


def _sheet(entry: SheetReport) -> dict[str, str | int | None]:
    facts = {
        "file": _file(entry),
        "sheet": entry.sheet,
        "ledger": entry.ledger_name or "未识别",
        "result": status_in_words(REFUSED if entry.rows_read and not entry.rows_loaded else entry.status, dry_run=True),
    }
    counts = {
        "read": entry.rows_read,
        "loaded": entry.rows_loaded,
        "refused": len(entry.refused),
        "new": entry.new,
        "changed": entry.changed,
        "unchanged": entry.unchanged,
        "missing": entry.missing,
    }
    if entry.status == REFUSED:
        # No row of a rejected sheet was judged.
        counts = dict.fromkeys(counts) | {"read": entry.rows_read, "loaded": 0}
    return facts | (counts if entry.rows_read else dict.fromkeys(counts))


def _file(entry: SheetReport) -> str:
    return _FOLDER.sub("", entry.path)


def _sentence(issue: issues.Issue, todo: str) -> str:
    """The sentence alone: where it applies and what to do have columns of their own."""
    says = _FOLDER.sub("", issue.message.removesuffix(todo))
    place = f"“{issue.column}”：" if issue.column else f"第 {issue.row} 行：" if issue.row is not None else "”："
    return says.partition(place)[2] or says
