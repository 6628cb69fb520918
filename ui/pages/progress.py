"""How far it is, how fast it goes, how good the model is, and whether more labels are worth it."""

from typing import Any

import streamlit as st
from labeler_ui import (
    advice,
    charts,
    disagreements,
    drift_words,
    feedback,
    labels_given,
    layout,
    metrics,
    model_words,
    report,
    savings,
    session,
    simulations,
    webhooks,
)
from labeler_ui.feedback import plain
from labeler_ui.words import listed, mark, number, said, t, tn

from labeler.client import Project
from labeler.wire.insight import ModelSummary, ProgressOut, TrainingOut

JUDGED = mark("Measured on the holdout: items drawn at random, labeled, never trained on. With 95% interval.")


def render() -> None:
    """The overview of the current project: what to do, why, and the figures behind it."""
    project = layout.project()
    info = project.info
    if not info.counts.items:
        layout.heading(plain(info.name), t("Progress of the labels and of the model."))
        with feedback.empty(t("No items yet"), t("Import a file; then labeling and training start by themselves.")):
            if session.manages(project.slug):
                layout.open_page("imports", t("Import items"), "upload_file", primary=True)
        return
    counts = info.counts
    layout.heading(
        plain(info.name),
        tn(
            "{labeled} of {n} item labeled.",
            "{labeled} of {n} items labeled.",
            counts.items,
            labeled=layout.number(counts.labeled),
        ),
    )
    views = _views(project)
    manages = session.manages(project.slug)
    off = [_off(hook.url) for hook in webhooks.off(project)] if manages else []
    off += _drift(project) if manages else []
    to_review = disagreements.undecided(project) if manages else 0
    layout.live(5.0, "numbers", lambda: _numbers(project, views, off, to_review))
    if session.role_in(project.slug) != "labeler":
        _curve(project)
    layout.live(20.0, "labels", lambda: labels_given.draw(project))
    if session.role_in(project.slug) != "labeler":
        savings.draw(project)
        simulations.draw(project)


def _views(project: Project) -> dict[str, Any]:
    """What the holdout says of the newest model beyond figures; labelers don't see it."""
    if session.role_in(project.slug) == "labeler":
        return {}
    return feedback.attempt(project.views) or {}


def _off(url: str) -> advice.Look:
    """A webhook that the service turned off."""
    words = t("The webhook to {host} was turned off.", host=plain(webhooks.host_of(url)))
    return advice.Look(mark("webhook"), words, "settings", t("See"))


def _drift(project: Project) -> list[advice.Look]:
    """What moved among new items, while nobody ignores it."""
    found = feedback.attempt(project.drift.get)
    if found is None or not found.open or found.checked is None:
        return []
    moved = [drift_words.name_of(one) for one in found.checked.signals if one.moved]
    words = t("New items are different: {names}.", names=listed(moved))
    return [advice.Look(mark("drift"), words, "models", t("See"), (("view", "drift"),))]


def _numbers(project: Project, views: dict[str, Any], off: list[advice.Look], to_review: int) -> None:
    """off: what else wants a look; to_review: see `advice.looks`."""
    progress = feedback.attempt(lambda: project.progress(layout.utc_offset()))
    if progress is None:
        return
    _lead(project, progress)
    looks = advice.looks(progress, views, to_review) if session.role_in(project.slug) != "labeler" else []
    looks += off
    _boxes(project, progress)
    left, right = st.columns([1, 1], gap="medium")
    with left.container(border=True, height="stretch"):
        st.markdown(t("**What needs a look**"))
        _looks(looks)
    with right.container(border=True, height="stretch"):
        st.markdown(t("**The model**"))
        _training(project, progress)


def _lead(project: Project, progress: ProgressOut) -> None:
    info = project.info
    model, target = progress.model, info.settings.target
    metric = metrics.named(info.task_type, str(model.primary)) if model is not None and model.primary else None
    wanted = target.value if target is not None and metric is not None and target.metric == metric.name else None
    told = advice.lead(progress, metric, wanted, layout.today())
    with st.container(border=True, key="lead"):
        words, way = st.columns([3, 1], gap="medium", vertical_alignment="center")
        words.markdown(f"## {told.title}")
        if told.why:
            words.markdown(f":gray[{told.why}]")
        with way.container(horizontal_alignment="right"):
            if session.role_in(project.slug) != "reader":
                layout.open_page("label", t("Label now"), "bolt", primary=not told.done)
            if model is not None:
                with st.popover(t("How this is estimated"), type="tertiary"):
                    st.markdown(f"{layout.sentence(progress.stop.reason)} {_worth(progress)}")
                    st.markdown(f":gray[{t(JUDGED)}]")


def _boxes(project: Project, progress: ProgressOut) -> None:
    items, labels, pace = progress.items, progress.labels, progress.pace
    boxes = st.columns(4)
    if session.role_in(project.slug) == "labeler":
        report.number_box(
            boxes[0],
            t("Your labels"),
            layout.number(labels.mine),
            t("of {total} in all", total=layout.number(labels.total)),
        )
    else:
        _score(boxes[0], project.info.task_type, progress.model)
    report.number_box(
        boxes[1],
        t("Labeled items"),
        layout.number(items.labeled),
        t("of {total}", total=layout.number(items.total)),
        t("Items that nobody need be asked for any more: with as many labels as are wanted."),
    )
    report.number_box(
        boxes[2],
        t("Labels today"),
        layout.number(labels.today),
        t("{mine_today} of them yours", mine_today=layout.number(labels.mine_today)),
        t(
            "Given by people. What was imported or simulated is not in it; an item that somebody answers twice on a "
            "day counts once."
        ),
    )
    each = number(pace["seconds_per_label"], 1) if pace else ""
    speed = t("{pace} s per label", pace=each) if pace else t("known after a few labels")
    report.number_box(
        boxes[3],
        t("Pace of one person"),
        t("{pace} per hour", pace=layout.number(pace["per_hour"])) if pace else layout.DASH,
        speed,
        t("Of the last 100 labels that people gave, without breaks. The table of labelers is about all labels."),
    )


def _looks(rows: list[advice.Look]) -> None:
    if not rows:
        st.markdown(t(":gray[Nothing at the moment.]"))
    for place, row in enumerate(rows):
        with st.container(horizontal=True, vertical_alignment="center", key=f"wants-{place}"):
            st.markdown(f":orange-badge[{t(row.kind)}] {row.words}", width="stretch")
            layout.open_page(row.page, row.action, "arrow_forward", key=f"look-{place}", params=dict(row.params))


def _score(box: Any, task_type: str, model: ModelSummary | None) -> None:
    """The newest model's primary metric on the holdout."""
    if model is None or not metrics.known(model.score):
        name = t("Model {number}", number=model.number) if model else t("Model")
        words = t("not measured yet") if model else t("no model yet")
        report.number_box(box, name, layout.DASH, words)
        return
    metric = metrics.named(task_type, str(model.primary))
    report.figure(box, metric, model.score, t("model {number}", number=model.number), t(JUDGED))


def _training(project: Project, progress: ProgressOut) -> None:
    training = progress.training
    busy = training.state in {"queued", "running"}
    if training.state == "failed":
        st.markdown(t(":material/error: The last training failed."))
    else:
        words = layout.sentence(training.message) or _next_model(training, project.info.settings.retrain_seconds)
        st.markdown(f":material/{'autorenew' if busy else 'model_training'}: {words}")
    _representation(progress)
    if session.manages(project.slug) and not busy:
        waits = training.state == "waiting"
        if st.button(t("Train now"), icon=":material/play_arrow:", disabled=waits, key="train-now"):
            with feedback.told(t("Training")):
                project.train()
                st.toast(_requested(project, progress), icon=":material/check:")


def _requested(project: Project, progress: ProgressOut) -> str:
    """What a training that somebody asked for may come to."""
    words, model = t("Training has been requested."), progress.model
    if model is None or progress.training.labels_until_next < project.info.settings.retrain_every:
        return words
    return f"{words} " + t(
        "No label is new since model {number}: only changed settings can make this one another.", number=model.number
    )


def _worth(progress: ProgressOut) -> str:
    """What more labels would bring, and how far the target is. The score is the metric as a share, higher better."""
    words, stop = "", progress.stop
    away, hours = stop.labels_to_target, stop.hours_to_target
    if gain := advice.gain(progress):
        words += " " + tn(
            "{n} more label should raise the score by {gain} points (at most {most}).",
            "{n} more labels should raise the score by {gain} points (at most {most}).",
            gain.labels,
            gain=number(100 * gain.value, 1),
            most=number(100 * gain.high, 1),
        )
    if away and away["labels"]:
        words += " " + tn(
            "The target is about {n} label away{time}.",
            "The target is about {n} labels away{time}.",
            int(away["labels"]),
            time=t(" ({hours} h)", hours=number(hours, 1)) if hours else "",
        )
    return words


def _representation(progress: ProgressOut) -> None:
    """What the model sees of the items, and how far the sentence encoder is with them."""
    reading, model = progress.training.reading, progress.model
    if reading and reading.state == "failed":
        st.warning(
            t("Sentence embeddings are not used. {why}", why=plain(said(reading.error))),
            icon=":material/warning:",
        )
        return
    if model and model.sees:
        st.caption(t(":material/visibility: The model uses {sees}.", sees=plain(said(model.sees))))
    if reading:
        done, total = reading.done or 0, reading.of
        far = t(" ({done} of {total})", done=layout.number(done), total=layout.number(total)) if total else ""
        st.caption(
            t(
                ":material/menu_book: Reading the items for sentence embeddings{far}; "
                "models switch to them automatically.",
                far=far,
            )
        )


def _next_model(training: TrainingOut, seconds: int) -> str:
    if training.state in {"queued", "running"}:
        return t("A model is training.")
    if training.state == "waiting":
        return t("The first model trains as soon as two different answers have examples.")
    if not training.labels_until_next:
        return t("A model trains by itself.")
    return model_words.next_model(training, seconds)


def _curve(project: Project) -> None:
    st.header(t("Learning curve"), anchor=False)
    curve = feedback.must(project.learning_curve, t("Reading the learning curve"))
    primary = curve.primary
    scored = [point for point in curve.points if metrics.known(point.metrics.get(primary))]
    if len({point.trained_on for point in scored}) < 2:
        st.markdown(
            t(
                ":gray[The curve starts with the second batch of labels that a measured model learned from. "
                "It shows what each batch of labels was worth.]"
            )
        )
        return
    described = metrics.of(project.info.task_type)
    names = [primary, *(name for name in scored[-1].metrics if name != primary and name in described)]
    chosen = st.segmented_control(
        t("Metric"),
        names[:5],
        format_func=lambda name: metrics.named(project.info.task_type, name).title,
        default=primary,
        label_visibility="collapsed",
        required=True,
    )
    metric = metrics.named(project.info.task_type, chosen or primary)
    charts.learning_curve(curve.points, metric, curve.forecast if metric.name == primary else (), curve.most)
    st.caption(
        t(
            "Line: score on the holdout. Band: its 95% interval. Dashed: always guessing the most common answer. "
            "Dotted: where the score is likely to go with more labels. "
            "The interval narrows as more holdout items are labeled."
        )
        if curve.forecast and metric.name == primary
        else t(
            "Line: score on the holdout. Band: its 95% interval. Dashed: always guessing the most common answer. "
            "The interval narrows as more holdout items are labeled."
        )
    )
