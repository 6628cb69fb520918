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
        "[data-testid=stApp]:has([data-testid=stSidebar][data-collapsed=true]) "
        "[data-testid=stMainBlockContainer]{padding-top:4rem}</style>"
    )
    card(project, answer["user"], answer["csrf_token"])
