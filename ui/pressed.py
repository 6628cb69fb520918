"""A button whose press is not lost when the page is drawn again at that moment, by what a component had kept or what
was typed last. Streamlit forgets a press as soon as the run that it began gives way to another."""

import time
from typing import Any

import streamlit as st

KEPT_SECONDS = 10.0
"""A press that was not come to until then, because one has left the page, counts no more."""


def pressed(words: str, **options: Any) -> bool:
    """Draws `st.button` with these options; whether it was pressed."""
    mark = f"_pressed {options.get('key', words)}"
    st.button(words, on_click=_keep, args=(mark,), **options)
    at: float | None = st.session_state.pop(mark, None)
    return at is not None and time.monotonic() - at < KEPT_SECONDS


def _keep(mark: str) -> None:
    st.session_state[mark] = time.monotonic()
