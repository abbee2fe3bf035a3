"""Figures from columns of tables: few marks, direct labels, one palette. Titles are the page's (`ui.figure`).

Every function takes plain sequences or table columns and gives a Plotly figure; None and NaN are gaps.
Units are words for labels and hovers (万元, %, 户); ``decimals`` applies to both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette

_GRID = "#e9edf2"
_GOAL = palette.RED

Values = Sequence[Any]


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
        text=[_said(value, decimals) for value in values],
        textposition="outside",
        cliponaxis=False,
        customdata=names,
        hovertemplate=f"%{{customdata}}：%{{x:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, _layout(height or max(160, 26 * len(names) + 50), left=8))
    figure.update_yaxes(
        autorange="reversed", tickmode="array", tickvals=list(range(len(names))), ticktext=names, automargin=True
    )
    figure.update_xaxes(visible=False, rangemode="tozero")
    if goal is not None:
        figure.add_vline(goal, line={"color": _GOAL, "dash": "dash", "width": 1.5})
        figure.add_annotation(
            x=goal, y=1, yref="paper", yanchor="bottom", text=goal_label, showarrow=False, font={"color": _GOAL}
        )
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
        text=[_said(value, decimals) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=f"%{{x}}：%{{y:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, _layout(height, top=22))
    figure.update_xaxes(type="category")
    figure.update_yaxes(visible=False, rangemode="tozero")
    return figure


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
    """Many thin upright bars, one a village, against a goal; names are on hover."""
    bars = go.Bar(
        x=list(range(len(names))),
        y=list(values),
        marker_color=list(colours),
        customdata=_repeatable(names),
        hovertemplate=f"%{{customdata}}：%{{y:,.{decimals}f}}{unit}<extra></extra>",
    )
    figure = go.Figure(bars, _layout(height, top=18))
    figure.update_layout(bargap=0.15)
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(gridcolor=_GRID, tickformat=",~f", nticks=5, title={"text": unit, "font": {"size": 11}})
    _goal_across(figure, goal, goal_label)
    return figure


def lines(
    periods: Values,
    series: Mapping[str, Values],
    unit: str,
    decimals: int = 1,
    goal: float | None = None,
    goal_label: str = "",
    from_zero: bool = False,
    height: int = 280,
) -> go.Figure:
    """Lines by year or month, each named at its end; ``goal`` draws a dashed line with its label."""
    ticks = [str(period) for period in periods]
    figure = go.Figure(layout=_layout(height, right=96, top=14))
    for place, (name, values) in enumerate(series.items()):
        figure.add_trace(_line(ticks, name, values, _colour(place), unit, decimals))
    _name_ends(figure, series, decimals, unit)
    if goal is not None:
        _goal_across(figure, goal, goal_label)
    figure.update_xaxes(type="category", **_sparse(ticks))
    figure.update_yaxes(tickformat=",~f", gridcolor=_GRID, rangemode="tozero" if from_zero else "normal", nticks=5)
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
    """Bars made of parts, with a legend above in the order of the parts; negative parts hang below nothing.

    ``counted`` writes each part's number in it, ``beside`` stands the parts side by side.
    """
    ticks = _repeatable(names)
    figure = go.Figure(layout=_layout(height, top=34))
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
                marker_color=colours[place] if colours else _colour(place),
                hovertemplate=hover,
            )
        )
    if counted:
        _count_pieces(figure, horizontal)
    figure.update_layout(barmode="group" if beside else "relative", showlegend=True, legend=_LEGEND_ABOVE)
    if horizontal:
        figure.update_yaxes(type="category", autorange="reversed", automargin=True)
        figure.update_xaxes(gridcolor=_GRID, tickformat=",~f", nticks=5)
    else:
        figure.update_xaxes(type="category", **_sparse(ticks))
        figure.update_yaxes(gridcolor=_GRID, tickformat=",~f", nticks=5)
    return figure


def progress(groups: Any, states: Mapping[str, tuple[str, str]], unit: str, height: int = 330) -> go.Figure:
    """One bar a row of ``groups`` (column ``name``), made of its states with their counts, the worst state first.

    ``states`` maps a state's word to its column and colour.
    """
    parts = {word: groups[column] for word, (column, _) in states.items()}
    colours = [colour for _, colour in states.values()]
    figure = stacked(groups["name"], parts, unit, 0, horizontal=True, colours=colours, height=height, counted=True)
    # One or two bars do not swell to fill the figure.
    figure.update_traces(width=min(0.78, 24 * len(groups) / height))
    figure.update_layout(margin_b=2)
    figure.update_xaxes(visible=False)
    return figure


def time_left(names: Values, counts: Values, overdue: Values, due_soon: Values, unit: str) -> go.Figure:
    """What is open by the time left: red where it is overdue, blue where it is due soon, else grey."""
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
    said_with = " %{customdata}" if notes else ""
    heat = go.Heatmap(
        x=[str(period) for period in periods],
        y=_repeatable(rows),
        z=cells,
        text=[[_said(value, decimals) for value in line] for line in cells],
        texttemplate="%{text}",
        textfont={"size": 11},
        colorscale=_scale(),
        zmin=low,
        zmax=high,
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=notes,
        hovertemplate=f"%{{y}} %{{x}}：%{{z:,.{max(decimals, 1)}f}}{unit}{said_with}<extra></extra>",
        hoverongaps=False,
    )
    figure = go.Figure(heat, _layout(height or 34 * len(cells) + 46))
    figure.update_layout(plot_bgcolor=palette.MISSING)
    figure.update_xaxes(type="category", side="top", showline=False)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
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
    figure = go.Figure(layout=_layout(height, right=96, top=34))
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
    figure.update_layout(showlegend=True, legend=_LEGEND_ABOVE)
    figure.update_xaxes(type="category")
    figure.update_yaxes(gridcolor=_GRID, tickformat=",~f", nticks=5)
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
    figure = go.Figure(bars, _layout(height, top=26))
    figure.update_xaxes(tickformat=",", title={"text": unit, "font": {"size": 11}}, nticks=10)
    figure.update_yaxes(gridcolor=_GRID, tickformat=",", nticks=5)
    if line is not None:
        figure.add_vline(line, line={"color": _GOAL, "dash": "dash", "width": 1.5})
        figure.add_annotation(
            x=line, y=1, yref="paper", yanchor="bottom", text=line_label, showarrow=False, font={"color": _GOAL}
        )
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
    """One small line chart a region on one scale, with the reference (the county) in grey behind each."""
    ticks = [str(period) for period in periods]
    lines_of_panels = -(-len(panels) // per_row)
    # One layout made at once: plotly's own subplots are built and restyled piece by piece, at many times the cost.
    layout = _layout(panel_height * lines_of_panels + 20, top=24).to_plotly_json()
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


_SHARED_Y = {"gridcolor": _GRID, "tickformat": ",~f", "nticks": 4}


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


def _count_pieces(figure: go.Figure, horizontal: bool) -> None:
    """Write each piece's whole number in it; one that would not fit is left to the hover."""
    pieces = [bars.x if horizontal else bars.y for bars in figure.data]
    longest = max((sum(count or 0 for count in bar) for bar in zip(*pieces, strict=True)), default=0)
    for bars, counts in zip(figure.data, pieces, strict=True):
        said = [_said(count, 0) for count in counts]
        bars.text = [
            text if text and count > 0.018 * longest * len(text) else ""
            for text, count in zip(said, counts, strict=True)
        ]
    figure.update_traces(
        textposition="inside",
        textangle=0,
        insidetextanchor="middle",
        textfont={"color": "#fff", "size": 11},
        constraintext="none",
    )


_LEGEND_ABOVE = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}


def _layout(height: int, left: int = 8, right: int = 12, top: int = 8) -> go.Layout:
    return go.Layout(
        # Empty, and said: Streamlit sets a default of its own, which would be sent with every figure.
        template=go.layout.Template(),
        height=height,
        margin={"l": left, "r": right, "t": top, "b": 8},
        font={"family": palette.FONT, "size": 12, "color": palette.TEXT},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        separators=".,",
        showlegend=False,
        bargap=0.28,
        dragmode=False,
        hoverlabel={"bgcolor": palette.TEXT, "font": {"color": "#fff", "family": palette.FONT}},
        xaxis={
            "showgrid": False,
            "zeroline": False,
            "linecolor": palette.BORDER,
            "automargin": True,
            "fixedrange": True,
        },
        yaxis={
            "showgrid": True,
            "gridcolor": "rgba(0,0,0,0)",
            "zeroline": False,
            "automargin": True,
            "fixedrange": True,
        },
    )


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
        known = [spot for spot, value in enumerate(values) if not _missing(value)]
        if known:
            ends.append((float(list(values)[known[-1]]), known[-1], name, _colour(place)))
    everything = [float(value) for values in series.values() for value in values if not _missing(value)]
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
            text=f"{name} {_said(value, decimals)}{unit}" if len(series) > 1 else f"{_said(value, decimals)}{unit}",
            showarrow=False,
            font={"color": colour},
        )


def _goal_across(figure: go.Figure, goal: float, label: str) -> None:
    figure.add_hline(goal, line={"color": _GOAL, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=goal, yanchor="bottom", text=label, showarrow=False, font={"color": _GOAL}
    )


def _sparse(ticks: list[str]) -> dict[str, Any]:
    """At most eight labels along a category axis, the last one among them, so that they stay level."""
    step = -(-len(ticks) // 8)
    return {"tickmode": "array", "tickvals": ticks[::-1][::step][::-1], "tickangle": 0} if step > 1 else {}


def _scale() -> list[list[Any]]:
    shades = palette.SEQUENTIAL[:8]
    return [[place / (len(shades) - 1), shade] for place, shade in enumerate(shades)]


def _repeatable(names: Values) -> list[str]:
    return [str(name) for name in names]


def _colour(place: int) -> str:
    return palette.CATEGORICAL[place % len(palette.CATEGORICAL)]


def _missing(value: Any) -> bool:
    return value is None or value != value


def _said(value: Any, decimals: int) -> str:
    return "" if _missing(value) else f"{value:,.{decimals}f}"
