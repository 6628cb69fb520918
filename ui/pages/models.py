"""Model versions: how good each is, better than what, on which dataset version, and which one answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st
from labeler_ui import (
    feedback,
    layout,
    metrics,
    model_advice,
    model_health,
    model_views,
    model_words,
    promote,
    requirements,
    session,
    table,
    tasks,
    test_cases,
)
from labeler_ui.feedback import plain
from labeler_ui.model_search import show_search
from labeler_ui.words import listed, mark, percent, said, t, tn

from labeler.client import Job, Project
from labeler.wire.registry import ModelOut, Reproduction

MOST = 300  # models that are listed
BASELINES = (
    ("majority", mark("Most common"), mark("The same score for always giving the most common answer")),
    ("sklearn", mark("scikit-learn"), mark("The same score for a plain scikit-learn model")),
)


def render() -> None:
    """The list, then the chosen model."""
    project = layout.project()
    layout.heading(t("Models"), t("Every model is tied to the dataset version that it learned from."))
    models = feedback.must(lambda: layout.newest(project.models(MOST + 1), MOST, t("models")), t("Reading the models"))
    if not models:
        progress = feedback.attempt(lambda: project.progress(layout.utc_offset()))
        trains = progress is not None and progress.training.state in {"queued", "running"}
        with feedback.empty(
            t("No model yet"),
            t("The first one is being trained: open this page again in a moment.")
            if trains
            else t("The first one trains by itself as soon as two different answers have examples."),
            ":material/model_training:",
        ):
            layout.open_page("label", t("Start labeling"), "bolt", primary=True)
        return
    promoted = _lead(project, models)
    _table(project.info.task_type, models)
    by_number = {one.number: one for one in models}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = _choose(project, by_number)
        if session.manages(project.slug):
            live = model_advice.live(models)
            is_other_live = live is not None and live.number != number
            _actions(project, by_number[number], number != promoted, is_other_live)
    _detail(project, by_number[number])
    if tasks.of(project.info).SEARCHES:
        show_search(project)


def _lead(project: Project, models: Sequence[ModelOut]) -> int | None:
    """What would be better, why, and which model is live since when; returns the one that it offers to promote."""
    live, newer = model_advice.live(models), model_advice.challenger(models)
    compared = None
    if live is not None and newer is not None and live.artifacts:
        compared = feedback.attempt(
            lambda: project.compare_models(newer.number, live.number), t("Comparing the models")
        )
    progress = feedback.attempt(lambda: project.progress(layout.utc_offset()))
    report_of = next((one for one in (newer, live) if one is not None and one.report), None)
    primary = (report_of.report or {}).get("primary") if report_of else None
    metric = metrics.named(project.info.task_type, primary) if primary else None
    training, seconds = progress.training if progress else None, project.info.settings.retrain_seconds
    told = model_advice.verdict(models, metric, compared, training, seconds)
    with st.container(border=True, key="lead"):
        promotes = told.promote is not None and session.manages(project.slug)
        words, way = st.columns([4, 1], gap="medium", vertical_alignment="center") if promotes else (st, st)
        words.markdown(f"## {told.title}")
        words.markdown(f":gray[{told.why}]")
        if live is not None:
            words.markdown(_since(live))
            requirements.draw_overridden(project, live, words)
        promoted = next((one for one in models if one.number == told.promote), None)
        missing = [*requirements.unmet(promoted), *test_cases.unmet(promoted)] if promoted is not None else []
        if missing:
            words.markdown(
                tn(
                    ":orange[It is not known to hold {n} thing that is required.]",
                    ":orange[It is not known to hold {n} things that are required.]",
                    len(missing),
                )
            )
            model_views.button(t("See what is required"), "required")
        kind: Literal["primary", "secondary"] = "primary" if told.sure and not missing else "secondary"
        if promotes and way.button(t("Promote it …"), icon=":material/rocket_launch:", type=kind, key="lead-yes"):
            promote.ask(project, int(told.promote or 0), live is not None, promoted.stage if promoted else "candidate")
        return told.promote if promotes else None


def _since(model: ModelOut) -> str:
    """When a model came to its stage, who moved it there, and why."""
    at = {"number": model.number, "time": layout.clock(model.stage_since), "ago": layout.when(model.stage_since)}
    if model.stage == "live":
        words = t("Model {number} went live on {time} ({ago})", **at)
    elif model.stage == "retired":
        words = t("Model {number} was retired on {time} ({ago})", **at)
    elif model.stage == "canary":
        at["share"] = percent(model.share or 0)
        words = t("Model {number} has answered {share} of the items since {time} ({ago})", **at)
    elif model.stage == "shadow":
        words = t("Model {number} has been a shadow since {time} ({ago})", **at)
    elif model.stage_reason:
        words = t("Model {number} has been a candidate again since {time} ({ago})", **at)
    else:
        words = t("Model {number} was made on {time} ({ago})", **at)
    if model.stage_by:
        words += t(", by {who}", who=plain(model.stage_by))
    if model.stage_reason == "rollback":
        words += ": " + t("rolled back")
    elif model.stage_reason:
        words += ": " + t("“{words}”", words=plain(said(model.stage_reason)))
    return f"{words}."


def _choose(project: Project, by_number: dict[int, ModelOut]) -> int:
    """The model that is looked at: the one that the address names (`model`), else the live one, else the newest."""
    key = f"models-{project.slug}"
    asked = st.query_params.get("model", "")
    if asked.isdigit() and int(asked) in by_number:
        st.session_state[key] = int(asked)
    if "model" in st.query_params:
        del st.query_params["model"]
    live = model_advice.live(list(by_number.values()))
    session.follow_guess(key, live.number if live else next(iter(by_number)), by_number)
    return st.selectbox(
        t("Model"),
        list(by_number),
        list(by_number).index(st.session_state[key]),
        key=key,
        width=260,
        format_func=lambda n: t("Model {n} ({stage})", n=n, stage=t(by_number[n].stage)),
    )


def _table(task_type: str, models: Sequence[ModelOut]) -> None:
    metric = _deciding(task_type, models)
    rows = []
    for one in models:
        figures, baselines = one.metrics or {}, one.baselines or {}
        row: dict[str, Any] = {t("Model"): one.number, t("Stage"): t(one.stage)}
        if metric is not None:
            row[metric.title] = metric.text(figures.get(metric.name))
            row[t("95% interval")] = metric.interval(figures.get(metric.name))
            for name, title, _ in BASELINES:
                row[t(title)] = metric.text((baselines.get(name) or {}).get(metric.name))
        if metric is not None:
            row[t("Judged by")] = one.holdout_size
        row[t("Labels")] = one.trained_on
        row[t("Dataset")] = one.dataset.tag
        row[t("Created")] = layout.when(one.created_at)
        row[t("Kind")] = model_words.kind(task_type, one.config.get("model"))
        rows.append(row)
    kinds = {row[t("Kind")] for row in rows}
    if len(kinds) == 1:
        rows = [{name: value for name, value in row.items() if name != t("Kind")} for row in rows]
    table.show(
        rows,
        {t("Model"): table.name_of},
        height=min(35 * len(rows) + 38, 232),  # half a row says that there is more
        column_config={
            **{t(title): st.column_config.Column(help=t(told)) for _, title, told in BASELINES},
            t("Judged by"): st.column_config.Column(
                help=t("How many holdout items it was measured on: a score of few says little")
            ),
            t("Labels"): st.column_config.Column(help=t("How many labels it learned from")),
        },
    )


def _deciding(task_type: str, models: Sequence[ModelOut]) -> metrics.Metric | None:
    """The metric that decides, as the newest model that was measured has it."""
    measured = next((one.report for one in models if one.report), None)
    return None if measured is None else metrics.named(task_type, measured["primary"])


def _actions(project: Project, model: ModelOut, is_first: bool, is_other_live: bool) -> None:
    """is_first: nothing above does the same."""
    number = model.number
    if not model.artifacts:
        st.markdown(t(":gray[Its files were pruned: reproduce it, then it can answer again.]"))
    elif why := model_health.why_not(model):
        st.error(why, icon=":material/block:")
    elif is_first and model.stage != "live" and st.button(t("Promote …"), icon=":material/rocket_launch:"):
        promote.ask(project, number, is_other_live, model.stage)
    before = feedback.attempt(project.live_before) if model.stage == "live" else None
    if before is not None and st.button(t("Roll back …"), icon=":material/undo:"):
        layout.confirm(
            t(
                "Model {number} stops answering; model {before}, which was live before it, answers again.",
                number=number,
                before=before,
            ),
            t("Roll back"),
            project.rollback,
            t("Model {number} is live again.", number=before),
            is_final=False,
        )
    if model.stage in promote.BESIDE:
        promote.stop(project, number)
    if st.button(
        t("Reproduce"),
        icon=":material/replay:",
        help=t("Train it again from its dataset version and compare the predictions."),
    ):
        job = feedback.attempt(lambda: project.reproduce(number), t("Reproducing"))
        if job:
            st.session_state[_reproduction(project, number)] = job


def _reproduction(project: Project, number: int) -> str:
    """Where the job is kept that trains a model again."""
    return f"_reproduce_{project.slug}_{number}"


def _detail(project: Project, model: ModelOut) -> None:
    job: Job | None = st.session_state.get(_reproduction(project, model.number))
    if job:
        layout.follow(job, _reproduced)
    color = layout.STAGE_COLORS.get(model.stage, "gray")
    kind = plain(model_words.kind(project.info.task_type, model.config.get("model")) or t("A model"))
    st.markdown(
        f":{color}-badge[{t(model.stage)}] :gray[{t(promote.STAGES.get(model.stage, ''))}]  \n"
        + tn(
            "{kind}, learned from {trained_on} labels of dataset version **{tag}**, measured on {n} holdout item.",
            "{kind}, learned from {trained_on} labels of dataset version **{tag}**, measured on {n} holdout items.",
            model.holdout_size,
            kind=kind,
            trained_on=layout.number(model.trained_on),
            tag=plain(model.dataset.tag),
        )
    )
    if evidence := model.config.get("evidence"):
        st.caption(_chosen(evidence))
    if model.stage in ("retired", *promote.BESIDE) or (model.stage == "candidate" and model.stage_reason):
        st.markdown(f":gray[{_since(model)}]")
    model_views.draw(project, model)


def _chosen(evidence: Mapping[str, float]) -> str:
    """Through which encoder it sees the items, and what the others were worth."""
    best, *others = sorted(evidence, key=lambda name: -evidence[name])
    return t(
        "It reads texts through {best}: models through {others} said labels that they had not seen less well.",
        best=best,
        others=listed(others),
    )


def _reproduced(job: Job) -> None:
    done = job.result_as(Reproduction)
    if done.identical:
        st.success(
            tn(
                "Trained again: the prediction is identical.",
                "Trained again: all {n} predictions are identical.",
                done.compared,
            ),
            icon=":material/check:",
        )
    else:
        st.error(
            t("Trained again: predictions differ by up to {max_difference}.", max_difference=done.max_difference),
            icon=":material/error:",
        )
