"""How far it is, how fast it goes, how good the model is, and whether more labels are worth it."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, metrics, report, session, tasks
from labeler_ui.feedback import plain

from labeler.client import Project
from labeler.wire.insight import LabelerWork, ModelSummary, ProgressOut, StopOut, TrainingOut

ADVICE = {
    "keep going": ("Keep going", ":material/trending_up:", "info"),
    "nearly there": ("Nearly there", ":material/flag_circle:", "info"),
    "stop": ("Enough labels", ":material/check_circle:", "success"),
}
JUDGED = "Measured on the holdout: items drawn at random, labeled, never trained on. With 95% interval."


def render() -> None:
    """The overview of the current project."""
    project = layout.project()
    layout.heading(plain(project.info.name), "Progress of the labels and of the model.")
    if not project.info.counts.items:
        with feedback.empty("No items yet", "Import a file; then labeling and training start by themselves."):
            if session.manages(project.slug):
                layout.open_page("setup", "Import items", "upload_file", primary=True, step="import")
        return
    st.fragment(run_every=5.0)(lambda: _numbers(project))()
    if session.role_in(project.slug) != "labeler":
        _curve(project)
    st.fragment(run_every=20.0)(lambda: _labels(project))()


def _numbers(project: Project) -> None:
    progress = feedback.attempt(project.progress)
    if progress is None:
        return
    items, labels, pace, estimate = progress.items, progress.labels, progress.pace, progress.estimate
    boxes = st.columns(4)
    boxes[0].metric(
        "Labeled items",
        layout.number(items.labeled),
        f"of {layout.number(items.total)}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
    boxes[1].metric(
        "Labels today",
        layout.number(labels.today),
        f"{layout.number(labels.mine_today)} of them yours",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
    left = (
        f"about {layout.number(estimate['labels_left'])} labels to go"
        if estimate and estimate.get("labels_left")
        else None
    )
    boxes[2].metric(
        "Labels per hour",
        layout.number(pace["per_hour"]) if pace else layout.DASH,
        left,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
    _score(boxes[3], project.info.task_type, progress.model)
    _training(project, progress)


def _score(box: Any, task_type: str, model: ModelSummary | None) -> None:
    """The newest model's primary metric on the holdout."""
    if model is None or not metrics.known(model.score):
        name = f"Model {model.number}" if model else "Model"
        words = "not measured yet" if model else "no model yet"
        box.metric(
            name, layout.DASH, words, delta_color="off", delta_arrow="off", border=True, height="stretch", help=JUDGED
        )
        return
    metric = metrics.named(task_type, str(model.primary))
    report.figure(box, metric, model.score, f"model {model.number}", JUDGED)


def _labels(project: Project) -> None:
    progress = feedback.attempt(project.progress)
    if progress is None:
        return
    labels, task = progress.labels, tasks.of(project.info)
    left_side, right_side = st.columns(2, gap="large")
    with left_side:
        st.subheader(task.COUNTS, anchor=False)
        if labels.by_label:
            task.draw_counts(labels.by_label, tasks.schema_of(project.info))
        else:
            st.markdown(":gray[No labels yet.]")
    with right_side:
        st.subheader("Labels per day", anchor=False)
        if labels.per_day:
            charts.per_day(labels.per_day)
        else:
            st.markdown(":gray[No labels yet.]")
    _labelers(labels.by_labeler)


def _training(project: Project, progress: ProgressOut) -> None:
    training, stop = progress.training, progress.stop
    title, icon, kind = ADVICE.get(stop.advice, (stop.advice, ":material/info:", "info"))
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        getattr(st, kind)(f"**{plain(title)}.** {layout.sentence(stop.reason)}{_worth(stop)}", icon=icon)
    with right:
        words = layout.sentence(training.message) or _next_model(training)
        if training.state == "failed":
            st.error(f"The last training failed. {words}", icon=":material/error:")
        else:
            busy = training.state in {"queued", "running"}
            st.markdown(f":material/{'autorenew' if busy else 'model_training'}: {words}")
        _representation(progress)
        if session.manages(project.slug) and training.state not in {"queued", "running"}:
            waits = training.state == "waiting"
            if st.button("Train now", icon=":material/play_arrow:", disabled=waits, key="train-now"):
                with feedback.told("Training"):
                    project.train()
                    st.toast("Training has been requested.", icon=":material/check:")


def _worth(stop: StopOut) -> str:
    """What more labels would bring, and how far the target is. The score is the metric as a share, higher better."""
    if stop.finding:
        return f" {_found(stop.finding)}"
    words = ""
    gain, away, hours = stop.gain, stop.labels_to_target, stop.hours_to_target
    if gain and gain.get("value") is not None:
        words += f" 100 more labels should raise the score by {gain['value']:.1%} (at most {gain['high']:.1%})."
    if away and away["labels"]:
        words += f" The target is about {layout.number(away['labels'])} labels away"
        words += f" ({hours:.1f} hours)." if hours else "."
    return words


def _found(finding: dict[str, Any]) -> str:
    """How much of the label that is searched for has been found."""
    words = f"Found {layout.number(finding['found'])} items labeled {plain(finding['label'])}"
    left, recall = finding["left"], finding["recall"]
    if left["value"] is None:
        return f"{words}; how many are left is known once holdout items are labeled."
    return (
        f"{words}, about {left['value']:.0f} are left ({left['low']:.0f} to {left['high']:.0f}): "
        f"{recall['low']:.0%} to {recall['high']:.0%} of all."
    )


def _representation(progress: ProgressOut) -> None:
    """What the model sees of the items, and how far the sentence encoder is with them."""
    reading, model = progress.training.reading, progress.model
    if reading and reading.state == "failed":
        st.warning(f"Sentence embeddings are not used. {plain(reading.error or '')}", icon=":material/warning:")
        return
    if model and model.sees:
        st.caption(f":material/visibility: The model uses {plain(model.sees)}.")
    if reading:
        done, total = reading.done or 0, reading.of
        far = f" ({layout.number(done)} of {layout.number(total)})" if total else ""
        st.caption(
            f":material/menu_book: Reading the items for sentence embeddings{far}; models switch to them automatically."
        )


def _next_model(training: TrainingOut) -> str:
    left = training.labels_until_next
    if training.state in {"queued", "running"}:
        return "A model is training."
    if training.state == "waiting":
        return "The first model trains as soon as two different answers have examples."
    return f"The next model trains after {layout.number(left)} more labels." if left else "A model trains by itself."


def _labelers(people: list[LabelerWork]) -> None:
    if not people:
        return
    st.subheader("Labelers", anchor=False)
    frame = pd.DataFrame([one.model_dump() for one in people])
    st.dataframe(
        frame[[c for c in ("name", "kind", "labels", "per_hour", "seconds_per_label") if c in frame]],
        hide_index=True,
        placeholder="",
        column_config={
            "name": "Labeler",
            "kind": "Kind",
            "labels": st.column_config.NumberColumn("Labels", format="localized"),
            "per_hour": st.column_config.NumberColumn("Labels per hour", format="%.0f"),
            "seconds_per_label": st.column_config.NumberColumn("Seconds per label", format="%.1f"),
        },
    )


def _curve(project: Project) -> None:
    st.subheader("Learning curve", anchor=False)
    curve = feedback.must(project.learning_curve, "Reading the learning curve")
    primary = curve.primary
    scored = [point for point in curve.points if metrics.known(point.metrics.get(primary))]
    if len({point.trained_on for point in scored}) < 2:
        st.markdown(
            ":gray[The curve starts with the second batch of labels that a measured model learned from. "
            "It shows what each batch of labels was worth.]"
        )
        return
    names = [primary, *(name for name in scored[-1].metrics if name != primary)]
    chosen = st.segmented_control(
        "Metric",
        names[:5],
        format_func=lambda name: metrics.named(project.info.task_type, name).title,
        default=primary,
        label_visibility="collapsed",
        required=True,
    )
    metric = metrics.named(project.info.task_type, chosen or primary)
    charts.learning_curve(curve.points, metric, curve.forecast if metric.name == primary else None)
    st.caption(
        "Line: score on the holdout. Band: its 95% interval. Dashed: always guessing the most common answer. "
        "Dotted: where the score is likely to go with more labels. "
        "The interval narrows as more holdout items are labeled."
    )
