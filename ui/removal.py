"""Taking items back: said before, and asked."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback
from labeler_ui.feedback import plain
from labeler_ui.words import said, t

from labeler.client import Project


def ask(project: Project, **which: Any) -> None:
    """which: as `Items.remove` takes it."""
    is_import = "import_id" in which
    st.dialog(t("Take the import back?") if is_import else t("Remove the items?"))(_ask)(project, which, is_import)


def _ask(project: Project, which: dict[str, Any], is_import: bool) -> None:
    told = feedback.attempt(lambda: project.items.remove(**which, dry_run=True), t("Looking what it comes to"))
    if told is None:
        return
    st.markdown(plain(said(told.said)))
    if not told.changes:
        st.markdown(t(":gray[There is nothing to take back.]"))
        return
    word, icon = (t("Take it back"), ":material/undo:") if is_import else (t("Remove"), ":material/delete:")
    if danger.button(word, icon=icon, key="remove-yes", final=True):
        with feedback.told(t("Removing")):
            project.items.remove(**which)
            feedback.say_later(
                t("The import is being taken back. The job is on the page Jobs.")
                if is_import
                else t("They are being removed. The job is on the page Jobs.")
            )
            st.rerun()
