"""Parts of pages (版块) without widgets: drawn once for a view and the page's choices, then sent again as drawn.

Building charts and sentences costs a hundred times more than sending them, and sixty people looking at the same
county ask for the same few combinations of filters.
"""

from collections.abc import Callable

import streamlit as st

from dashboard.serving.view import View, ViewKey


def block(key: str, draw: Callable[[], None], view: View, *chosen: str | float | None) -> None:
    """Draw a part of a page with ``draw``, or send again what it drew for the same view (`View.key`) and choices.

    ``key`` names the part; ``chosen`` are the page's own choices that the part depends on. ``draw`` may call
    everything but widgets, maps and ``st.stop``.
    """
    _drawn(key, view.key, chosen, _draw=draw)


@st.cache_resource(max_entries=1500, show_spinner=False)
def _drawn(key: str, view: ViewKey, chosen: tuple, *, _draw) -> None:
    _draw()
