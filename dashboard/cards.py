"""Cards of figures as HTML: name, value, target and gap, change in words, sparkline, light with its word."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboard import palette

_SHAPES = {"green": "●", "amber": "▲", "red": "■", "blue": "◆", "grey": "○"}


@dataclass(frozen=True)
class Card:
    """One figure as it is told. Texts are ready to show; ``value`` is 未填报 where nothing was reported.

    ``light`` is green, amber, red, blue, grey or None (not judged) and goes with ``word``, never alone.
    ``trend`` holds the values of the sparkline, oldest first, None where a period was not reported.
    ``href`` is the address of the page that tells more, with the filters to keep.
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


def cards_html(cards: Sequence[Card]) -> str:
    """All cards in one grid, so that the page gets one element however many there are."""
    return f'<div class="db-cards">{"".join(_card(card) for card in cards)}</div>'


def light_html(light: str | None, word: str) -> str:
    """A light and its word; the mark's shape differs too, for prints and for eyes that do not tell red from green."""
    if light is None:
        return f'<span class="db-light">{escape(word)}</span>' if word else ""
    return f'<span class="db-light db-{light}"><b>{_SHAPES[light]}</b>{escape(word)}</span>'


def legend_html(words: Sequence[tuple[str, str]]) -> str:
    """What the lights on a page mean: (light, meaning) pairs in a line."""
    return f'<div class="db-legend">{"".join(light_html(light, meaning) for light, meaning in words)}</div>'


def sparkline_svg(values: Sequence[float | None], width: int = 84, height: int = 26) -> str:
    """A line without axes, broken where nothing was reported, its last point marked."""
    known = [value for value in values if value is not None and value == value]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
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
    return (
        f'<svg class="db-spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f"{lines}{last}</svg>"
    )


def _card(card: Card) -> str:
    missing = " db-missing" if card.light == "grey" else ""
    tag, link = ("a", f' href="{escape(card.href)}" target="_self"') if card.href else ("div", "")
    hint = f' title="{escape(card.help)}"' if card.help else ""
    return (
        f'<{tag} class="db-card db-edge-{card.light or "none"}{missing}"{link}{hint}>'
        f'<div class="db-name"><span>{escape(card.name)}</span>{light_html(card.light, card.word)}</div>'
        f'<div class="db-value"><span><strong>{escape(card.value)}</strong><em>{escape(card.unit)}</em></span>'
        f"{sparkline_svg(card.trend)}</div>"
        f'<div class="db-note">{escape(card.target) or "&nbsp;"}</div>'
        f'<div class="db-note">{escape(card.change) or "&nbsp;"}</div>'
        f"</{tag}>"
    )
