"""An import that was asked for: sent, followed to its end, and what comes next."""

from dataclasses import dataclass
from typing import IO, Any

import streamlit as st
from labeler_ui import feedback, import_result, import_table, layout, session
from labeler_ui.contents import Content
from labeler_ui.feedback import plain
from labeler_ui.tasks.base import Schema
from labeler_ui.words import t

from labeler.client import Job, Project
from labeler.wire.imports import Balance
from labeler.wire.items import ImportResult
from labeler.wire.jobs import ENDED

ColumnMapping = dict[str, Any]  # what each column of a file is, as imports take it


@dataclass(frozen=True)
class Given:
    """What to import: the data of a file, or a table. sample: its first row as an item; task: what its labels look
    like answers of; problem: what the plan still lacks; balance: of its first rows, where the project is known."""

    name: str
    data: bytes | IO[bytes] | None
    mapping: ColumnMapping
    sample: Content | None
    task: Schema
    problem: str | None = None
    balance: Balance | None = None
    table: import_table.Chosen | None = None


def send(project: Project, given: Given, dry_run: bool = False) -> None:
    """Send what is to be imported, and follow it on this page."""

    def begin() -> Job:
        if given.table is not None:
            return project.import_table(*given.table, given.mapping, dry_run=dry_run)
        return project.import_file(given.name, given.mapping, data=given.data, dry_run=dry_run)

    with st.spinner(t("Uploading …")):
        job = feedback.attempt(begin, t("Importing"))
    if job:
        st.session_state["_import_job"] = (project.slug, job)
        st.session_state["_import_tried"] = given if dry_run else None
        st.session_state.pop("_preview", None)
        st.rerun()


def is_there() -> bool:
    """Whether one is followed here."""
    return bool(st.session_state.get("_import_job"))


def draw() -> None:
    """How far it is, what became of it, and what comes next."""
    kept: tuple[str, Job] = st.session_state["_import_job"]
    slug, job = kept
    going_on = t("It continues in the background; you may leave this page.")
    into = t("Into the project {name}.", name=plain(session.project_names().get(slug, slug)))
    layout.heading(t("Import"), into if job.state in ENDED else f"{into} {going_on}")
    layout.follow(job, lambda done: _came(slug, done.result_as(ImportResult)))
    with st.container(horizontal=True):
        tried: Given | None = st.session_state.get("_import_tried")
        if job.state == "done" and tried and st.button(t("Import it now"), icon=":material/upload:", type="primary"):
            send(session.client().projects.get(slug), tried)
        if job.state in ENDED and st.button(t("Import another file")):
            st.session_state.pop("_import_job")
            st.session_state.pop("_import_tried", None)
            st.session_state.pop("_tables", None)
            st.rerun()


def _came(slug: str, result: ImportResult) -> None:
    import_result.draw(result, None if result.dry_run else lambda: _next_steps(slug))


def _next_steps(slug: str) -> None:
    """What a project with items still lacks, and where labeling starts."""
    project = feedback.attempt(lambda: session.client().projects.get(slug))
    members = feedback.attempt(lambda: list(project.members)) if project is not None else None
    steps = []
    if project is not None and project.info.guideline_version is None:
        without = t("No guideline is published yet.")
        why = t("People can label without one, but they agree more often with one.")
        steps.append((f"{without} {why}", "guidelines", t("Write it"), "menu_book"))
    if members is not None and len(members) < 2:
        steps.append((t("Add the people who will label."), "people", t("Add people"), "group"))
    steps.append((t("The items can be labeled now."), "label", t("Start labeling"), "bolt"))
    st.header(t("Next steps"), anchor=False)
    for number, (words, page, action, icon) in enumerate(steps, start=1):
        with st.container(horizontal=True, vertical_alignment="center", border=True, width=680):
            st.markdown(f"{number}. {words}", width="stretch")
            layout.open_page(page, action, icon, primary=page == "label", project=slug)
    layout.open_page("progress", t("Progress"), "monitoring", project=slug)
