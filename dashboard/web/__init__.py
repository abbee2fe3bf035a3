"""Everything that knows Streamlit or the web server."""
