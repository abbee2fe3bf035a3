"""Cards of single values as HTML, charts with their title and source line, lights with their word, sparklines."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from dashboard import text
from dashboard.display import palette

# The mark differs by shape too: for prints, and for eyes that do not tell red from green.
SHAPES = {"green": "●", "amber": "▲", "red": "■", "blue": "◆", "grey": "○"}


@dataclass(frozen=True)
class Card:
    """One value as it is shown. Texts are ready to show; ``value`` is 未填报 where nothing was reported.

    light: green, amber, red, blue, grey or None (not judged); goes with ``word``, never alone.
    trend: values of the sparkline, oldest first, None where a period was not reported.
    href: the address of the page with the details, '' for none.
    """

    name: str
    value: str
    unit: str = ""
    target: str = ""
    change: str = ""
    trend: Sequence[float | None] = ()
    light: str | None = None
    word: str = ""
    help: str = ""
    href: str = ""


@dataclass(frozen=True)
class ChartCard:
    """A chart as it is shown.

    key: the element's key, once in a page.
    title: what the chart shows, as a sentence; also its text for screen readers.
    chart: the Plotly figure; None where there is nothing to draw: title and source then say why and what to do.
    source: the line below it.
    """

    key: str
    title: str
    chart: Any
    source: str


def cards_html(cards: Sequence[Card]) -> str:
    """All cards in one grid, so that the page gets one element however many there are."""
    per_row = min(len(cards), 6)
    inside = "".join(_card(card) for card in cards)
    return f'<div class="db-cards" style="--per-row:{per_row}">{inside}</div>'


def light_html(light: str | None, word: str) -> str:
    """A light and its word, never one without the other."""
    if light is None or not word:
        return ""
    return f'<span class="db-light db-{light}"><b>{SHAPES[light]}</b>{escape(word)}</span>'


def marked(light: str, word: str) -> str:
    """A light and its word as plain text, for cells of tables and their exports: ■ 逾期."""
    return f"{SHAPES[light]} {word}"


def legend_html(words: Sequence[tuple[str, str]]) -> str:
    """What the lights on a page mean: (light, meaning) pairs in a line."""
    return f'<div class="db-legend">{"".join(light_html(light, meaning) for light, meaning in words)}</div>'


def sparkline_html(values: Sequence[float | None], width: int = 84, height: int = 26) -> str:
    """A line without axes, broken where nothing was reported, its last point marked."""
    reported = [value for value in values if value is not None and value == value]
    if len(reported) < 2:
        return ""
    low, high = min(reported), max(reported)
    step = (width - 6) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    last = ""
    for place, value in enumerate(values):
        if value is None or value != value:
            runs.append([])
            continue
        x = 3 + place * step
        y = height / 2 if high == low else height - 3 - (value - low) / (high - low) * (height - 6)
        runs[-1].append(f"{x:.1f},{y:.1f}")
        last = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{palette.PRIMARY}"/>'
    lines = "".join(
        f'<polyline points="{" ".join(run)}" fill="none" stroke="{palette.PRIMARY}" stroke-width="1.5"/>'
        for run in runs
        if len(run) > 1
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{lines}{last}</svg>"
    )
    # Streamlit strips SVG elements from HTML, but not images.
    return f'<img class="db-spark" alt="" width="{width}" height="{height}" src="data:image/svg+xml,{quote(svg)}">'


def _card(card: Card) -> str:
    missing = " db-missing" if card.value in (text.MISSING, text.NOT_APPLICABLE) else ""
    tag, link = ("a", f' href="{escape(card.href)}" target="_self"') if card.href else ("div", "")
    hint = f' title="{escape(card.help)}"' if card.help else ""
    return (
        f'<{tag} class="db-card db-edge-{card.light or "none"}{missing}"{link}{hint}>'
        f'<div class="db-name"><span>{escape(card.name)}</span>{light_html(card.light, card.word)}</div>'
        f'<div class="db-value"><span><strong>{escape(card.value)}</strong><em>{escape(card.unit)}</em></span>'
        f"{sparkline_html(card.trend)}</div>"
        f'<div class="db-note">{escape(card.target) or "&nbsp;"}</div>'
        f'<div class="db-note">{escape(card.change) or "&nbsp;"}</div>'
        f"</{tag}>"
    )
