"""Log in and accept an invitation: a form whose password goes from the browser to the API, past Python."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from labeler_ui import theme, words
from labeler_ui.components.bundle import COLORS, bundle

FOLDER = Path(__file__).parent


@cache
def _sources(tag: str) -> dict[str, Any]:
    return {
        "html": words.html((FOLDER / "login.html").read_text(encoding="utf-8"), tag),
        "css": theme.component_css() + (FOLDER / "login.css").read_text(encoding="utf-8"),
        "js": bundle([COLORS, FOLDER / "login.js"], tag=tag, service=True),
    }


def login(mode: Literal["login", "invitation"] = "login") -> None:
    """Draw the form. In the page itself, not in a shadow root, so that password managers find the fields."""
    tag = words.language()
    draw = st.components.v2.component(f"labeler_login_{tag}", isolate_styles=False, **_sources(tag))
    draw(key=f"login-{mode}", data={"mode": mode, "api": "/api/v1"})
