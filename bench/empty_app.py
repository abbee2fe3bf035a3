"""The least a Streamlit page can be: what every opening time is compared with."""

import streamlit as st

st.write("空页")
