"""Background work: what runs, what waits, what failed and why."""

import streamlit as st
from labeler_ui import feedback, import_plan, layout, removal, session
from labeler_ui.feedback import plain

from labeler.client import Job
from labeler.wire.items import ImportResult
from labeler.wire.registry import Reproduction

MOST = 50  # jobs that are listed
URGENT = {"running": 0, "failed": 1, "queued": 2}
KINDS = {
    "import": "Import",
    "training": "Training",
    "train": "Training",
    "snapshot": "Dataset version",
    "dataset": "Dataset version",
    "reproduce": "Reproduce a model",
    "export": "Export",
    "push": "Copy to the DVC remote",
    "coverage": "First order of the queue",
    "embed": "Reading the items (sentence embeddings)",
    "search": "Search for a model",
    "recount": "Recount of the labels",
    "remove": "Removal of items",
    "erase": "Erasing a project",
}


def render() -> None:
    """The jobs of the project, read again every two seconds."""
    project = layout.project()
    layout.heading(
        "Jobs", "Imports, trainings and dataset versions. They keep running in the background, also after a restart."
    )
    wanted = st.session_state.pop("_take_back", None)
    if wanted is not None:
        removal.ask(project, import_id=wanted)
    wanted = st.session_state.pop("_cancel", None)
    if wanted is not None:
        layout.confirm(
            "What the job did so far stays; the rest is not done. It can be started again.",
            "Cancel the job",
            lambda: session.client().job(wanted).cancel(),
            "The job is canceled.",
        )
    st.fragment(run_every=2.0)(lambda: _list(project.slug))()


def _list(project: str) -> None:
    jobs = feedback.attempt(lambda: layout.newest(session.client().jobs(project), MOST, "jobs"), "Reading the jobs")
    if jobs == []:
        feedback.empty(
            "No jobs yet",
            "Imports, trainings and dataset versions show up here while they run.",
            ":material/manufacturing:",
        )
    for job in sorted(jobs or [], key=lambda one: URGENT.get(one.state, len(URGENT))):
        _job(job)


def _job(job: Job) -> None:
    row = job.row
    words, color = layout.JOB_WORDS.get(row.state, (row.state, "gray"))
    short = row.kind.rpartition(".")[2]
    kind = KINDS.get(short, short.replace("_", " ").capitalize())
    with st.container(border=True, key=f"job-{row.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            attempt = f", attempt {row.attempt}" if row.attempt > 1 else ""
            st.markdown(
                f"**{plain(kind)}** :{color}-badge[{words}] :gray[{layout.when(row.created_at)}{attempt}]",
                width="stretch",
            )
            if row.state in {"queued", "running"} and st.button(
                "Cancel …", key=f"cancel-{row.id}", icon=":material/close:"
            ):
                _later("_cancel", row.id)
        if row.state != "done":
            layout.job_line(row)
        elif isinstance(row.result, dict):
            _result(job)
            if row.kind == "items.import" and not row.result.get("dry_run"):
                _offer_to_take_back(row.id)


def _offer_to_take_back(import_id: int) -> None:
    if session.manages(session.slug()) and st.button("Take it back …", key=f"back-{import_id}", icon=":material/undo:"):
        _later("_take_back", import_id)


def _later(what: str, job_id: int) -> None:
    """A dialog can't open from a part that is drawn by itself."""
    st.session_state[what] = job_id
    st.rerun()


def _result(job: Job) -> None:
    if job.row.kind == "items.import":
        import_result(job.result_as(ImportResult), brief=True)
        return
    if job.row.kind == "training.reproduce":
        done = job.result_as(Reproduction)
        same = "all predictions identical" if done.identical else "predictions differ"
        st.markdown(f":gray[{layout.number(done.compared)} items compared: {same}.]")
        return
    found = job.result.items()
    simple = [f"{k.replace('_', ' ')} {v}" for k, v in found if isinstance(v, (int, float, str)) and v != ""]
    if simple:
        st.markdown(f":gray[{plain(', '.join(simple[:5]))}]")


def import_result(result: ImportResult, brief: bool = False) -> None:
    """What an import took, what was already there, what it refused and why. brief: the rest is folded away."""
    n = layout.number
    would = "A trial: nothing was changed. It would be " if result.dry_run else ""
    st.markdown(
        f"{would}{n(result.rows)} rows: {n(result.taken)} taken, {n(result.already_there)} already there, "
        f"{n(result.refused)} refused."
    )
    if result.balance.rows:
        with st.expander("What became of every row and label", expanded=not brief):
            import_plan.balance(result.balance, result.rows)
    for title, told in (("Refused rows", result.errors), ("Not taken as they are", result.notes)):
        if told:
            with st.expander(f"{title} (the first {n(len(told))})"):
                st.dataframe(
                    [{"Row": one.row, "Field": one.field, "Reason": one.reason} for one in told], hide_index=True
                )
    if result.plan is not None:
        with st.expander("The plan it followed"):
            import_plan.about(result.plan)
