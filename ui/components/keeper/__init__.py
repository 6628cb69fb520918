"""Keeps what is typed into a page's fields in the browser until it is saved."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from labeler_ui import session

FOLDER = Path(__file__).parent


@cache
def _sources() -> dict[str, str]:
    return {part: (FOLDER / f"keeper.{part}").read_text(encoding="utf-8") for part in ("html", "css", "js")}


def keep(scope: str, fields: Sequence[str]) -> None:
    """Keep what is typed into the text fields with these widget keys, and put it back where it was not saved.

    scope: what is edited, such as a project's draft: a field of another scope starts anew.
    """
    user = session.user()
    if user is None:
        return
    draw = st.components.v2.component("labeler_keeper", isolate_styles=False, **_sources())
    saved = st.session_state.get("_kept_saved", {}).get(scope)
    data = {"owner": user.id, "scope": scope, "fields": list(fields), "saved": saved}
    draw(key=f"keeper-{scope}", data=data)


def saved(scope: str) -> None:
    """What was typed has been saved: nothing of it need be put back."""
    done: dict[str, int] = st.session_state.setdefault("_kept_saved", {})
    done[scope] = done.get(scope, 0) + 1
