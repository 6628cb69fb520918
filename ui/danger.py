"""Buttons that delete, remove or take back: all of them in the warning color (theme.py), here alone."""

import streamlit as st


def button(words: str, *, key: str, final: bool = False, icon: str | None = None, help: str | None = None) -> bool:
    """One that asks first, with an outline; final: the one that does it, filled. key: unique on the page."""
    return st.button(words, key=f"danger-{key}", type="primary" if final else "secondary", icon=icon, help=help)


def form_button(words: str, *, key: str) -> bool:
    """Like `button`, as one of the ways to send a form."""
    return st.form_submit_button(words, key=f"danger-{key}", width="stretch")
