"""Background work: what runs, what waits, what failed and why."""

from collections import Counter

import streamlit as st
from labeler_ui import feedback, import_plan, job_words, layout, removal, session, table
from labeler_ui.feedback import plain
from labeler_ui.words import mark, said, t, tn

from labeler.client import Job
from labeler.wire.items import ImportResult
from labeler.wire.jobs import JobOut

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
    wanted = st.session_state.pop("_about", None)
    if wanted is not None:
        _details(feedback.must(lambda: session.client().job(wanted), t("Reading the jobs")))
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
    """One line; below it how far it is, or why it failed."""
    row = job.row
    imported = row.kind == "items.import" and row.state == "done" and isinstance(row.result, dict)
    made = job_words.made(row) if row.state == "done" and not imported else None
    with st.container(key=f"job-{row.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            came = _came(job.result_as(ImportResult)) if imported else made.words if made else ""
            st.markdown(_line(row, came), width="stretch")
            if made and made.page:
                params = dict(made.params)
                layout.open_page(made.page, made.action, "arrow_forward", key=f"made-{row.id}", params=params)
            if imported:
                _about_an_import(job)
            if row.state in {"queued", "running"} and st.button(
                t("Cancel …"), key=f"cancel-{row.id}", icon=":material/close:"
            ):
                _later("_cancel", row.id)
        if row.state not in {"done", "queued"}:
            layout.job_line(row)
        if row.state == "failed":
            _remedy(row.id, job_words.remedy(row.kind))


def _line(row: JobOut, came: str) -> str:
    """came: what it made, where it is done."""
    words, color = layout.JOB_WORDS.get(row.state, (row.state, "gray"))
    about = [layout.when(row.created_at), job_words.lasted(row) if row.state != "queued" else ""]
    if row.attempt > 1:
        about.append(tn("resumed {n} time", "resumed {n} times", row.attempt - 1))
    told = ", ".join(part for part in about if part)
    return f"**{plain(job_words.title(row.kind))}** :{color}-badge[{t(words)}] {came} :gray[{told}]"


def _remedy(job_id: int, made: job_words.Made) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(made.words, width="stretch")
        if made.page and session.manages(session.slug()):
            layout.open_page(made.page, made.action, "arrow_forward", key=f"remedy-{job_id}", params=dict(made.params))


def _about_an_import(job: Job) -> None:
    if st.button(t("Details …"), key=f"about-{job.id}", icon=":material/list_alt:"):
        _later("_about", job.id)
    tried = job.result_as(ImportResult).dry_run
    if (
        not tried
        and session.manages(session.slug())
        and st.button(t("Take it back …"), key=f"back-{job.id}", icon=":material/undo:")
    ):
        _later("_take_back", job.id)


@layout.dialog(mark("What became of the import"), width="large")
def _details(job: Job) -> None:
    import_result(job.result_as(ImportResult))


def _later(what: str, job_id: int) -> None:
    """A dialog can't open from a part that is drawn by itself."""
    st.session_state[what] = job_id
    st.rerun()


def _came(result: ImportResult) -> str:
    """What became of the rows, in one sentence."""
    n = layout.number
    if result.rows == result.taken and not result.dry_run:
        return tn("{n} row is in.", "All {n} rows are in.", result.rows)
    counts = tn(
        "{n} row: {taken} taken, {already_there} already there, {refused} refused.",
        "{n} rows: {taken} taken, {already_there} already there, {refused} refused.",
        result.rows,
        taken=n(result.taken),
        already_there=n(result.already_there),
        refused=n(result.refused),
    )
    return t("A trial: nothing was changed. {counts}", counts=counts) if result.dry_run else counts


def import_result(result: ImportResult) -> None:
    """What an import took, what was already there, what it refused and why."""
    st.markdown(_came(result))
    if result.balance.rows:
        with st.expander(t("What became of every row and label"), expanded=True):
            import_plan.balance(result.balance, result.rows)
    for title, told in ((t("Refused rows"), result.errors), (t("Not taken as they are"), result.notes)):
        if told:
            with st.expander(t("{title} (the first {many})", title=title, many=layout.number(len(told)))):
                rows = [{t("Row"): one.row, t("Field"): one.field, t("Reason"): said(one.reason)} for one in told]
                table.show(rows, {t("Row"): table.name_of})
    if result.plan is not None:
        with st.expander(t("The plan it followed")):
            import_plan.about(result.plan)
