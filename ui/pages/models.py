"""Model versions: how good each is, better than what, on which dataset version, and which one answers."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, session
from labeler_ui.feedback import plain
from labeler_ui.pages.model_search import show_search

STAGES = {
    "live": "answers every prediction",
    "canary": "answers a share of the predictions",
    "shadow": "predicts beside the live one, its answers are stored and never returned",
    "candidate": "trained, not used",
    "retired": "was live once, or is out of use",
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
            "The first one trains by itself as soon as two labels have examples.",
            ":material/model_training:",
        ):
            layout.open_page("label", "Start labeling", "bolt", primary=True)
        return
    models.sort(key=lambda one: -one["number"])
    _table(models)
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


def _table(models: list[dict[str, Any]]) -> None:
    rows = []
    for one in models:
        metrics, baselines = one.get("metrics") or {}, one.get("baselines") or {}
        rows.append(
            {
                "Model": one["number"],
                "Stage": one["stage"],
                "Accuracy": layout.percent(metrics.get("accuracy")),
                "95 % interval": layout.interval(metrics.get("accuracy")),
                "Macro-F1": layout.percent(metrics.get("macro_f1")),
                "Most common label": layout.percent((baselines.get("majority") or {}).get("accuracy")),
                "Plain scikit-learn": layout.percent((baselines.get("sklearn") or {}).get("accuracy")),
                "Learned from": one.get("trained_on"),
                "Dataset": (one.get("dataset") or {}).get("tag"),
                "Made": layout.when(one["created_at"]),
                "Kind": (one.get("config") or {}).get("model"),
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(35 * len(rows) + 38, 213),
        column_config={"Model": st.column_config.NumberColumn(format="%d")},
    )


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
    stages = ["live", "canary", "shadow", "retired"]
    stage = st.radio("Stage", stages, captions=[STAGES[s] for s in stages])
    share = st.slider("Share of predictions", 1, 50, 10, format="%d %%") / 100 if stage == "canary" else None
    reason = st.text_input("Reason", placeholder="optional, kept in the audit trail")
    if st.button(f"Make model {number} {stage}", type="primary"):
        body = {k: v for k, v in {"stage": stage, "share": share, "reason": reason.strip()}.items() if v}
        with feedback.told():
            session.client().post(f"{path}/stage", json=body)
            feedback.say_later(f"Model {number} is {stage}.")
            st.rerun()


def _detail(project: dict[str, Any], model: dict[str, Any]) -> None:
    job = st.session_state.get(f"_reproduce_{project['slug']}_{model['number']}")
    if job:
        layout.follow(job, _reproduced)
    metrics = model.get("metrics")
    color = layout.STAGE_COLORS.get(model["stage"], "gray")
    kind = plain((model.get("config") or {}).get("model") or "A model")
    tag = plain((model.get("dataset") or {}).get("tag") or layout.DASH)
    st.markdown(
        f":{color}-badge[{model['stage']}] :gray[{STAGES.get(model['stage'], '')}]  \n"
        f"{kind}, learned from {layout.number(model.get('trained_on'))} labels of dataset version **{tag}**, "
        f"measured on {layout.number(model.get('holdout_size'))} holdout items."
    )
    if not metrics:
        st.info(
            "Not measured: the holdout has too few labels yet. They come with labeling, at random.",
            icon=":material/info:",
        )
    else:
        _metrics(model, metrics)
    with st.expander("Model card"):
        card = feedback.attempt(lambda: _text(f"/projects/{project['slug']}/models/{model['number']}/card"))
        if card:
            st.markdown(card.replace("![", "\\!\\["))
    with st.expander("How it was made"):
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


def _metrics(model: dict[str, Any], metrics: dict[str, Any]) -> None:
    baselines = model.get("baselines") or {}
    boxes = st.columns(3)
    for box, (key, title) in zip(boxes, (("accuracy", "Accuracy"), ("macro_f1", "Macro-F1")), strict=False):
        box.metric(
            title,
            layout.percent(metrics.get(key)),
            layout.interval(metrics.get(key)) or None,
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
    loss = metrics.get("log_loss") or {}
    boxes[2].metric(
        "Log loss",
        layout.DASH if loss.get("value") is None else f"{loss['value']:.3f}",
        f"calibration error {100 * metrics['ece']:.1f} %" if metrics.get("ece") is not None else "lower is better",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
    names = {"majority": "always the most common label", "sklearn": "plain scikit-learn"}
    compared = [
        f"{words}: {layout.percent((baselines.get(k) or {}).get('accuracy'))}"
        for k, words in names.items()
        if baselines.get(k)
    ]
    if compared:
        st.markdown(f":gray[Accuracy of the baselines on the same items: {', '.join(compared)}.]")
    left, right = st.columns(2, gap="large")
    confusion = metrics.get("confusion")
    with left:
        st.subheader("Confusion matrix", anchor=False)
        if confusion and confusion.get("labels"):
            charts.confusion(confusion["labels"], confusion["matrix"])
    with right:
        st.subheader("By label", anchor=False)
        rows = metrics.get("per_label") or []
        if rows:
            frame = pd.DataFrame(rows)[["label", "precision", "recall", "f1", "support"]]
            frame[["precision", "recall", "f1"]] *= 100
            shown = {
                n: st.column_config.NumberColumn(t, format="%.0f %%")
                for n, t in (("precision", "Precision"), ("recall", "Recall"), ("f1", "F1"))
            }
            st.dataframe(frame, hide_index=True, column_config={"label": "Label", "support": "Items", **shown})
