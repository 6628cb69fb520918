"""Taking items back: said before, and asked."""

from typing import Any

import streamlit as st
from labeler_ui import feedback
from labeler_ui.feedback import plain

from labeler.client import Project


@st.dialog("Take the items back?")
def ask(project: Project, **which: Any) -> None:
    """which: as `Items.remove` takes it."""
    told = feedback.attempt(lambda: project.items.remove(**which, dry_run=True), "Looking what it comes to")
    if told is None:
        return
    st.markdown(plain(told.said))
    if not told.changes:
        st.markdown(":gray[There is nothing to take back.]")
        return
    if st.button("Remove", type="primary", icon=":material/delete:", key="remove-yes"):
        with feedback.told("Removing"):
            project.items.remove(**which)
            feedback.say_later("They are being removed. The job is on the page Jobs.")
            st.rerun()
