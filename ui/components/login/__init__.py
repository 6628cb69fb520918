"""Log in and accept an invitation: a form whose password goes from the browser to the API, past Python."""

from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from labeler_ui import theme

FOLDER = Path(__file__).parent


@cache
def _sources() -> dict[str, str]:
    return {
        "html": (FOLDER / "login.html").read_text(encoding="utf-8"),
        "css": theme.component_css() + (FOLDER / "login.css").read_text(encoding="utf-8"),
        "js": (FOLDER / "login.js").read_text(encoding="utf-8"),
    }


def login(mode: Literal["login", "invitation"] = "login") -> None:
    """Draw the form. In the page itself, not in a shadow root, so that password managers find the fields."""
    draw = st.components.v2.component("labeler_login", isolate_styles=False, **_sources())
    draw(key=f"login-{mode}", data={"mode": mode, "api": "/api/v1"})
