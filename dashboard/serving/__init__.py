"""What pages read: the place and version in force, cached rows, indicator values. Knows no Streamlit."""
