"""Background work: what runs, what waits, what failed and why."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, job_filters, job_folds, job_rows, layout, pager, session
from labeler_ui.words import t

from labeler.wire.jobs import JobOut

PAGE = 50  # jobs at once; routine ones of a kind are one line
URGENT = {"running": 0, "failed": 1, "queued": 2}

UNDER_WAY = ("running", "queued")


def render() -> None:
    """The jobs of the project, read again every two seconds while one is under way."""
    project = layout.project()
    layout.heading(
        t("Jobs"),
        t(
            "Work that takes longer than a click: it goes on in the background, also when you leave. See here what "
            "runs, what came of it, and why something failed."
        ),
    )
    job_rows.dialogs(project)
    wanted = st.session_state.pop("_cancel", None)
    if wanted is not None:
        layout.confirm(
            t("What the job did so far stays; the rest is not done. It can be started again."),
            t("Cancel the job"),
            lambda: session.client().job(wanted).cancel(),
            t("The job is canceled."),
        )
    filters = job_filters.draw()
    layout.live(2.0 if _is_busy(project.slug) else 15.0, "jobs", lambda: _list(project.slug, filters))


def _is_busy(project: str) -> bool:
    """Whether something runs or waits, and so changes within seconds."""

    def some(state: str) -> bool:
        return bool(session.client().jobs_page(limit=1, project=project, state=state).items)

    return bool(feedback.attempt(lambda: any(some(state) for state in UNDER_WAY)))


def _list(project: str, filters: dict[str, Any]) -> None:
    walked = pager.trail("jobs", filters)
    page = feedback.attempt(
        lambda: session.client().jobs_page(walked[-1], limit=PAGE, project=project, **filters), t("Reading the jobs")
    )
    if page is None:
        return
    found = page.items
    if len(walked) == 1 and filters["state"] is None:
        found = [*_running(project, filters, {job.id for job in found}), *found]
    if not found:
        _nothing(any(filters.values()))
        return
    if len(walked) == 1:
        st.markdown(_summary(found))
    for jobs in sorted(job_folds.lines(found), key=lambda ones: URGENT.get(ones[0].state, len(URGENT))):
        job_folds.draw(jobs)
    pager.draw(page.next_cursor, walked, t("Newer"), t("Older"))


def _running(project: str, filters: dict[str, Any], there: set[int]) -> list[JobOut]:
    """Those that run and are not among the newest."""
    asked = {**filters, "state": "running"}
    running = feedback.attempt(lambda: session.client().jobs_page(limit=PAGE, project=project, **asked).items)
    return [job for job in running or [] if job.id not in there]


def _nothing(is_narrowed: bool) -> None:
    if is_narrowed:
        feedback.empty(t("No such jobs"), t("There are none of this kind and state."), ":material/filter_alt_off:")
        return
    feedback.empty(
        t("No jobs yet"),
        t("Imports, trainings and dataset versions show up here while they run."),
        ":material/manufacturing:",
    )


def _summary(jobs: Sequence[JobOut]) -> str:
    """What runs, waits and failed, at a glance."""
    counted = Counter(job.state for job in jobs)
    parts = [f"{counted[state]} {t(layout.JOB_WORDS[state][0])}" for state in URGENT if counted[state]]
    return f"**{', '.join(parts)}**" if parts else t(":material/check_circle: Nothing runs, waits or failed.")
