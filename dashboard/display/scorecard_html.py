"""The scorecard (units × indicators with lights) and the line of what got worse, as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from dashboard.display.cards import SHAPES


@dataclass(frozen=True)
class ScoreHead:
    """The head of one indicator's column; neighbours of one ``theme`` get a common head above."""

    theme: str
    name: str
    unit: str
    help: str


@dataclass(frozen=True)
class ScoreCell:
    """One value as text, with its light (None = not judged)."""

    text: str
    light: str | None = None
    is_worst: bool = False
    is_missing: bool = False


@dataclass(frozen=True)
class ScoreRow:
    """One unit: its name, the address it leads to ('' for none) and a cell for each head."""

    name: str
    cells: Sequence[ScoreCell]
    href: str = ""
    is_chosen: bool = False


def board(units: str, heads: Sequence[ScoreHead], whole: ScoreRow, rows: Sequence[ScoreRow]) -> str:
    """A table: the place as a whole first, then its parts; ``units`` is the head of their names."""
    themes = "".join(
        f'<th class="db-theme" colspan="{len(list(group))}">{escape(theme)}</th>'
        for theme, group in groupby(head.theme for head in heads)
    )
    names = "".join(f"<th title='{escape(head.help)}'>{_head(head)}</th>" for head in heads)
    top = f"<tr><th></th>{themes}</tr><tr><th>{units}</th>{names}</tr>"
    lines = [
        _row(whole, ' class="db-whole"'),
        *(_row(row, ' class="db-chosen"' if row.is_chosen else "") for row in rows),
    ]
    return f'<div class="db-board"><table>{top}{"".join(lines)}</table></div>'


def change(name: str, value: str, how: str) -> str:
    """One indicator that changed: its name, its value now and, in brackets, how it changed."""
    return f"<em>{escape(name)}</em> {escape(value)}（{escape(how)}）"


def changes_line(label: str, text: str) -> str:
    """The line of changes; ``text`` is HTML, such as `change` makes."""
    return f'<div class="db-worse"><b>{escape(label)}</b>{text}</div>'


def _row(row: ScoreRow, look: str) -> str:
    name = escape(row.name)
    link = f'<a href="{escape(row.href)}" target="_self">{name}</a>' if row.href else name
    return f"<tr{look}><td>{link}</td>{''.join(map(_cell, row.cells))}</tr>"


def _cell(cell: ScoreCell) -> str:
    if cell.is_missing:
        return f'<td class="db-lack">{escape(cell.text)}</td>'
    mark = f'<b class="db-{cell.light}">{SHAPES[cell.light]}</b>' if cell.light else ""
    tint = ' class="db-bad"' if cell.is_worst else ""
    return f"<td{tint}>{mark}{escape(cell.text)}</td>"


def _head(head: ScoreHead) -> str:
    return f"{escape(head.name)}<br>{escape(head.unit) or '&nbsp;'}"
