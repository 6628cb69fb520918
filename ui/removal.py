"""Taking items back: said before, and asked."""

from typing import Any

import streamlit as st
from labeler_ui import feedback
from labeler_ui.feedback import plain

from labeler.client import Project


def ask(project: Project, **which: Any) -> None:
    """which: as `Items.remove` takes it."""
    is_import = "import_id" in which
    st.dialog("Take the import back?" if is_import else "Remove the items?")(_ask)(project, which, is_import)


def _ask(project: Project, which: dict[str, Any], is_import: bool) -> None:
    told = feedback.attempt(lambda: project.items.remove(**which, dry_run=True), "Looking what it comes to")
    if told is None:
        return
    st.markdown(plain(told.said))
    if not told.changes:
        st.markdown(":gray[There is nothing to take back.]")
        return
    word, icon = ("Take it back", ":material/undo:") if is_import else ("Remove", ":material/delete:")
    if st.button(word, type="primary", icon=icon, key="remove-yes"):
        with feedback.told("Removing"):
            project.items.remove(**which)
            what = "The import is being taken back" if is_import else "They are being removed"
            feedback.say_later(f"{what}. The job is on the page Jobs.")
            st.rerun()
