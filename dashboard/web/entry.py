"""The script behind every page. It is not beside `pages/`, so Streamlit's older page discovery never applies."""

from dashboard.web import frame

frame.run()
