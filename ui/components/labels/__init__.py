"""The list in which labels are named, colored and given a key: for a new project and for the settings."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from labeler_ui import session, theme, words
from labeler_ui.components.bundle import COLORS, bundle
from labeler_ui.components.keeper import saved

FOLDER = Path(__file__).parent
OFFERED_COLORS = 120


@cache
def _sources(tag: str) -> dict[str, Any]:
    return {
        "html": words.html((FOLDER / "labels.html").read_text(encoding="utf-8"), tag),
        "css": theme.component_css() + (FOLDER / "labels.css").read_text(encoding="utf-8"),
        "js": bundle([COLORS, FOLDER / "labels.js"], tag=tag),
    }


def edit_labels(labels: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Draw the editor; return the labels as the API takes them.

    What is typed stays in the browser until it is saved, see `keeper.saved`, whose scope is the key. Where the key ends
    with a tilde and the version of the labels, `typed_earlier` gives what was typed on an earlier one.
    """
    user = session.user()
    st.session_state.setdefault("_label_scopes", set()).add(key)
    begin = [
        {**label, "color": theme.label_color(place, label.get("color"))}
        for place, label in enumerate(labels)
        if label.get("name")
    ]
    tag = words.language()
    draw = st.components.v2.component(f"labeler_labels_{tag}", **_sources(tag))
    data = {
        "owner": session.owner(user),
        "scope": key,
        "labels": begin,
        "palette": [theme.label_color(place) for place in range(OFFERED_COLORS)],
    }
    found = draw(
        key=key,
        data=data,
        default={"labels": begin, "earlier": None},
        on_labels_change=lambda: None,
        on_earlier_change=lambda: None,
    )
    st.session_state["_typed_earlier"] = (key, found.earlier)
    return [_clean(row) for row in found.labels or []]


def typed_earlier(key: str) -> list[dict[str, Any]] | None:
    """Labels that were typed in this browser, and not saved, before somebody else changed those of this editor."""
    drawn, earlier = st.session_state.get("_typed_earlier", (None, None))
    return [_clean(row) for row in earlier] if drawn == key and earlier else None


def labels_saved() -> None:
    """The labels that were edited have been saved."""
    for key in st.session_state.pop("_label_scopes", set()):
        saved(key)


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    """A label with all its fields, in the order in which the service gives them."""
    return {
        "name": row["name"],
        "description": row.get("description") or "",
        "keywords": list(row.get("keywords") or []),
        "hotkey": row.get("hotkey"),
        "color": row.get("color"),
        "parent": row.get("parent"),
    }
