"""Model versions: how good each is, better than what, on which dataset version, and which one answers."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st
from labeler_ui import (
    drift,
    failure_modes,
    feedback,
    layout,
    metrics,
    mistakes,
    model_advice,
    model_export,
    model_words,
    report,
    requirements,
    session,
    slices,
    table,
    tasks,
    test_cases,
)
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain
from labeler_ui.model_search import show_search
from labeler_ui.words import mark, t, tn

from labeler.client import Job, Project
from labeler.wire.registry import ModelOut, Reproduction

HOW = {"config", "packages", "code_revision", "sha256", "duration_s", "labels_seen", "artifacts"}
MOST = 300  # models that are listed
BASELINES = (
    ("majority", mark("Most common"), mark("The same score for always giving the most common answer")),
    ("sklearn", mark("scikit-learn"), mark("The same score for a plain scikit-learn model")),
)
NAMES = (mark("live"), mark("candidate"), mark("retired"))
STAGES = {
    "live": mark("answers every prediction"),
    "candidate": mark("trained, not used"),
    "retired": mark("no longer used"),
}


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
            was_another = any(one.stage == "retired" for one in models)
            _actions(project, by_number[number], number != promoted, was_another)
    _detail(project, by_number[number])
    drift.draw(project)
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
    said = model_advice.verdict(models, metric, compared, training, seconds)
    with st.container(border=True, key="lead"):
        promotes = said.promote is not None and session.manages(project.slug)
        words, way = st.columns([4, 1], gap="large", vertical_alignment="center") if promotes else (st, st)
        words.markdown(f"## {said.title}")
        words.markdown(f":gray[{said.why}]")
        if live is not None:
            words.markdown(_since(live))
            requirements.draw_overridden(project, live, words)
        promoted = next((one for one in models if one.number == said.promote), None)
        missing = [*requirements.unmet(promoted), *test_cases.unmet(promoted)] if promoted is not None else []
        if missing:
            words.markdown(
                tn(
                    ":orange[It is not known to hold {n} thing that is required: see below.]",
                    ":orange[It is not known to hold {n} things that are required: see below.]",
                    len(missing),
                )
            )
        kind: Literal["primary", "secondary"] = "primary" if said.sure and not missing else "secondary"
        if promotes and way.button(t("Promote it …"), icon=":material/rocket_launch:", type=kind, key="lead-yes"):
            _promote(project, int(said.promote or 0))
        return said.promote if promotes else None


def _since(model: ModelOut) -> str:
    """When a model came to its stage, who moved it there, and why."""
    at = {"number": model.number, "time": layout.clock(model.stage_since), "ago": layout.when(model.stage_since)}
    if model.stage == "live":
        words = t("Model {number} went live on {time} ({ago})", **at)
    elif model.stage == "retired":
        words = t("Model {number} was retired on {time} ({ago})", **at)
    else:
        words = t("Model {number} was made on {time} ({ago})", **at)
    if model.stage_by:
        words += t(", by {who}", who=plain(model.stage_by))
    if model.stage_reason:
        words += ": " + t("“{words}”", words=plain(model.stage_reason))
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
            t("Labels"): st.column_config.Column(help=t("How many labels it learned from")),
        },
    )


def _deciding(task_type: str, models: Sequence[ModelOut]) -> metrics.Metric | None:
    """The metric that decides, as the newest model that was measured has it."""
    measured = next((one.report for one in models if one.report), None)
    return None if measured is None else metrics.named(task_type, measured["primary"])


def _actions(project: Project, model: ModelOut, is_first: bool, was_another: bool) -> None:
    """is_first: nothing above does the same; was_another: whether another model may have been live."""
    number = model.number
    if is_first and model.stage != "live" and st.button(t("Promote …"), icon=":material/rocket_launch:"):
        _promote(project, number)
    if model.stage == "live" and was_another and st.button(t("Roll back …"), icon=":material/undo:"):
        layout.confirm(
            t("Model {number} stops answering; the model that was live before it answers again.", number=number),
            t("Roll back"),
            project.rollback,
            t("Rolled back."),
            is_final=False,
        )
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


@layout.dialog(mark("Promote the model"))
def _promote(project: Project, number: int) -> None:
    stages = list(STAGES)
    stage = st.radio(t("Stage"), stages, captions=[t(STAGES[s]) for s in stages], format_func=t)
    key, scope = f"stage-reason-{number}", f"stage {project.slug} {number}"
    unmet = _unmet(project, number) if stage == "live" else []
    if unmet:
        lines = "\n".join(f"- {one}" for one in unmet)
        st.warning(t("It is not known to hold what is required:") + f"\n\n{lines}", icon=":material/rule:")
        st.markdown(t("It can go live all the same, with a reason. Who decided it stays on record."))
    hint = t("why it goes live all the same") if unmet else t("optional; shown with the model")
    reason = st.text_input(t("Reason"), placeholder=hint, key=key)
    keep(scope, {key: ""})
    words = t("Make model {number} {stage}", number=number, stage=t(stage))
    if unmet:
        words = t("Make model {number} live all the same", number=number)
    if st.button(words, type="primary"):
        if unmet and not reason.strip():
            st.warning(t("Say why it goes live all the same."), icon=":material/edit_note:")
            return
        with feedback.told():
            project.set_stage(number, stage, reason.strip(), override=bool(unmet))
            saved(scope)
            feedback.say_later(t("Model {number} is {stage}.", number=number, stage=t(stage)))
            st.rerun()


def _unmet(project: Project, number: int) -> list[str]:
    """What a model does not hold or pass, and must to go live, as Markdown."""
    model = feedback.must(lambda: project.model(number))
    conditions = [requirements.line(project, one) for one in requirements.unmet(model)]
    return conditions + [test_cases.line(one) for one in test_cases.unmet(model)]


def _detail(project: Project, model: ModelOut) -> None:
    job: Job | None = st.session_state.get(_reproduction(project, model.number))
    if job:
        layout.follow(job, _reproduced)
    color = layout.STAGE_COLORS.get(model.stage, "gray")
    kind = plain(model_words.kind(project.info.task_type, model.config.get("model")) or t("A model"))
    st.markdown(
        f":{color}-badge[{t(model.stage)}] :gray[{t(STAGES.get(model.stage, ''))}]  \n"
        + tn(
            "{kind}, learned from {trained_on} labels of dataset version **{tag}**, measured on {n} holdout item.",
            "{kind}, learned from {trained_on} labels of dataset version **{tag}**, measured on {n} holdout items.",
            model.holdout_size,
            kind=kind,
            trained_on=layout.number(model.trained_on),
            tag=plain(model.dataset.tag),
        )
    )
    if model.stage == "retired":
        st.markdown(f":gray[{_since(model)}]")
    if not model.report:
        st.info(
            t("Not measured yet: the holdout has too few labels. Labeling adds them, at random."),
            icon=":material/info:",
        )
    else:
        report.draw(project, model)
    requirements.draw(project, model)
    test_cases.draw(project, model)
    slices.draw(project, model)
    mistakes.show(project, model)
    failure_modes.draw(project, model)
    with st.expander(t("Model card")):
        card = feedback.attempt(lambda: project.model_card(model.number))
        if card:
            st.markdown(card.replace("![", "\\!\\["))
    model_export.draw(project, model)
    with st.expander(t("How it was trained")):
        st.json(model.model_dump(mode="json", include=HOW))


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
