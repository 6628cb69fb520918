"""Settings of a project: what is asked, how the next items are chosen, when a model trains, reasons."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, learning_settings, schema_change, session
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain

from labeler.client import Project


def render() -> None:
    """Four groups, each saved by itself."""
    project = layout.project()
    layout.heading("Settings", f"For the project {plain(project.info.name)}. Everything has a good default.")
    asked, learning, reasons, danger = st.tabs(["Question", "Learning", "Reasons", "Project"], key="settings-tabs")
    with asked:
        schema_change.edit(project)
    with learning:
        learning_settings.edit(project.info, lambda settings: _save(project, settings=settings))
    with reasons:
        _reasons(project)
    with danger:
        _project(project)


def _save(project: Project, scope: str = "", **changed: Any) -> None:
    """scope: where the browser keeps what was typed until now."""
    with feedback.told("Saving"):
        project.change(**changed)
        if scope:
            saved(scope)
        session.forget()
        feedback.say_later("Saved.")
        st.rerun()


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _reasons(project: Project) -> None:
    settings, scope = project.info.settings, f"reasons {project.slug}"
    skip_key, flag_key = f"skip-{project.slug}", f"flag-{project.slug}"
    keep(scope, [skip_key, flag_key])
    with st.form("reasons", border=False, width=680):
        left, right = st.columns(2, gap="large")
        skip = left.text_area(
            "Reasons to skip, one per line",
            "\n".join(settings.skip_reasons),
            height=180,
            key=skip_key,
            help="What labelers choose from after S. A skipped item goes to somebody else.",
        )
        flag = right.text_area(
            "Reasons to mark as hard, one per line",
            "\n".join(settings.flag_reasons),
            height=180,
            key=flag_key,
            help="What labelers choose from after H. Hard items are decided on the page Hard items.",
        )
        st.caption("The first nine have a digit as their key.")
        if st.form_submit_button("Save", type="primary"):
            reasons = {"skip_reasons": _lines(skip), "flag_reasons": _lines(flag)}
            _save(project, scope, settings=reasons)


def _project(project: Project) -> None:
    scope, key = f"name {project.slug}", f"name-{project.slug}"
    keep(scope, [key])
    with st.form("rename", border=False, width=680):
        name = st.text_input("Name", project.info.name, key=key, help="What people see. The address stays the same.")
        if st.form_submit_button("Rename"):
            _save(project, scope, name=name.strip())
    layout.open_page("setup", "Import more items", "upload_file", step="import")
    if session.role_in(project.slug) == "admin" and st.button("Delete the project …", icon=":material/delete:"):
        _delete(project)


@st.dialog("Delete the project?")
def _delete(project: Project) -> None:
    counts = project.info.counts
    st.markdown(
        f"**{plain(project.info.name)}** has {layout.number(counts.items)} items, {layout.number(counts.labeled)} of "
        "them labeled. Nobody will see it any more."
    )
    erase = (
        st.radio(
            "What becomes of its data",
            ["Kept, out of sight", "Erased for good"],
            captions=[
                "Labels, dataset versions and models stay on disk; an operator can bring them back.",
                "Items, labels, dataset versions (also in the DVC remote) and models are destroyed. The audit keeps "
                "that it happened.",
            ],
        )
        == "Erased for good"
    )
    typed = st.text_input("Type the name of the project to continue")
    if st.button("Erase for good" if erase else "Delete", type="primary"):
        if typed.strip() != project.info.name:
            st.error("The name does not match.", icon=":material/error:")
            return
        with feedback.told("Deleting"):
            project.delete(erase=erase)
            session.forget()
            session.choose(None)
            st.query_params.clear()
            feedback.say_later("Deleted.")
            st.switch_page(st.session_state["_pages"]["home"])
