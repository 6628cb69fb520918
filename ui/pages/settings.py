"""Settings of a project: labels, how the next items are chosen, when a model trains, reasons."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.feedback import plain
from labeler_ui.pages.label_editor import edit_labels


def render() -> None:
    """Three groups, each saved by itself."""
    project = layout.project()
    layout.heading("Settings", f"Of the project {plain(project['name'])}. Everything has a good default.")
    labels, loop, reasons, danger = st.tabs(["Labels", "Learning", "Reasons", "Project"], key="settings-tabs")
    with labels:
        _labels(project)
    with loop:
        _loop(project)
    with reasons:
        _reasons(project)
    with danger:
        _project(project)


def _save(project: dict[str, Any], body: dict[str, Any]) -> None:
    with feedback.told("Saving"):
        session.client().patch(f"/projects/{project['slug']}", json=body)
        session.forget()
        feedback.say_later("Saved.")
        st.rerun()


def _labels(project: dict[str, Any]) -> None:
    st.markdown(":gray[Double-click a cell to change it. A label that was given already can't be taken away.]")
    rows = edit_labels(project["labels"], key=f"labels-{project['slug']}")
    if st.button("Save labels", type="primary", disabled=len(rows) < 2):
        _save(project, {"labels": rows})
    if len(rows) < 2:
        st.markdown(":gray[A project needs at least two labels.]")


def _loop(project: dict[str, Any]) -> None:
    settings = project["settings"]
    strategies = feedback.must(lambda: session.client().get("/strategies"), "Reading the strategies")
    listed = strategies["items"] if isinstance(strategies, dict) else strategies
    words = {one["name"]: one["summary"] for one in listed}
    names = list(words)
    current = settings.get("strategy")
    with st.form("loop", border=False, width=680):
        strategy = st.selectbox(
            "Query strategy: which items to ask next",
            names,
            index=names.index(current) if current in names else 0,
            format_func=lambda n: f"{n}: {words[n]}",
        )
        choices = feedback.must(lambda: session.client().get("/models"), "Reading the models")["items"]
        kinds = {one["name"]: one["summary"] for one in choices}
        model = st.selectbox(
            "Model: what learns from the labels",
            list(kinds),
            index=list(kinds).index(settings["model"]) if settings.get("model") in kinds else 0,
            format_func=lambda n: f"{n}: {kinds[n]}",
            help="Leave it at auto unless you know better: searches compare the models, see the Models page.",
        )
        left, right = st.columns(2, gap="large")
        every = left.number_input("Train after so many new labels", 1, 10000, int(settings.get("retrain_every") or 25))
        seconds = right.number_input("… or after so many seconds", 1, 86400, int(settings.get("retrain_seconds") or 30))
        holdout = left.slider(
            "Holdout: share that only judges",
            0,
            50,
            round(100 * (settings.get("holdout_share") or 0)),
            format="%d %%",
            help="Drawn at random, never trained on. They come between the others: up to twice as often as their share "
            "while the accuracy's interval is wide or the target near, down to a quarter of it once it is narrow.",
        )
        overlap = right.number_input(
            "Labelers an item (overlap)",
            1,
            20,
            int(settings.get("overlap") or 1),
            help="With 2 or more, agreement can be measured.",
        )
        lease = left.number_input(
            "Minutes an item is lent to a labeler",
            1,
            1440,
            max(1, round((settings.get("lease_seconds") or 900) / 60)),
        )
        seed = right.number_input("Seed of everything random", 0, 2**31 - 1, int(settings.get("seed") or 0))
        target = left.number_input(
            "Accuracy wanted, in percent",
            5.0,
            100.0,
            None if settings.get("target_accuracy") is None else 100.0 * settings["target_accuracy"],
            placeholder="no target",
            help="The progress page then says how many labels it is away. Leave empty for none.",
        )
        labels = [one["name"] for one in project["labels"]]
        finding = right.selectbox(
            "Find all items of a label",
            labels,
            index=labels.index(settings["find_label"]) if settings.get("find_label") in labels else None,
            placeholder="no, learn to tell all labels apart",
            help="The likeliest are asked first, and progress tells how many are still unfound. For rare labels.",
        )
        suggest = st.toggle(
            "Show labelers what the model would say",
            value=bool(settings.get("show_suggestions")),
            help="Faster, but people tend to agree with what they are shown. Off by default.",
        )
        if st.form_submit_button("Save", type="primary"):
            _save(
                project,
                {
                    "settings": {
                        "strategy": strategy,
                        "model": model,
                        "retrain_every": every,
                        "retrain_seconds": seconds,
                        "holdout_share": holdout / 100,
                        "overlap": overlap,
                        "lease_seconds": lease * 60,
                        "seed": seed,
                        "target_accuracy": None if target is None else target / 100,
                        "find_label": finding,
                        "show_suggestions": suggest,
                    }
                },
            )


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _reasons(project: dict[str, Any]) -> None:
    settings = project["settings"]
    with st.form("reasons", border=False, width=680):
        left, right = st.columns(2, gap="large")
        skip = left.text_area("Reasons to skip, one a line", "\n".join(settings.get("skip_reasons") or []), height=180)
        flag = right.text_area(
            "Reasons to mark as hard, one a line", "\n".join(settings.get("flag_reasons") or []), height=180
        )
        st.caption("The first nine have a digit as their key.")
        if st.form_submit_button("Save", type="primary"):
            _save(project, {"settings": {"skip_reasons": _lines(skip), "flag_reasons": _lines(flag)}})


def _project(project: dict[str, Any]) -> None:
    with st.form("rename", border=False, width=680):
        name = st.text_input("Name", project["name"])
        if st.form_submit_button("Rename"):
            _save(project, {"name": name.strip()})
    layout.open_page("setup", "Import more items", "upload_file", step="import")
    if session.role_in(project["slug"]) == "admin" and st.button("Delete the project …", icon=":material/delete:"):
        _delete(project)


@st.dialog("Delete the project?")
def _delete(project: dict[str, Any]) -> None:
    st.markdown(
        f"**{plain(project['name'])}** with its items, labels and models will be gone for everybody. "
        "Type its name to go on."
    )
    typed = st.text_input("Name of the project")
    if st.button("Delete for good", type="primary"):
        if typed.strip() != project["name"]:
            st.error("That is not its name.", icon=":material/error:")
            return
        with feedback.told("Deleting"):
            session.client().delete(f"/projects/{project['slug']}")
            session.forget()
            session.choose(None)
            st.query_params.clear()
            feedback.say_later("Deleted.")
            st.switch_page(st.session_state["_pages"]["home"])
