"""Charts over years or months: lines named at their ends, bands, small multiples.

As in `charts`: plain sequences or table columns in, a Plotly figure out; None and NaN are gaps.
"""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from dashboard.display import chart_layout, palette
from dashboard.display.chart_layout import Values
from dashboard.text import is_missing

_SHARED_Y = {"gridcolor": chart_layout.GRID, "tickformat": ",~f", "nticks": 4}


def lines(
    periods: Values,
    series: Mapping[str, Values],
    unit: str,
    decimals: int = 1,
    goal: float | None = None,
    goal_label: str = "",
    from_zero: bool = False,
    height: int = 280,
    at: str = "",
) -> go.Figure:
    """Lines by year or month, each named at its end; ``goal`` draws a dashed line with its label.

    ``at`` is the period looked at: it is marked unless it is the last, whose values are at the line ends.
    """
    ticks = [str(period) for period in periods]
    figure = go.Figure(layout=chart_layout.layout(height, right=96, top=24))
    for place, (name, values) in enumerate(series.items()):
        figure.add_trace(_line(ticks, name, values, chart_layout.colour(place), unit, decimals))
    _name_ends(figure, series, decimals, unit)
    chart_layout.unit_above(figure, unit)
    # Near a line is near enough: a pointer on a projector is not steady.
    figure.update_layout(hovermode="x")
    reported = [value for values in series.values() for value in values if not is_missing(value)]
    if goal is not None:
        chart_layout.goal_across(figure, goal, goal_label)
    if at in ticks[:-1]:
        spot = ticks.index(at)
        figure.add_vrect(spot - 0.3, spot + 0.3, fillcolor=palette.PANEL, line_width=0, layer="below")
    if min(reported, default=0) < 0 < max(reported, default=0):
        figure.add_hline(0, line={"color": "#b8c0ca", "width": 1}, layer="below")
    figure.update_xaxes(type="category", **chart_layout.sparse(ticks))
    figure.update_yaxes(
        tickformat=",~f", gridcolor=chart_layout.GRID, rangemode="tozero" if from_zero else "normal", nticks=5
    )
    return figure


def spread(
    periods: Values,
    outer: tuple[Values, Values],
    inner: tuple[Values, Values],
    middle: Values,
    names: tuple[str, str, str],
    unit: str,
    decimals: int = 0,
    height: int = 280,
) -> go.Figure:
    """Bands between lower and upper quantiles around a median line; ``names`` are those of outer, inner and middle."""
    ticks = [str(period) for period in periods]
    figure = go.Figure(layout=chart_layout.layout(height, right=96, top=34))
    for (low, high), name, shade in zip(
        (outer, inner), names, (palette.SEQUENTIAL[1], palette.SEQUENTIAL[3]), strict=False
    ):
        edge = {"x": ticks, "mode": "lines", "line": {"width": 0}, "legendgroup": name}
        figure.add_trace(go.Scatter(**edge, y=list(low), showlegend=False, hoverinfo="skip"))
        hover = f"%{{x}} {name}：%{{customdata:,.{decimals}f}}～%{{y:,.{decimals}f}}{unit}<extra></extra>"
        band = {"fill": "tonexty", "fillcolor": shade, "customdata": list(low), "hovertemplate": hover}
        figure.add_trace(go.Scatter(**edge, **band, y=list(high), name=name))
    figure.add_trace(_line(ticks, names[2], middle, palette.PRIMARY, unit, decimals))
    _name_ends(figure, {names[2]: middle}, decimals, unit)
    chart_layout.unit_above(figure, unit)
    figure.update_layout(showlegend=True, legend=chart_layout.LEGEND_ABOVE)
    figure.update_xaxes(type="category")
    figure.update_yaxes(gridcolor=chart_layout.GRID, tickformat=",~f", nticks=5)
    return figure


def small_multiples(
    periods: Values,
    panels: Mapping[str, Values],
    unit: str,
    decimals: int = 0,
    reference: Values | None = None,
    reference_name: str = "",
    per_row: int = 3,
    panel_height: int = 150,
) -> go.Figure:
    """One small line chart per region on one scale, with the reference (the county) in grey behind each."""
    ticks = [str(period) for period in periods]
    lines_of_panels = -(-len(panels) // per_row)
    # One layout made at once: plotly's own subplots are built and restyled piece by piece, at many times the cost.
    layout = chart_layout.layout(panel_height * lines_of_panels + 20, top=24).to_plotly_json()
    base_x, base_y = layout.pop("xaxis"), layout.pop("yaxis")
    traces, titles = [], []
    for place, (name, values) in enumerate(panels.items()):
        number = str(place + 1) if place else ""
        left, right, bottom, top = _panel(place, per_row, lines_of_panels)
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        small = {"tickfont": {"size": 10}}
        layout[f"xaxis{number}"] = (
            base_x | small | {"type": "category", "domain": [left, right], "anchor": axes["yaxis"]}
        )
        layout[f"yaxis{number}"] = base_y | small | _SHARED_Y | {"domain": [bottom, top], "anchor": axes["xaxis"]}
        if place:
            layout[f"yaxis{number}"] |= {"matches": "y", "showticklabels": place % per_row == 0}
        if reference is not None:
            traces.append(_line(ticks, reference_name, reference, "#b8c0ca", unit, decimals, 1.5, **axes))
        traces.append(_line(ticks, name, values, palette.PRIMARY, unit, decimals, **axes))
        titles.append(_panel_title(name, (left + right) / 2, top))
    return go.Figure(traces, {**layout, "annotations": titles})


def _panel(place: int, per_row: int, lines_of_panels: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a panel as fractions of the figure, row by row from the top."""
    gap_x, gap_y = 0.2 / per_row, 0.34 / lines_of_panels
    width = (1 - gap_x * (per_row - 1)) / per_row
    height = (1 - gap_y * (lines_of_panels - 1)) / lines_of_panels
    line, column = divmod(place, per_row)
    left, top = column * (width + gap_x), 1 - line * (height + gap_y)
    return left, min(left + width, 1.0), max(top - height, 0.0), top


def _panel_title(name: str, centre: float, top: float) -> dict[str, Any]:
    return {
        "text": name,
        "x": centre,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 13, "color": palette.TEXT},
    }


def _line(
    ticks, name: str, values: Values, colour: str, unit: str, decimals: int, width: float = 2.2, **axes
) -> go.Scatter:
    return go.Scatter(
        x=ticks,
        y=list(values),
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": width},
        marker={"size": width * 2.4},
        connectgaps=False,
        hovertemplate=f"%{{x}} {name}：%{{y:,.{decimals}f}}{unit}<extra></extra>",
        **axes,
    )


def _name_ends(figure: go.Figure, series: Mapping[str, Values], decimals: int, unit: str) -> None:
    """Name and last value beside each line's end, pushed apart where they would cover each other."""
    ends = []
    for place, (name, values) in enumerate(series.items()):
        reported = [spot for spot, value in enumerate(values) if not is_missing(value)]
        if reported:
            ends.append((float(list(values)[reported[-1]]), reported[-1], name, chart_layout.colour(place)))
    everything = [float(value) for values in series.values() for value in values if not is_missing(value)]
    if not ends:
        return
    room = (max(everything) - min(everything) or 1.0) * 0.09
    shown_at = float("-inf")
    for value, spot, name, colour in sorted(ends):
        shown_at = max(value, shown_at + room)
        figure.add_annotation(
            # A place on the axis: the text "2025" would be read as the 2025th category.
            x=spot,
            y=shown_at,
            xanchor="left",
            xshift=8,
            text=f"{name} {chart_layout.value_text(value, decimals)}{unit}"
            if len(series) > 1
            else f"{chart_layout.value_text(value, decimals)}{unit}",
            showarrow=False,
            font={"color": colour},
        )
