"""Labeling: the card. Streamlit draws it once; after that the browser and the API talk directly."""

import streamlit as st

from labeler_ui import feedback, session
from labeler_ui.components.card import card


def render() -> None:
    """The card of the current project."""
    slug = session.slug()
    project = feedback.must(lambda: session.client().get(f"/projects/{slug}"), "Opening the project")
    answer = session.me() or {}
    st.html(
        "<style>[data-testid=stMainBlockContainer]{padding-top:1.25rem;padding-bottom:1.5rem}"
        "@media(max-width:44rem){[data-testid=stMainBlockContainer]{padding-top:3.9rem}}</style>"
    )
    card(project, answer["user"], answer["csrf_token"])
