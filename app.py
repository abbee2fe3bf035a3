"""Starts the dashboard: `streamlit run app.py`. Serves the pages and, once per version, the outlines for maps."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import paths
from dashboard.web import frame, server

app = st.App(
    paths.PROJECT / "dashboard" / "web" / "entry.py",
    lifespan=server.lifespan,
    routes=server.routes(st.get_option("server.baseUrlPath") or ""),
    middleware=server.MIDDLEWARE,
    on_script_error=frame.failed,
)

# A tool that runs this file as a page script, as Streamlit's AppTest does, gets the pages too.
if get_script_run_ctx(suppress_warning=True) is not None:
    frame.run()
