"""Dataset versions: create one, download one, compare two."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, session, tasks
from labeler_ui.feedback import plain

USUAL = "jsonl"  # the format that is chosen at first


def render() -> None:
    """The list, newest first, and what can be done with it."""
    project = layout.project()
    layout.heading("Dataset versions", "Immutable snapshots of items, labels and guideline, each with its DVC tag.")
    path = f"/projects/{project['slug']}/datasets"
    versions = feedback.must(lambda: list(layout.pages_of(path, most=300)), "Reading the dataset versions")
    versions.sort(key=lambda one: -one["version"])
    if session.manages(project["slug"]):
        with st.container(key="make-version"):
            _make(project)
    if not versions:
        feedback.empty(
            "No dataset version yet",
            "One is created before every training, and whenever you ask for one.",
            ":material/inventory_2:",
        )
        return
    everything, one, two = st.tabs(["All versions", "Download", "Compare two"], key="dataset-tabs")
    with everything:
        _table(versions)
    with one:
        _take_out(project, versions)
    with two:
        _compare(project, versions)


def _make(project: dict[str, Any]) -> None:
    slug = project["slug"]
    with (
        st.form("snapshot", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        message = st.text_input("New version", placeholder="what is in it, in a few words", width="stretch")
        asked = st.form_submit_button("Create a version", icon=":material/add:", type="primary")
    if asked:
        job = feedback.attempt(lambda: session.client().post(f"/projects/{slug}/datasets", json={"message": message}))
        if job:
            st.session_state[f"_snapshot_{slug}"] = job
    job = st.session_state.get(f"_snapshot_{slug}")
    if job:
        layout.follow(job)
        if job["state"] == "done":
            st.session_state.pop(f"_snapshot_{slug}")
            feedback.say_later("The dataset version was created.")
            feedback.say_now()


def _table(versions: list[dict[str, Any]]) -> None:
    rows = [
        {
            "Version": one["tag"],
            "Message": one.get("message"),
            "Created": layout.when(one["created_at"]),
            "Items": one["counts"].get("items"),
            "Labeled": one["counts"].get("labeled"),
            "Guideline": one.get("guideline_version"),
            "Models": ", ".join(str(n) for n in one.get("models") or []),
            "New data": layout.size(one.get("new_bytes")),
            "Pushed": one.get("pushed"),
        }
        for one in versions
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "Items": st.column_config.NumberColumn(format="localized"),
            "Labeled": st.column_config.NumberColumn(format="localized"),
            "Pushed": st.column_config.CheckboxColumn(help="Copied to the DVC remote"),
        },
    )


def _take_out(project: dict[str, Any], versions: list[dict[str, Any]]) -> None:
    by_number = {one["version"]: one for one in versions}
    left, right = st.columns([2, 3], gap="large")
    number = left.selectbox(
        "Version", [None, *by_number], format_func=lambda v: by_number[v]["tag"] if v else "The current state"
    )
    offered = feedback.must(lambda: session.client().get("/formats"), "Reading the formats")["exports"]
    fitting = [one for one in offered if one["tasks"] is None or project["task_type"] in one["tasks"]]
    titles = {one["name"]: one["title"] for one in fitting}
    first = USUAL if USUAL in titles else next(iter(titles))
    form = left.selectbox("Format", list(titles), format_func=titles.__getitem__, index=list(titles).index(first))
    slug = project["slug"]

    # A link to the API, not a download through Streamlit: it streams, whatever the size.
    query = urlencode({"format": form, **({"dataset": number} if number else {})})
    left.link_button("Download", f"/api/v1/projects/{slug}/export?{query}", icon=":material/download:", type="primary")
    if form == "csv":
        left.caption("Cells that a spreadsheet would run as a formula start with an apostrophe.")
    if number is None:
        right.markdown(":gray[The current state is not kept. For work that must be repeatable, use a version.]")
        return
    one = by_number[number]
    with right:
        st.markdown("With DVC, from any machine that reaches the repository:")
        st.code(f"dvc get {one['repository']} data --rev {one['tag']}", language="bash")
        counts = one["counts"]
        st.markdown(
            f"{layout.number(counts.get('items'))} items, {layout.number(counts.get('labeled'))} labeled, "
            f"{layout.number(counts.get('holdout'))} in the holdout, "
            f"{layout.number(counts.get('flags'))} hard flags. "
            f"Size {layout.size(one.get('size_bytes'))}."
        )
        st.caption(
            "  \n".join(
                f"{title} {plain(one.get(name) or layout.DASH)}"
                for title, name in (
                    ("Git commit", "git_commit"),
                    ("DVC", "dvc_hash"),
                    ("Content", "content_hash"),
                )
            )
        )


def _compare(project: dict[str, Any], versions: list[dict[str, Any]]) -> None:
    if len(versions) < 2:
        st.markdown(":gray[Two versions can be compared here, once there are two.]")
        return
    names = {one["version"]: one["tag"] for one in versions}
    columns = st.columns([1, 1, 2], vertical_alignment="bottom")
    a = columns[0].selectbox("From", list(names), index=1, format_func=names.__getitem__, key="ds-a")
    b = columns[1].selectbox("To", list(names), index=0, format_func=names.__getitem__, key="ds-b")
    if a == b:
        st.markdown(":gray[Choose two different versions.]")
        return
    diff = layout.read(f"/datasets/{a}/diff/{b}")
    labels = diff["labels"]
    boxes = st.columns(4)
    boxes[0].metric("Items added", layout.number(diff["items"]["added"]), border=True)
    boxes[1].metric("Labels added", layout.number(labels["added"]), border=True)
    boxes[2].metric("Labels changed", layout.number(labels["changed"]), border=True)
    agreement = diff.get("agreement")
    boxes[3].metric(
        "Same label",
        layout.DASH if agreement is None else f"{100 * agreement:.1f}%",
        border=True,
        help="Of the items labeled in both.",
    )
    gone = diff["items"].get("removed"), labels.get("removed")
    if any(gone):
        st.markdown(f"Removed: items {layout.number(gone[0])}, labels {layout.number(gone[1])}.")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Label balance", anchor=False)
        if diff["balance"]:
            charts.two_versions(diff["balance"], names[a], names[b])
    with right:
        st.subheader("Changed labels", anchor=False)
        if labels.get("examples"):
            rows = [
                {"Item": one["key"], names[a]: _text(project, one["a"]), names[b]: _text(project, one["b"])}
                for one in labels["examples"]
            ]
            st.dataframe(pd.DataFrame(rows), hide_index=True)
        else:
            st.markdown(":gray[No label changed.]")
    if diff.get("guideline_changed"):
        st.subheader("The guideline changed", anchor=False)
        layout.diff_table(diff.get("guideline_rows") or [], names[a], names[b], only_changes=True)


def _text(project: dict[str, Any], value: Any) -> str | None:
    """An answer in words; None where an item has none in a version."""
    return None if value is None else tasks.of(project).value_text(value, tasks.schema_of(project))
