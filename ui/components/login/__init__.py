"""Log in and accept an invitation: a form whose password goes from the browser to the API, past Python; or
a button that leads to the OpenID Connect provider."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from labeler_ui import session, theme, words
from labeler_ui.components.bundle import COLORS, bundle

FOLDER = Path(__file__).parent
GO_TO = "export default function ({ data }) { window.location.assign(data.url); }"


@cache
def _sources(tag: str) -> dict[str, Any]:
    return {
        "html": words.html((FOLDER / "login.html").read_text(encoding="utf-8"), tag),
        "css": theme.component_css() + (FOLDER / "login.css").read_text(encoding="utf-8"),
        "js": bundle([COLORS, FOLDER / "login.js"], tag=tag, service=True),
    }


def leave_for(url: str | None) -> None:
    """Remember where the browser is to go at the next run: to the provider's own log-out."""
    st.session_state["_leave_for"] = url


def go_to() -> None:
    """Go there, once."""
    if url := st.session_state.pop("_leave_for", None):
        draw = st.components.v2.component("labeler_go_to", html="<span hidden></span>", js=GO_TO)
        draw(key="go-to", data={"url": url})


def login(mode: Literal["login", "invitation"] = "login") -> None:
    """Draw the form. In the page itself, not in a shadow root, so that password managers find the fields."""
    tag = words.language()
    draw = st.components.v2.component(f"labeler_login_{tag}", isolate_styles=False, **_sources(tag))
    ways = session.ways_in()
    data = {
        "mode": mode,
        "home": session.at("/"),
        "api": session.at("/api/v1"),
        "password": ways.password,
        "provider": ways.provider,
    }
    draw(key=f"login-{mode}", data=data)
