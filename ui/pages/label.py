"""Labeling: the card. Streamlit draws it once; after that the browser and the API talk directly."""

import streamlit as st
from labeler_ui import layout, session
from labeler_ui.components.card import card


def render() -> None:
    """The card of the current project."""
    project, who = layout.project(), session.me()
    st.html(
        "<style>[data-testid=stMainBlockContainer]{max-width:none;padding-top:1.25rem;padding-bottom:1.5rem}"
        "[data-testid=stApp]:has([data-testid=stSidebar][data-collapsed=true]) "
        "[data-testid=stMainBlockContainer]{padding-top:4rem}</style>"
    )
    if who is not None:
        card(project.info, who.user, who.csrf_token)
