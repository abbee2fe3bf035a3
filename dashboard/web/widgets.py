"""Pieces of pages: headline, cards, charts, tables with export, choices, source lines, empty states."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.display import columns, palette
from dashboard.display.cards import Card, ChartCard, cards_html, legend_html
from dashboard.display.columns import Column
from dashboard.exports import tables
from dashboard.web import blocks

_CSS = Path(__file__).parent / "static" / "look.css"

# Plotly's own buttons and hints are English; a click or drag in a chart does nothing.
_PLOTLY = {"displayModeBar": False, "scrollZoom": False, "showTips": False, "doubleClick": False}

# Up to so many rows are shown whole, more of them in a window of so many pixels.
_SHOWN_WHOLE, _WINDOW = 11, 420

Notes = Sequence[tuple[str, str]]


def stylesheet() -> None:
    """Send the style sheet of headline, cards, bar and tables; colours come from the theme."""
    st.html(_stylesheet())


def banner(title: str) -> str:
    """The dashboard's name as an SVG image for the navigation bar."""
    width = 21 * len(title) + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" viewBox="0 0 {width} 32">'
        f'<text x="2" y="23" font-family="{escape(palette.FONT)}" font-size="20" font-weight="700" fill="#fff">'
        f"{escape(title)}</text></svg>"
    )


def finding(headline: str, detail: str = "") -> None:
    """The page's headline in one sentence, and a line of how to read it."""
    more = f"<p>{escape(detail)}</p>" if detail else ""
    st.html(f'<div class="db-finding"><h1>{escape(headline)}</h1>{more}</div>')


def cards(items: Sequence[Card]) -> None:
    """Cards in a grid that fills the width."""
    st.html(cards_html(items))


def legend(words: Sequence[tuple[str, str]]) -> None:
    """What the lights mean: (light, meaning) pairs."""
    st.html(legend_html(words))


def section(title: str, detail: str = "") -> None:
    """The heading of a part of the page."""
    more = f"<span>{escape(detail)}</span>" if detail else ""
    st.html(f'<div class="db-section"><h2>{escape(title)}</h2>{more}</div>')


def chart(card: ChartCard) -> None:
    """A chart in a frame under its title, with its source line."""
    if card.chart is None:
        empty(card.title, card.source)
        return
    with st.container(border=True, gap="xxsmall", height="stretch", key=f"figure_{card.key}"):
        st.html(f'<h3 class="db-figure-title">{escape(card.title)}</h3>')
        st.plotly_chart(card.chart, height="stretch", theme=None, config=_PLOTLY, key=card.key, alt=card.title)
        st.html(f'<div class="db-source">{escape(card.source)}</div>')


def two_by_two(items: Sequence[ChartCard]) -> None:
    """Charts in rows of two; the last of an odd number takes a whole row."""
    slots = [slot for _ in range(len(items) // 2) for slot in st.columns(2)]
    if len(items) % 2:
        slots.append(st.container())
    for slot, card in zip(slots, items, strict=True):
        with slot:
            chart(card)


def side_by_side(items: Sequence[ChartCard]) -> None:
    """Charts in one row; nothing for none."""
    if not items:
        return
    for slot, card in zip(st.columns(len(items)), items, strict=True):
        with slot:
            chart(card)


def table(
    rows: pd.DataFrame, name: str, shown_columns: Mapping[str, Column], key: str, height: int | str = "auto"
) -> None:
    """Rows as a table without export; ``name`` is its text for screen readers."""
    _grid(columns.presented(rows, shown_columns), name, shown_columns, key, height)


def choose_rows(rows: pd.DataFrame, name: str, shown_columns: Mapping[str, Column], key: str) -> list[int]:
    """Rows as a table with a box before each; the positions of those that are ticked, [] in a table without rows."""
    event = _grid(
        columns.presented(rows, shown_columns), name, shown_columns, key, "auto", "rerun", selection_mode="multi-row"
    )
    return [] if event is None else [place for place in event.selection.rows if place < len(rows)]


def table_with_export(
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    name: str,
    shown_columns: Mapping[str, Column],
    notes: Notes,
    key: str,
    height: int | str = "auto",
    drawn_for: tuple | None = None,
    on_choose: Callable[[int], None] | None = None,
) -> None:
    """The rows as a table, and the very same rows as xlsx and csv named ``name``.

    ``shown_columns`` maps columns of ``table`` to how they are shown, in order; ``notes`` are the lines of the
    workbook's 说明 sheet (`sources.notes`). ``drawn_for`` is the view and the page's choices that the rows depend on:
    the table is then drawn once for them (`blocks.block`), and ``table`` may be a function that makes the rows.
    ``on_choose`` is called with the position of a row that is ticked; such a table is drawn anew every time.
    """

    def shown() -> pd.DataFrame:
        return columns.presented(table() if callable(table) else table, shown_columns)

    def grid() -> None:
        if on_choose is None:
            _grid(shown(), name, shown_columns, key, height)
        else:
            _grid(shown(), name, shown_columns, key, height, chosen, selection_mode="single-row")

    def chosen() -> None:
        for place in st.session_state[key].selection.rows:
            on_choose(place)

    def counted() -> None:
        source(f"共 {len(table() if callable(table) else table):,} 行，导出内容与页面一致")

    _draw(grid, f"{key}_grid", drawn_for)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_export"):
        formats = _excel_formats(shown_columns)
        _download("Excel", lambda: tables.xlsx_bytes(shown(), name, notes, formats), f"{name}.xlsx", key)
        _download("CSV", lambda: tables.csv_bytes(shown()), f"{name}.csv", key)
        _draw(counted, f"{key}_count", drawn_for)


def preview_with_export(
    table: pd.DataFrame,
    name: str,
    shown_columns: Mapping[str, Column],
    notes: Notes,
    key: str,
    first: int,
    height: int | str = "auto",
    parquet: bool = True,
    is_prose: bool = False,
) -> None:
    """The ``first`` rows of a table that may be long, and all of its rows as xlsx, csv and parquet named ``name``.

    ``is_prose``: its cells hold sentences, which are shown whole, in as many lines as they need.
    """
    shown_rows = columns.presented(table.head(first), shown_columns)
    if is_prose and len(shown_rows):
        _sheet(shown_rows, name, shown_columns)
    else:
        _grid(shown_rows, name, shown_columns, key, height)
    shown = f"预览前 {first:,} 行，导出全部 {len(table):,} 行" if len(table) > first else f"共 {len(table):,} 行"
    too_long = f"；超过 {tables.MAX_XLSX_ROWS:,} 行不能导出 Excel，请用 CSV、Parquet 或缩小范围"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_export"):
        formats = _excel_formats(shown_columns)
        _download(
            "Excel",
            lambda: tables.xlsx_bytes(columns.presented(table, shown_columns), name, notes, formats),
            f"{name}.xlsx",
            key,
            disabled=len(table) > tables.MAX_XLSX_ROWS,
        )
        _download("CSV", lambda: tables.csv_bytes(columns.presented(table, shown_columns)), f"{name}.csv", key)
        if parquet:
            _download(
                "Parquet", lambda: tables.parquet_bytes(columns.presented(table, shown_columns)), f"{name}.parquet", key
            )
        source(shown + (too_long if len(table) > tables.MAX_XLSX_ROWS else ""))


def export_buttons(shown: pd.DataFrame, name: str, shown_columns: Mapping[str, Column], notes: Notes, key: str) -> None:
    """Buttons that give the rows ``shown`` (`columns.presented`) as xlsx and csv named ``name``."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_export"):
        formats = _excel_formats(shown_columns)
        _download(
            "Excel",
            lambda: tables.xlsx_bytes(shown, name, notes, formats),
            f"{name}.xlsx",
            key,
            disabled=len(shown) > tables.MAX_XLSX_ROWS,
        )
        _download("CSV", lambda: tables.csv_bytes(shown), f"{name}.csv", key)
        source(f"共 {len(shown):,} 行，导出内容与页面一致")


def list_height(rows: pd.DataFrame) -> int | str:
    """The height of a list: its own, or a window to scroll in where it has many rows."""
    return _WINDOW if len(rows) > _SHOWN_WHOLE else "auto"


def source(line: str) -> None:
    """The line under a page or table: 数据来源 · 截至日期 · 版本 · 口径."""
    st.html(f'<div class="db-source">{escape(line)}</div>')


def choice(label: str, options: Sequence[str], everything: str, key: str, width: int = 200) -> str:
    """One of ``options`` or '' for all of them, kept in the address; a choice that is no longer offered is dropped."""
    offered = ["", *options]
    if st.session_state.get(key, "") not in offered:
        del st.session_state[key]
    return st.selectbox(
        label,
        offered,
        format_func=lambda option: option or everything,
        key=key,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        width=width,
    )


def pick(label: str, options: Sequence, key: str, say: Callable = str, width: int | str = "stretch"):
    """One of ``options``, written by ``say``; a question of the moment, so it is not kept in the address."""
    return st.selectbox(
        label,
        options,
        format_func=say,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        filter_mode=None,
        placeholder="请选择",
        width=width,
    )


def segments(label: str, options: Sequence[str], key: str) -> str:
    """One of a few ``options``, side by side, the first to begin with; kept in the address."""
    return st.segmented_control(
        label,
        list(options),
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )


def facts(title: str, pairs: Sequence[tuple[str, str]], key: str, beside: Sequence[ChartCard] = ()) -> None:
    """Facts in a frame, (label, text) pairs under a title, with charts in the same row."""
    lines = "".join(f"<i>{escape(label)}</i><span>{escape(words)}</span>" for label, words in pairs)
    slots = st.columns([4, *[3] * len(beside)])
    with slots[0], st.container(border=True, height="stretch", key=f"figure_{key}"):
        st.html(f'<h3 class="db-figure-title">{escape(title)}</h3><div class="db-explained">{lines}</div>')
    for slot, card in zip(slots[1:], beside, strict=True):
        with slot:
            chart(card)


def empty(title: str, what_to_do: str) -> None:
    """Why there is nothing to show, and what to do about it."""
    st.html(f'<div class="db-empty"><h2>{escape(title)}</h2><p>{escape(what_to_do)}</p></div>')


def _draw(draw: Callable[[], None], key: str, drawn_for: tuple | None) -> None:
    if drawn_for is None:
        draw()
    else:
        blocks.block(key, draw, *drawn_for)


def _grid(
    shown: pd.DataFrame,
    name: str,
    shown_columns: Mapping[str, Column],
    key: str,
    height: int | str,
    on_select: str | Callable[[], None] = "ignore",
    **selecting: str,
):
    if shown.empty:
        empty("没有符合条件的行", "可在上方改选范围或筛选条件。")
        return None
    return st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=height,
        column_config={column.title: _screen_column(column) for column in shown_columns.values()},
        alt=name,
        placeholder="",
        on_select=on_select,
        **selecting,
    )


# What a width of so many pixels is at the base size of letters: the page's own tables grow with them.
_BASE_PX = 15


def _sheet(shown: pd.DataFrame, name: str, shown_columns: Mapping[str, Column]) -> None:
    """Rows as a table of the page itself: the grid cuts off what does not fit its one line."""
    widths = "".join(
        f'<col style="width:{column.width / _BASE_PX:.1f}rem">' if isinstance(column.width, int) else "<col>"
        for column in shown_columns.values()
    )
    heads = "".join(f"<th>{escape(title)}</th>" for title in shown.columns)
    cells = shown.map(lambda cell: "<td></td>" if pd.isna(cell) else f"<td>{escape(str(cell))}</td>")
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells.itertuples(index=False))
    st.html(
        f'<div class="db-sheet" tabindex="0"><table aria-label="{escape(name)}"><colgroup>{widths}</colgroup>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _download(what: str, make: Callable[[], bytes], file_name: str, key: str, disabled: bool = False) -> None:
    """A button whose file is made when it is clicked, on a thread of its own."""
    st.download_button(
        f"导出 {what}",
        make,
        file_name=file_name,
        on_click="ignore",
        key=f"{key}_{file_name.rpartition('.')[2]}",
        disabled=disabled,
    )


def _excel_formats(shown_columns: Mapping[str, Column]) -> dict[str, str]:
    return {column.title: column.excel_format for column in shown_columns.values() if column.excel_format}


@st.cache_resource(show_spinner=False)
def _stylesheet() -> str:
    colours = {
        "primary": palette.PRIMARY,
        "text": palette.TEXT,
        "border": palette.BORDER,
        "panel": palette.PANEL,
        **palette.LIGHTS,
    }
    variables = "".join(f"--db-{name}:{value};" for name, value in colours.items())
    return f"<style>:root{{{variables}}}\n{_CSS.read_text(encoding='utf-8')}</style>"


def _screen_column(column: Column):
    look = {"label": column.title, "width": column.width, "pinned": column.pinned or None, "help": column.help}
    if column.kind == "number":
        return st.column_config.NumberColumn(format=column.screen_format, **look)
    if column.kind == "date":
        return st.column_config.DateColumn(format="YYYY-MM-DD", **look)
    return st.column_config.TextColumn(**look)
