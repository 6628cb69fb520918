"""Background work: what runs, what waits, what failed and why."""

from collections import Counter

import streamlit as st
from labeler_ui import feedback, import_plan, job_words, layout, removal, session, table
from labeler_ui.feedback import plain
from labeler_ui.words import said, t, tn

from labeler.client import Job
from labeler.wire.items import ImportResult

MOST = 50  # jobs that are listed
URGENT = {"running": 0, "failed": 1, "queued": 2}


def render() -> None:
    """The jobs of the project, read again every two seconds."""
    project = layout.project()
    layout.heading(
        t("Jobs"),
        t("Imports, trainings and dataset versions. They keep running in the background, also after a restart."),
    )
    wanted = st.session_state.pop("_take_back", None)
    if wanted is not None:
        removal.ask(project, import_id=wanted)
    wanted = st.session_state.pop("_cancel", None)
    if wanted is not None:
        layout.confirm(
            t("What the job did so far stays; the rest is not done. It can be started again."),
            t("Cancel the job"),
            lambda: session.client().job(wanted).cancel(),
            t("The job is canceled."),
        )
    layout.live(2.0, "jobs", lambda: _list(project.slug))


def _list(project: str) -> None:
    jobs = feedback.attempt(
        lambda: layout.newest(session.client().jobs(project), MOST, t("jobs")), t("Reading the jobs")
    )
    if jobs == []:
        feedback.empty(
            t("No jobs yet"),
            t("Imports, trainings and dataset versions show up here while they run."),
            ":material/manufacturing:",
        )
        return
    st.markdown(_summary(jobs or []))
    for job in sorted(jobs or [], key=lambda one: URGENT.get(one.state, len(URGENT))):
        _job(job)


def _summary(jobs: list[Job]) -> str:
    """What runs, waits and failed, at a glance."""
    counted = Counter(job.state for job in jobs)
    parts = [f"{counted[state]} {t(layout.JOB_WORDS[state][0])}" for state in URGENT if counted[state]]
    return f"**{', '.join(parts)}**" if parts else t(":material/check_circle: Nothing runs, waits or failed.")


def _job(job: Job) -> None:
    row = job.row
    words, color = layout.JOB_WORDS.get(row.state, (row.state, "gray"))
    made = job_words.made(row) if row.state == "done" and row.kind != "items.import" else None
    with st.container(border=True, key=f"job-{row.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            about = [
                layout.when(row.created_at),
                job_words.lasted(row),
                tn("resumed {n} time", "resumed {n} times", row.attempt - 1),
            ]
            told = ", ".join(part for part in about[: 3 if row.attempt > 1 else 2] if part)
            line = f"**{plain(job_words.title(row.kind))}** :{color}-badge[{t(words)}] :gray[{told}]"
            st.markdown(f"{line}  \n{made.words}" if made else line, width="stretch")
            if made and made.page:
                params = dict(made.params)
                layout.open_page(made.page, made.action, "arrow_forward", key=f"made-{row.id}", params=params)
            if row.state in {"queued", "running"} and st.button(
                t("Cancel …"), key=f"cancel-{row.id}", icon=":material/close:"
            ):
                _later("_cancel", row.id)
        if row.state != "done":
            layout.job_line(row)
            if row.state == "failed":
                _remedy(row.id, job_words.remedy(row.kind))
        elif row.kind == "items.import" and isinstance(row.result, dict):
            import_result(job.result_as(ImportResult), brief=True)
            if not row.result.get("dry_run"):
                _offer_to_take_back(row.id)


def _remedy(job_id: int, made: job_words.Made) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(made.words, width="stretch")
        if made.page and session.manages(session.slug()):
            layout.open_page(made.page, made.action, "arrow_forward", key=f"remedy-{job_id}", params=dict(made.params))


def _offer_to_take_back(import_id: int) -> None:
    if session.manages(session.slug()) and st.button(
        t("Take it back …"), key=f"back-{import_id}", icon=":material/undo:"
    ):
        _later("_take_back", import_id)


def _later(what: str, job_id: int) -> None:
    """A dialog can't open from a part that is drawn by itself."""
    st.session_state[what] = job_id
    st.rerun()


def import_result(result: ImportResult, brief: bool = False) -> None:
    """What an import took, what was already there, what it refused and why. brief: the rest is folded away."""
    n = layout.number
    if result.dry_run:
        st.markdown(t("A trial: nothing was changed. What would become of it:"))
    st.markdown(
        tn("{n} row is in.", "All {n} rows are in.", result.rows)
        if result.rows == result.taken and not result.dry_run
        else tn(
            "{n} row: {taken} taken, {already_there} already there, {refused} refused.",
            "{n} rows: {taken} taken, {already_there} already there, {refused} refused.",
            result.rows,
            taken=n(result.taken),
            already_there=n(result.already_there),
            refused=n(result.refused),
        )
    )
    if result.balance.rows:
        with st.expander(t("What became of every row and label"), expanded=not brief):
            import_plan.balance(result.balance, result.rows)
    for title, told in ((t("Refused rows"), result.errors), (t("Not taken as they are"), result.notes)):
        if told:
            with st.expander(t("{title} (the first {many})", title=title, many=n(len(told)))):
                rows = [{t("Row"): one.row, t("Field"): one.field, t("Reason"): said(one.reason)} for one in told]
                table.show(rows, {t("Row"): table.name_of})
    if result.plan is not None:
        with st.expander(t("The plan it followed")):
            import_plan.about(result.plan)
