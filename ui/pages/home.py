"""The list of projects: where each stands, and the way to go on labeling."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session, tasks
from labeler_ui.feedback import plain


def render() -> None:
    """Projects as cards."""
    name = (session.user().get("name") or "").split(" ")[0]
    layout.heading(f"Hello {plain(name)}" if name else "Projects", "Choose a project.")
    projects = feedback.must(lambda: list(layout.pages_of("/projects", most=200)), "Reading the projects")
    if not projects:
        _none()
        return
    for start in range(0, len(projects), 2):
        for column, project in zip(st.columns(2, gap="medium"), projects[start : start + 2], strict=False):
            with column:
                _card(project)
    if session.user().get("role") in {"admin", "manager"}:
        layout.open_page("setup", "New project", "add", project=None)


def _none() -> None:
    if session.user().get("role") in {"admin", "manager"}:
        with feedback.empty(
            "No project yet",
            "A project asks one question of one pool of items. A name, a question and a file are enough.",
            ":material/add_circle:",
        ):
            layout.open_page("setup", "Create the first project", "add", primary=True)
    else:
        feedback.empty("No project yet", "You are not a member of a project. Ask the person who invited you.")


def _card(project: dict[str, Any]) -> None:
    counts = project.get("counts") or {}
    items, labeled = counts.get("items") or 0, counts.get("labeled") or 0
    slug = project["slug"]
    manages = session.manages(slug)
    with st.container(border=True, key=f"project-{slug}"):
        st.markdown(f"### {plain(session.project_names().get(slug, project['name']))}")
        st.markdown(f":gray[{plain(tasks.of(project).summary(tasks.schema_of(project)))}]")
        if items:
            flags = counts.get("flags_open") or 0
            words = f"{layout.number(labeled)} of {layout.number(items)} items labeled"
            st.progress(min(1.0, labeled / items), text=words + (f", {flags} hard items open" if flags else ""))
        else:
            st.markdown("No items yet." if not manages else "No items yet: import a file to start.")
        with st.container(horizontal=True):
            role = session.role_in(slug)
            if items and role != "reader":
                layout.open_page(
                    "label", "Continue labeling" if labeled else "Start labeling", "bolt", True, project=slug
                )
            if not items and manages:
                layout.open_page("setup", "Import items", "upload_file", True, project=slug, step="import")
            layout.open_page("progress", "Progress", "monitoring", project=slug)
