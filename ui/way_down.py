"""A button above a long list that leads to the form below it."""

import streamlit as st
from labeler_ui.components.reveal import reveal

LONG = 3  # entries from which on the form below them is out of sight


def button(words: str, place: str, entries: int) -> None:
    """Drawn where there are so many entries that one would have to look for the form. place: of `here`."""
    if entries >= LONG and st.button(words, icon=":material/arrow_downward:", key=f"way-down-{place}"):
        st.session_state[f"_way_down_{place}"] = st.session_state.get(f"_way_down_{place}", 0) + 1


def here(place: str) -> None:
    """Call it in the container of the form."""
    if number := st.session_state.get(f"_way_down_{place}"):
        reveal(f"way-down-{place}-{number}")
