"""Scrolls what has just been added to a page into view."""

from functools import cache
from pathlib import Path

import streamlit as st


@cache
def _source() -> str:
    return (Path(__file__).parent / "reveal.js").read_text(encoding="utf-8")


def reveal(key: str) -> None:
    """Scroll the container in which this stands into view, once for each key."""
    draw = st.components.v2.component("labeler_reveal", html="<span></span>", isolate_styles=False, js=_source())
    draw(key=f"reveal-{key}", data={"key": key}, height=1)
