"""Links and tokens that are shown this one time, where somebody asked for them, until each is put away."""

from dataclasses import dataclass

import streamlit as st
from labeler_ui.components.reveal import reveal
from labeler_ui.words import t


@dataclass(frozen=True)
class Secret:
    """What is shown once. place: the part of a page in which it was asked for; title, text: Markdown."""

    place: str
    title: str
    text: str
    secret: str


def _kept() -> dict[str, tuple[int, Secret]]:
    found: dict[str, tuple[int, Secret]] = st.session_state.setdefault("_shown_once", {})
    return found


def add(name: str, secret: Secret) -> None:
    """Show it from now on. name: what it is for: a newer one of the same name takes its place."""
    number = st.session_state["_shown_once_count"] = st.session_state.get("_shown_once_count", 0) + 1
    _kept().pop(name, None)
    _kept()[name] = (number, secret)


def draw(place: str) -> None:
    """Those that were asked for here, the newest first."""
    for name, (number, one) in reversed(list(_kept().items())):
        if one.place != place:
            continue
        with st.container(border=True, key=f"once-{name}"):
            st.markdown(f"**{one.title}**  \n{one.text}")
            st.code(one.secret, language=None, wrap_lines=True)
            if st.button(t("I have copied it"), key=f"copied-{name}"):
                _kept().pop(name)
                st.rerun()
            reveal(str(number))
