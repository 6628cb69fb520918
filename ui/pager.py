"""Pages of a list whose next page begins at a cursor: the ones walked so far, and the buttons to go on and back."""

from typing import Any

import streamlit as st
from labeler_ui import session
from labeler_ui.words import number, t

Trail = list[str | None]


def trail(name: str, wanted: Any) -> Trail:
    """The cursors walked so far, None first; a change of project or filters starts again. name: of the list."""
    kept: tuple[Any, Trail] | None = st.session_state.get(f"_{name}")
    if kept is None or kept[0] != (session.slug(), wanted):
        kept = ((session.slug(), wanted), [None])
        st.session_state[f"_{name}"] = kept
    return kept[1]


def draw(next_cursor: str | None, walked: Trail, back: str = "", on: str = "", pages: int | None = None) -> None:
    """The buttons; nothing where all is on one page. back, on: what they say, if not "Back" and "Next". pages: how
    many there are, if that is known."""
    if len(walked) == 1 and not next_cursor:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(back or t("Back"), icon=":material/chevron_left:", disabled=len(walked) == 1):
            walked.pop()
            st.rerun()
        if st.button(on or t("Next"), icon=":material/chevron_right:", disabled=not next_cursor):
            walked.append(next_cursor)
            st.rerun()
        if pages is None:
            st.markdown(t(":gray[Page {number}]", number=len(walked)))
        else:
            st.markdown(t(":gray[Page {number} of {pages}]", number=len(walked), pages=number(pages)))
