"""What pages read: place and version, cached rows, indicator values. Knows no Streamlit."""
