"""Background work: what runs, what waits, what failed and why."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain

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
}


def render() -> None:
    """The jobs of the project, read again every two seconds."""
    project = layout.project()
    layout.heading(
        "Jobs", "Imports, trainings and dataset versions. They keep running in the background, also after a restart."
    )
    st.fragment(run_every=2.0)(lambda: _list(project))()


def _list(project: dict[str, Any]) -> None:
    answer = feedback.attempt(lambda: session.client().get("/jobs", project=project["slug"]), "Reading the jobs")
    jobs = (answer or {}).get("items", [])
    if answer is not None and not jobs:
        feedback.empty(
            "No jobs yet",
            "Imports, trainings and dataset versions show up here while they run.",
            ":material/manufacturing:",
        )
    for job in jobs[:50]:
        _job(job)


def _job(job: dict[str, Any]) -> None:
    words, color = layout.JOB_WORDS.get(job["state"], (job["state"], "gray"))
    short = job["kind"].rpartition(".")[2]
    kind = KINDS.get(short, short.replace("_", " ").capitalize())
    with st.container(border=True, key=f"job-{job['id']}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            attempt = f", attempt {job['attempt']}" if (job.get("attempt") or 1) > 1 else ""
            by = job.get("created_by")
            name = by.get("name") if isinstance(by, dict) else by if isinstance(by, str) else None
            who = f", {plain(name)}" if name else ""
            st.markdown(
                f"**{plain(kind)}** :{color}-badge[{words}] :gray[{layout.when(job['created_at'])}{who}{attempt}]",
                width="stretch",
            )
            if job["state"] in {"queued", "running"} and st.button(
                "Cancel", key=f"cancel-{job['id']}", icon=":material/close:"
            ):
                with feedback.told("Canceling"):
                    session.client().post(f"/jobs/{job['id']}/cancel")
                    st.rerun(scope="fragment")
        if job["state"] != "done":
            layout.job_line(job)
        elif isinstance(job.get("result"), dict):
            _result(job["result"])


def _result(result: dict[str, Any]) -> None:
    if "taken" in result:
        import_result(result)
        return
    if "identical" in result:
        same = "all predictions identical" if result["identical"] else "predictions differ"
        st.markdown(f":gray[{layout.number(result.get('compared'))} items compared: {same}.]")
        return
    simple = [f"{k.replace('_', ' ')} {v}" for k, v in result.items() if isinstance(v, (int, float, str)) and v != ""]
    if simple:
        st.markdown(f":gray[{plain(', '.join(simple[:5]))}]")


def import_result(result: dict[str, Any]) -> None:
    """What an import took, what was already there, what it refused and why."""
    n = layout.number
    st.markdown(
        f"{n(result.get('rows'))} rows: {n(result['taken'])} taken, "
        f"{n(result.get('already_there'))} already there, "
        f"{n(result.get('refused'))} refused."
    )
    errors = result.get("errors") or []
    if errors:
        with st.expander(f"Refused rows ({n(result.get('refused'))})"):
            st.dataframe(
                [{"Row": e.get("row"), "Field": e.get("field"), "Reason": e.get("reason")} for e in errors],
                hide_index=True,
            )
