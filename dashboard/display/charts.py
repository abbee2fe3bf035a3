"""Charts of one moment: few marks, direct labels, one palette. Titles are not drawn (`cards.ChartCard`).

Every function takes plain sequences or table columns and gives a Plotly figure; None and NaN are gaps.
Units are words for labels and hovers (万元, %, 户); ``decimals`` applies to both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.display import chart_layout, palette
from dashboard.display.chart_layout import Values


def ranked_bars(
    names: Values,
    values: Values,
    unit: str,
    decimals: int = 1,
    goal: float | None = None,
    goal_label: str = "",
    colours: Sequence[str] | None = None,
    height: int | None = None,
) -> go.Figure:
    """Horizontal bars, first name on top, each with its value; ``goal`` draws a dashed line with its label."""
    names = _repeatable(names)
    bars = go.Bar(
        x=list(values),
        y=list(range(len(names))),
        orientation="h",
        marker_color=list(colours) if colours is not None else palette.PRIMARY,
        text=[chart_layout.value_text(value, decimals) for value in values],
        textposition="outside",
        cliponaxis=False,
        customdata=names,
        hovertemplate=f"%{{customdata}}：%{{x:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, chart_layout.layout(height or max(160, 26 * len(names) + 50), left=8))
    figure.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=names,
        automargin=True,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(visible=False, rangemode="tozero")
    if goal is not None:
        chart_layout.goal_upright(figure, goal, goal_label)
        figure.update_layout(margin_t=24)
    return figure


def columns(
    names: Values,
    values: Values,
    unit: str,
    decimals: int = 0,
    colours: Sequence[str] | None = None,
    height: int = 260,
) -> go.Figure:
    """Upright bars with their values: ageing, brackets, counts by kind."""
    bars = go.Bar(
        x=_repeatable(names),
        y=list(values),
        marker_color=list(colours) if colours is not None else palette.PRIMARY,
        text=[chart_layout.value_text(value, decimals) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=f"%{{x}}：%{{y:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, chart_layout.layout(height, top=22))
    figure.update_xaxes(type="category")
    figure.update_yaxes(visible=False, rangemode="tozero")
    return figure


# Names that fit level under the bars of half a screen.
_NAMED_BARS = 12


def skyline(
    names: Values,
    values: Values,
    unit: str,
    goal: float,
    goal_label: str,
    colours: Sequence[str],
    decimals: int = 1,
    height: int = 280,
) -> go.Figure:
    """Many thin upright bars, one per village, against a goal; names under the bars where few, else on hover."""
    bars = go.Bar(
        x=list(range(len(names))),
        y=list(values),
        marker_color=list(colours),
        customdata=_repeatable(names),
        hovertemplate=f"%{{customdata}}：%{{y:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, chart_layout.layout(height, top=26))
    few = len(names) <= _NAMED_BARS
    # A bar alone does not swell to fill the chart.
    figure.update_traces(width=0.85 if len(names) > 3 else 0.25 * len(names))
    ticks = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [chart_layout.folded(name, 9) for name in _repeatable(names)],
    }
    figure.update_xaxes(showticklabels=few, range=[-0.6, len(names) - 0.4], tickangle=0, **(ticks if few else {}))
    figure.update_yaxes(gridcolor=chart_layout.GRID, tickformat=",~f", nticks=5)
    chart_layout.unit_above(figure, unit)
    chart_layout.goal_across(figure, goal, goal_label)
    return figure


def stacked(
    names: Values,
    parts: Mapping[str, Values],
    unit: str,
    decimals: int = 1,
    horizontal: bool = False,
    colours: Sequence[str] | None = None,
    height: int = 280,
    counted: bool = False,
    beside: bool = False,
) -> go.Figure:
    """Bars made of parts, with a legend above in the order of the parts; negative parts are drawn below zero.

    ``counted`` writes each part's number in it, ``beside`` draws the parts side by side.
    """
    ticks = _repeatable(names)
    figure = go.Figure(layout=chart_layout.layout(height, top=34))
    for place, (part, values) in enumerate(parts.items()):
        along, across = (list(values), ticks) if horizontal else (ticks, list(values))
        number, category = ("x", "y") if horizontal else ("y", "x")
        hover = f"%{{{category}}} {part}：%{{{number}:,.{decimals}f}}{unit}<extra></extra>"
        figure.add_trace(
            go.Bar(
                name=part,
                x=along,
                y=across,
                orientation="h" if horizontal else "v",
                marker_color=colours[place] if colours else chart_layout.colour(place),
                hovertemplate=hover,
            )
        )
    if counted:
        _count_pieces(figure, horizontal)
    figure.update_layout(barmode="group" if beside else "relative", showlegend=True, legend=chart_layout.LEGEND_ABOVE)
    if horizontal:
        words = {"tickmode": "array", "tickvals": ticks, "ticktext": [chart_layout.folded(name, 18) for name in ticks]}
        figure.update_yaxes(type="category", autorange="reversed", automargin=True, ticklabelstandoff=6, **words)
        figure.update_xaxes(gridcolor=chart_layout.GRID, tickformat=",~f", nticks=5)
        if decimals == 0 and _tallest(figure, horizontal) <= 5:
            figure.update_xaxes(dtick=1)
    else:
        figure.update_xaxes(type="category", **chart_layout.sparse(ticks))
        figure.update_yaxes(gridcolor=chart_layout.GRID, tickformat=",~f", nticks=5)
        if decimals == 0 and _tallest(figure, horizontal) <= 5:
            figure.update_yaxes(dtick=1)
        chart_layout.unit_above(figure, unit)
    return figure


def progress(groups: Any, states: Mapping[str, tuple[str, str]], unit: str, height: int = 330) -> go.Figure:
    """One bar per row of ``groups`` (column ``name``), made of its states with their counts, the worst state first.

    ``states`` maps a state's word to its column and colour.
    """
    parts = {word: groups[column] for word, (column, _) in states.items()}
    colours = [colour for _, colour in states.values()]
    figure = stacked(groups["name"], parts, unit, 0, horizontal=True, colours=colours, height=height, counted=True)
    # One or two bars do not swell to fill the chart.
    figure.update_traces(width=min(0.78, 24 * len(groups) / height))
    figure.update_layout(margin_b=2)
    figure.update_xaxes(visible=False)
    return figure


def time_left(names: Values, counts: Values, overdue: Values, due_soon: Values, unit: str) -> go.Figure:
    """Open tasks by the time left: red where overdue, blue where due soon, else grey."""
    pairs = zip(overdue, due_soon, strict=True)
    colours = [palette.RED if late else palette.BLUE if soon else palette.CATEGORICAL[7] for late, soon in pairs]
    figure = columns(names, counts, unit, colours=colours, height=330)
    figure.update_traces(width=min(0.7, 0.14 * len(colours)))
    return figure


def heat_map(
    rows: Values,
    periods: Values,
    values: Sequence[Values],
    unit: str = "%",
    decimals: int = 0,
    low: float | None = None,
    high: float | None = None,
    height: int | None = None,
    notes: Sequence[Values] | None = None,
) -> go.Figure:
    """A field of cells, rows × periods, darker = higher, each cell with its value; gaps are grey (未填报).

    ``notes`` are words for the hover of each cell, such as the counts behind a share.
    """
    cells = [list(line) for line in values]
    note_after = " %{customdata}" if notes else ""
    heat = go.Heatmap(
        x=[str(period) for period in periods],
        y=_repeatable(rows),
        z=cells,
        text=[[chart_layout.value_text(value, decimals) for value in line] for line in cells],
        texttemplate="%{text}",
        textfont={"size": 11},
        colorscale=_scale(),
        zmin=low,
        zmax=high,
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=notes,
        hovertemplate=f"%{{y}} %{{x}}：%{{z:,.{max(decimals, 1)}f}}{unit}{note_after}<extra></extra>",
        hoverongaps=False,
    )
    figure = go.Figure(heat, chart_layout.layout(height or max(120, 34 * len(cells) + 46)))
    figure.update_layout(plot_bgcolor=palette.NOT_REPORTED)
    figure.update_xaxes(type="category", side="top", showline=False)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True, ticklabelstandoff=6, ticks="")
    return figure


def histogram(
    lower_edges: Values,
    counts: Values,
    width: float,
    unit: str,
    counted: str = "户",
    line: float | None = None,
    line_label: str = "",
    height: int = 280,
) -> go.Figure:
    """Counts by class of equal width; classes below ``line`` are red, the line itself dashed with its label."""
    edges = [float(edge) for edge in lower_edges]
    below = [line is not None and edge + width <= line for edge in edges]
    bars = go.Bar(
        x=[edge + width / 2 for edge in edges],
        y=list(counts),
        width=width,
        marker={
            "color": [palette.RED if is_below else palette.CATEGORICAL[5] for is_below in below],
            "line": {"color": "#fff", "width": 1},
        },
        customdata=[[edge, edge + width] for edge in edges],
        hovertemplate=f"%{{customdata[0]:,.0f}}～%{{customdata[1]:,.0f}}{unit}：%{{y:,}}{counted}<extra></extra>",
    )
    figure = go.Figure(bars, chart_layout.layout(height, top=26))
    figure.update_xaxes(tickformat=",", title={"text": unit, "font": {"size": 11}}, nticks=10)
    figure.update_yaxes(gridcolor=chart_layout.GRID, tickformat=",", nticks=5)
    chart_layout.unit_above(figure, counted)
    if line is not None:
        chart_layout.goal_upright(figure, line, line_label)
    return figure


def _count_pieces(figure: go.Figure, horizontal: bool) -> None:
    """Write each piece's whole number in it; one that would not fit is left to the hover."""
    pieces = [bars.x if horizontal else bars.y for bars in figure.data]
    longest = max((sum(count or 0 for count in bar) for bar in zip(*pieces, strict=True)), default=0)
    for bars, counts in zip(figure.data, pieces, strict=True):
        labels = [chart_layout.value_text(count, 0) for count in counts]
        bars.text = [
            text if text and count > 0.018 * longest * len(text) else ""
            for text, count in zip(labels, counts, strict=True)
        ]
    figure.update_traces(
        textposition="inside",
        textangle=0,
        insidetextanchor="middle",
        textfont={"color": "#fff", "size": 11},
        constraintext="none",
    )


def _tallest(figure: go.Figure, horizontal: bool) -> float:
    """The sum of the largest stack of bars."""
    pieces = [bars.x if horizontal else bars.y for bars in figure.data]
    return max((sum(part or 0 for part in bar) for bar in zip(*pieces, strict=True)), default=0)


def _scale() -> list[list[Any]]:
    shades = palette.SEQUENTIAL[:8]
    return [[place / (len(shades) - 1), shade] for place, shade in enumerate(shades)]


def _repeatable(names: Values) -> list[str]:
    return [str(name) for name in names]
