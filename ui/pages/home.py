"""The list of projects: where each stands, and the way to go on labeling."""

import streamlit as st
from labeler_ui import feedback, layout, session, tasks
from labeler_ui.feedback import plain

from labeler.wire.projects import ProjectOut


def render() -> None:
    """Projects as cards."""
    user = session.user()
    name = user.name.split(" ")[0] if user else ""
    layout.heading(f"Hello {plain(name)}" if name else "Projects", "Choose a project.")
    projects = feedback.must(lambda: [one.info for one in session.client().projects], "Reading the projects")
    if not projects:
        _none()
        return
    for start in range(0, len(projects), 2):
        for column, project in zip(st.columns(2, gap="medium"), projects[start : start + 2], strict=False):
            with column:
                _card(project)
    if _creates():
        layout.open_page("setup", "New project", "add", project=None)


def _creates() -> bool:
    """Whether the user may set up projects."""
    user = session.user()
    return user is not None and user.role in {"admin", "manager"}


def _none() -> None:
    if _creates():
        with feedback.empty(
            "No project yet",
            "A project asks one question of one pool of items. A name, a question and a file are enough.",
            ":material/add_circle:",
        ):
            layout.open_page("setup", "Create the first project", "add", primary=True)
    else:
        feedback.empty("No project yet", "You are not a member of a project. Ask the person who invited you.")


def _card(project: ProjectOut) -> None:
    items, labeled, slug = project.counts.items, project.counts.labeled, project.slug
    manages = session.manages(slug)
    with st.container(border=True, key=f"project-{slug}"):
        st.markdown(f"## {plain(session.project_names().get(slug, project.name))}")
        st.markdown(f":gray[{plain(tasks.of(project).summary(tasks.schema_of(project)))}]")
        if items:
            flags = project.counts.flags_open
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
