"""The common layout of charts: nothing superfluous, goal lines, folded names, values as text."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.display import palette
from dashboard.text import is_missing

GRID = "#e9edf2"
GOAL = palette.RED
LEGEND_ABOVE = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}

Values = Sequence[Any]


def layout(height: int, left: int = 8, right: int = 12, top: int = 8) -> go.Layout:
    """The layout of a chart of ``height`` pixels, with its margins."""
    return go.Layout(
        # Empty, and set: Streamlit has a default of its own, which would be sent with every chart.
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


def goal_across(figure: go.Figure, goal: float, label: str) -> None:
    """Draw a dashed line at ``goal`` with its label."""
    figure.add_hline(goal, line={"color": GOAL, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=goal, yanchor="bottom", text=label, showarrow=False, font={"color": GOAL}
    )


def goal_upright(figure: go.Figure, goal: float, label: str) -> None:
    """A dashed upright line at ``goal`` with its label above it."""
    figure.add_vline(goal, line={"color": GOAL, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=goal, y=1, yref="paper", yanchor="bottom", text=label, showarrow=False, font={"color": GOAL}
    )


def unit_above(figure: go.Figure, unit: str) -> None:
    """Write the unit over the numbers of the upright axis, level, as Chinese is read."""
    figure.update_layout(margin_l=12 * len(unit) + 6)
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="right",
        xshift=2,
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=4,
        text=unit,
        showarrow=False,
        font={"size": 11, "color": "#6b7684"},
    )


def folded(name: str, room: int) -> str:
    """A name in at most two lines of ``room`` characters; longer ones end in … (the whole is on hover)."""
    if len(name) <= room:
        return name
    rest = name[room:]
    return f"{name[:room]}<br>{rest if len(rest) <= room else rest[: room - 1] + '…'}"


def sparse(ticks: list[str]) -> dict[str, Any]:
    """At most eight labels along a category axis, the last one among them, so that they stay level."""
    step = -(-len(ticks) // 8)
    return {"tickmode": "array", "tickvals": ticks[::-1][::step][::-1], "tickangle": 0} if step > 1 else {}


def colour(place: int) -> str:
    """The categorical colour at a position."""
    return palette.CATEGORICAL[place % len(palette.CATEGORICAL)]


def value_text(value: Any, decimals: int) -> str:
    """A value for a label; '' for a missing one."""
    return "" if is_missing(value) else f"{value:,.{decimals}f}"
