"""Keeps what is typed into a page's fields in the browser until it is saved."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from labeler_ui import session, words
from labeler_ui.components.bundle import bundle

FOLDER = Path(__file__).parent


@cache
def _sources(tag: str) -> dict[str, Any]:
    return {
        "html": words.html((FOLDER / "keeper.html").read_text(encoding="utf-8"), tag),
        "css": (FOLDER / "keeper.css").read_text(encoding="utf-8"),
        "js": bundle([FOLDER / "keeper.js"], tag=tag),
    }


def keep(scope: str, fields: Mapping[str, str | None]) -> None:
    """Keep what is typed into the text fields with these widget keys, and put it back where it was not saved.

    scope: what is edited, such as a project's draft: nothing that was typed in another scope comes back.
    fields: what is saved of each, as its field shows it: anything else in it was typed, also in the moment before this
        was drawn. None: what it begins with is not known yet.
    """
    user = session.user()
    if user is None:
        return
    tag = words.language()
    draw = st.components.v2.component(f"labeler_keeper_{tag}", isolate_styles=False, **_sources(tag))
    saved = st.session_state.get("_kept_saved", {}).get(scope)
    forget = scope in st.session_state.get("_kept_forgotten", ())
    data = {"owner": session.owner(user), "scope": scope, "fields": dict(fields), "saved": saved, "forget": forget}
    draw(key=f"keeper-{scope}", data=data)


def key(scope: str, name: str) -> str:
    """A key for a form, or a field of it, that begins again once it is saved: what was refused stays to be mended."""
    return f"{name}~{st.session_state.get('_kept_saved', {}).get(scope, 0)}"


def saved(scope: str) -> None:
    """What was typed has been saved, or given up: nothing of it need be put back."""
    done: dict[str, int] = st.session_state.setdefault("_kept_saved", {})
    done[scope] = done.get(scope, 0) + 1
    st.session_state.setdefault("_kept_forget", set()).add(scope)


def forget_saved() -> None:
    """Let the browser forget what was saved since the last look. Part of every page, with a place of its own: all
    that follows would be replaced, and the page go back to its top, if that came and went."""
    scopes: set[str] = st.session_state.pop("_kept_forget", set())
    st.session_state["_kept_forgotten"] = scopes
    user, place = session.user(), st.empty()
    if scopes and user is not None:
        number = st.session_state["_kept_forgets"] = st.session_state.get("_kept_forgets", 0) + 1
        draw = st.components.v2.component("labeler_forget", html="<span hidden></span>", js=_forget_source())
        with place:
            draw(key=f"forget-{number}", data={"owner": session.owner(user), "scopes": sorted(scopes)})


@cache
def _forget_source() -> str:
    return (FOLDER / "forget.js").read_text(encoding="utf-8")
