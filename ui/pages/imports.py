"""Import: more items, or labels, into a project."""

import streamlit as st
from labeler_ui import import_history, import_plan, import_run, import_source, item_sources, job_rows, layout
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.words import t


def render() -> None:
    """What to import and what becomes of it, with what was imported before; then how far it is."""
    if import_run.is_there():
        import_run.draw()
        return
    project = layout.project()
    stays = t("What is there already stays as it is, unless the plan says otherwise.")
    layout.heading(t("Import items"), t("Into {name}. {stays}", name=plain(project.info.name), stays=stays))
    job_rows.dialogs(project)
    given = import_source.choose("import-pasted", project)
    if given is None:
        item_sources.draw(project)
        import_history.draw(project)
        return
    if given.balance:
        st.header(t("What becomes of the first rows"), anchor=False)
        import_plan.balance(given.balance)
    if given.problem:
        st.error(t("Still needed: {problem}.", problem=given.problem), icon=":material/error:")
        return
    with st.container(horizontal=True):
        start = pressed(t("Import"), type="primary", icon=":material/upload:")
        trial = pressed(
            t("Try it on all rows"),
            icon=":material/science:",
            help=t("Tells the fate of every row and label, and changes nothing."),
        )
    if start or trial:
        import_run.send(project, given, dry_run=trial)
