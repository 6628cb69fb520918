"""Model versions: how good each is, better than what, on which dataset version, and which one answers."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, metrics, report, session, tasks
from labeler_ui.feedback import plain
from labeler_ui.pages.model_search import show_search

STAGES = {
    "live": "answers every prediction",
    "candidate": "trained, not used",
    "retired": "no longer used",
}


def render() -> None:
    """The list, then the chosen model."""
    project = layout.project()
    layout.heading("Models", "Every model is tied to the dataset version that it learned from.")
    path = f"/projects/{project['slug']}/models"
    models = feedback.must(lambda: list(layout.pages_of(path, most=300)), "Reading the models")
    if not models:
        with feedback.empty(
            "No model yet",
            "The first one trains by itself as soon as two different answers have examples.",
            ":material/model_training:",
        ):
            layout.open_page("label", "Start labeling", "bolt", primary=True)
        return
    models.sort(key=lambda one: -one["number"])
    _table(project, models)
    if tasks.of(project).SEARCHES:
        show_search(project)
    by_number = {one["number"]: one for one in models}
    live = next((one["number"] for one in models if one["stage"] == "live"), models[0]["number"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Model",
            list(by_number),
            index=list(by_number).index(live),
            width=260,
            format_func=lambda n: f"Model {n} ({by_number[n]['stage']})",
        )
        if session.manages(project["slug"]):
            _actions(project, by_number[number])
    _detail(project, by_number[number])


def _table(project: dict[str, Any], models: list[dict[str, Any]]) -> None:
    shown = _columns(project, models)
    rows = []
    for one in models:
        figures, baselines = one.get("metrics") or {}, one.get("baselines") or {}
        row: dict[str, Any] = {"Model": one["number"], "Stage": one["stage"]}
        for place, metric in enumerate(shown):
            row[metric.title] = metric.text(figures.get(metric.name))
            if place == 0:
                row["95% interval"] = metric.interval(figures.get(metric.name))
                for name, title in (("majority", "Most common answer"), ("sklearn", "Plain scikit-learn")):
                    row[title] = metric.text((baselines.get(name) or {}).get(metric.name))
        row["Learned from"] = one.get("trained_on")
        row["Dataset"] = (one.get("dataset") or {}).get("tag")
        row["Created"] = layout.when(one["created_at"])
        row["Kind"] = (one.get("config") or {}).get("model")
        rows.append(row)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(35 * len(rows) + 38, 213),
        column_config={"Model": st.column_config.NumberColumn(format="%d")},
    )


def _columns(project: dict[str, Any], models: list[dict[str, Any]]) -> list[metrics.Metric]:
    """The metric that decides, then one more of the newest model that was measured."""
    measured = next((one["report"] for one in models if one.get("report")), None)
    if measured is None:
        return []
    names = [measured["primary"], *(name for name in measured["metrics"] if name != measured["primary"])]
    return [metrics.named(project["task_type"], name) for name in names[:2]]


def _actions(project: dict[str, Any], model: dict[str, Any]) -> None:
    slug, number, client = project["slug"], model["number"], session.client()
    path = f"/projects/{slug}/models/{number}"
    if model["stage"] != "live" and st.button("Promote …", icon=":material/rocket_launch:", type="primary"):
        _promote(path, number)
    if model["stage"] == "live" and st.button("Roll back …", icon=":material/undo:"):
        layout.confirm(
            f"Model {number} stops answering; the model that was live before it answers again.",
            "Roll back",
            lambda: client.post(f"/projects/{slug}/rollback"),
            "Rolled back.",
        )
    if st.button(
        "Reproduce",
        icon=":material/replay:",
        help="Train it again from its dataset version and compare the predictions.",
    ):
        job = feedback.attempt(lambda: client.post(f"{path}/reproduce"), "Reproducing")
        if job:
            st.session_state[f"_reproduce_{slug}_{number}"] = job


@st.dialog("Change the stage")
def _promote(path: str, number: int) -> None:
    stages = list(STAGES)
    stage = st.radio("Stage", stages, captions=[STAGES[s] for s in stages])
    reason = st.text_input("Reason", placeholder="optional, kept in the audit trail")
    if st.button(f"Make model {number} {stage}", type="primary"):
        body = {k: v for k, v in {"stage": stage, "reason": reason.strip()}.items() if v}
        with feedback.told():
            session.client().post(f"{path}/stage", json=body)
            feedback.say_later(f"Model {number} is {stage}.")
            st.rerun()


def _detail(project: dict[str, Any], model: dict[str, Any]) -> None:
    job = st.session_state.get(f"_reproduce_{project['slug']}_{model['number']}")
    if job:
        layout.follow(job, _reproduced)
    color = layout.STAGE_COLORS.get(model["stage"], "gray")
    kind = plain((model.get("config") or {}).get("model") or "A model")
    tag = plain((model.get("dataset") or {}).get("tag") or layout.DASH)
    st.markdown(
        f":{color}-badge[{model['stage']}] :gray[{STAGES.get(model['stage'], '')}]  \n"
        f"{kind}, learned from {layout.number(model.get('trained_on'))} labels of dataset version **{tag}**, "
        f"measured on {layout.number(model.get('holdout_size'))} holdout items."
    )
    if not model.get("report"):
        st.info(
            "Not measured yet: the holdout has too few labels. Labeling adds them, at random.",
            icon=":material/info:",
        )
    else:
        report.draw(model, project["task_type"])
    with st.expander("Model card"):
        card = feedback.attempt(lambda: _text(f"/projects/{project['slug']}/models/{model['number']}/card"))
        if card:
            st.markdown(card.replace("![", "\\!\\["))
    with st.expander("How it was trained"):
        st.json(
            {
                k: model.get(k)
                for k in (
                    "config",
                    "packages",
                    "code_revision",
                    "sha256",
                    "duration_s",
                    "labels_seen",
                    "artifacts",
                )
            }
        )


def _text(path: str) -> str:
    return b"".join(session.client().stream(path)).decode("utf-8", "replace")


def _reproduced(job: dict[str, Any]) -> None:
    result = job.get("result") or {}
    if result.get("identical"):
        st.success(
            f"Trained again: all {layout.number(result.get('compared'))} predictions are identical.",
            icon=":material/check:",
        )
    else:
        st.error(
            f"Trained again: predictions differ by up to {result.get('max_difference')}.",
            icon=":material/error:",
        )
