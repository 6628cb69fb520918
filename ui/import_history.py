"""What was imported into a project before: each import with what became of it, its refused rows, and the way back."""

import streamlit as st
from labeler_ui import feedback, job_rows, job_words, layout, session
from labeler_ui.words import t, tn

from labeler.client import Project
from labeler.wire.jobs import ENDED, JobOut

SHOWN = 5  # the newest, unfolded
MOST = 30
WATCH_SECONDS = 2.0


def draw(project: Project) -> None:
    """The newest imports; those before them folded, and all of them on the page Jobs."""
    st.header(t("Imports so far"), anchor=False)
    found = _read(project.slug)
    if any(row.state not in ENDED or _is_going(row) for row in found):
        layout.live(WATCH_SECONDS, "imports", lambda: _list(_read(project.slug)))
    else:
        _list(found)


def _is_going(row: JobOut) -> bool:
    return row.taken_back is not None and row.taken_back.state not in ENDED


def _read(project: str) -> list[JobOut]:
    def ask() -> list[JobOut]:
        return session.client().jobs_page(limit=MOST, project=project, kind=[job_words.IMPORT, job_words.FETCH]).items

    return feedback.attempt(ask, t("Reading the jobs")) or []


def _list(found: list[JobOut]) -> None:
    if not found:
        st.markdown(t(":gray[None yet. What you import is listed here, with the way to take it back.]"))
        return
    for row in found[:SHOWN]:
        job_rows.draw(row)
    if earlier := found[SHOWN:]:
        with st.expander(tn("{n} earlier import", "{n} earlier imports", len(earlier))):
            for row in earlier:
                job_rows.draw(row)
    if len(found) == MOST:
        layout.open_page("jobs", t("All imports"), "manufacturing", params={"kind": "import"})
