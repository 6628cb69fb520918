"""Model versions: how good each is, better than what, on which dataset version, and which one answers."""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, metrics, mistakes, model_advice, report, session, tasks
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain
from labeler_ui.pages.model_search import show_search

from labeler.client import Job, Project
from labeler.wire.registry import ModelOut, Reproduction

HOW = {"config", "packages", "code_revision", "sha256", "duration_s", "labels_seen", "artifacts"}
MOST = 300  # models that are listed
BASELINES = (("majority", "Most common"), ("sklearn", "scikit-learn"))
STAGES = {
    "live": "answers every prediction",
    "candidate": "trained, not used",
    "retired": "no longer used",
}


def render() -> None:
    """The list, then the chosen model."""
    project = layout.project()
    layout.heading("Models", "Every model is tied to the dataset version that it learned from.")
    models = feedback.must(lambda: layout.newest(project.models(MOST + 1), MOST, "models"), "Reading the models")
    if not models:
        with feedback.empty(
            "No model yet",
            "The first one trains by itself as soon as two different answers have examples.",
            ":material/model_training:",
        ):
            layout.open_page("label", "Start labeling", "bolt", primary=True)
        return
    _lead(project, models)
    _table(project.info.task_type, models)
    by_number = {one.number: one for one in models}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = _choose(project, by_number)
        if session.manages(project.slug):
            _actions(project, by_number[number])
    _detail(project, by_number[number])
    if tasks.of(project.info).SEARCHES:
        show_search(project)


def _lead(project: Project, models: Sequence[ModelOut]) -> None:
    """What would be better, why, and which model is live since when."""
    live, newer = model_advice.live(models), model_advice.challenger(models)
    compared = None
    if live is not None and newer is not None and live.artifacts:
        compared = feedback.attempt(lambda: project.compare_models(newer.number, live.number), "Comparing the models")
    progress = feedback.attempt(lambda: project.progress(layout.utc_offset()))
    report_of = live or newer
    primary = (report_of.report or {}).get("primary") if report_of else None
    metric = metrics.named(project.info.task_type, primary) if primary else None
    said = model_advice.verdict(models, metric, compared, progress.training if progress else None)
    with st.container(border=True, key="lead"):
        promotes = said.promote is not None and session.manages(project.slug)
        words, way = st.columns([4, 1], gap="large", vertical_alignment="center") if promotes else (st, st)
        words.markdown(f"## {said.title}")
        words.markdown(f":gray[{said.why}]")
        if live is not None:
            words.markdown(_since(live))
        if promotes and way.button("Promote it …", icon=":material/rocket_launch:", type="primary", key="lead-yes"):
            _promote(project, int(said.promote or 0))


def _since(model: ModelOut) -> str:
    """When a model came to its stage, who moved it there, and why."""
    went = {"live": "went live", "retired": "was retired", "candidate": "was made"}.get(model.stage, "moved")
    words = f"Model {model.number} {went} on {layout.clock(model.stage_since)} ({layout.when(model.stage_since)})"
    if model.stage_by:
        words += f", by {plain(model.stage_by)}"
    if model.stage_reason:
        words += f": “{plain(model.stage_reason)}”"
    return f"{words}."


def _choose(project: Project, by_number: dict[int, ModelOut]) -> int:
    """The model that is looked at: the one that the address names (`model`), else the live one, else the newest."""
    key = f"models-{project.slug}"
    asked = st.query_params.get("model", "")
    if asked.isdigit() and int(asked) in by_number:
        st.session_state[key] = int(asked)
    if "model" in st.query_params:
        del st.query_params["model"]
    if st.session_state.get(key) not in by_number:
        live = model_advice.live(list(by_number.values()))
        st.session_state[key] = live.number if live else next(iter(by_number))
    return st.selectbox(
        "Model", list(by_number), key=key, width=260, format_func=lambda n: f"Model {n} ({by_number[n].stage})"
    )


def _table(task_type: str, models: Sequence[ModelOut]) -> None:
    shown = _columns(task_type, models)
    rows = []
    for one in models:
        figures, baselines = one.metrics or {}, one.baselines or {}
        row: dict[str, Any] = {"Model": one.number, "Stage": one.stage}
        for place, metric in enumerate(shown):
            row[metric.title] = metric.text(figures.get(metric.name))
            if place == 0:
                row["95% interval"] = metric.interval(figures.get(metric.name))
                for name, title in BASELINES:
                    row[title] = metric.text((baselines.get(name) or {}).get(metric.name))
        row["Learned from"] = one.trained_on
        row["Dataset"] = one.dataset.tag
        row["Created"] = layout.when(one.created_at)
        row["Kind"] = kind_in_words(task_type, one.config.get("model"))
        rows.append(row)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(35 * len(rows) + 38, 213),
        column_config={
            "Model": st.column_config.NumberColumn(format="%d"),
            "Most common": st.column_config.Column(help="The same score for always giving the most common answer"),
            "scikit-learn": st.column_config.Column(help="The same score for a plain scikit-learn model"),
        },
    )


def kind_in_words(task_type: str, name: str | None) -> str | None:
    """What a model is, as short as it goes: "Linear SVM" for linear_svm."""
    kept: dict[str, dict[str, str]] = st.session_state.setdefault("_model_kinds", {})
    if task_type not in kept:
        offered = feedback.attempt(lambda: session.client().model_choices(task_type), "Reading the models") or []
        kept[task_type] = {one.name: re.split(r"[,(:]| of | for ", one.summary)[0].strip(" .") for one in offered}
    return None if name is None else kept[task_type].get(name, name.replace("_", " "))


def _columns(task_type: str, models: Sequence[ModelOut]) -> list[metrics.Metric]:
    """The metric that decides, then one more of the newest model that was measured."""
    measured = next((one.report for one in models if one.report), None)
    if measured is None:
        return []
    names = [measured["primary"], *(name for name in measured["metrics"] if name != measured["primary"])]
    return [metrics.named(task_type, name) for name in names[:2]]


def _actions(project: Project, model: ModelOut) -> None:
    number = model.number
    if model.stage != "live" and st.button("Promote …", icon=":material/rocket_launch:", type="primary"):
        _promote(project, number)
    if model.stage == "live" and st.button("Roll back …", icon=":material/undo:"):
        layout.confirm(
            f"Model {number} stops answering; the model that was live before it answers again.",
            "Roll back",
            project.rollback,
            "Rolled back.",
        )
    if st.button(
        "Reproduce",
        icon=":material/replay:",
        help="Train it again from its dataset version and compare the predictions.",
    ):
        job = feedback.attempt(lambda: project.reproduce(number), "Reproducing")
        if job:
            st.session_state[_reproduction(project, number)] = job


def _reproduction(project: Project, number: int) -> str:
    """Where the job is kept that trains a model again."""
    return f"_reproduce_{project.slug}_{number}"


@st.dialog("Change the stage")
def _promote(project: Project, number: int) -> None:
    stages = list(STAGES)
    stage = st.radio("Stage", stages, captions=[STAGES[s] for s in stages])
    key, scope = f"stage-reason-{number}", f"stage {project.slug} {number}"
    reason = st.text_input("Reason", placeholder="optional; shown with the model", key=key)
    keep(scope, [key])
    if st.button(f"Make model {number} {stage}", type="primary"):
        with feedback.told():
            project.set_stage(number, stage, reason.strip())
            saved(scope)
            feedback.say_later(f"Model {number} is {stage}.")
            st.rerun()


def _detail(project: Project, model: ModelOut) -> None:
    job: Job | None = st.session_state.get(_reproduction(project, model.number))
    if job:
        layout.follow(job, _reproduced)
    color = layout.STAGE_COLORS.get(model.stage, "gray")
    kind = plain(kind_in_words(project.info.task_type, model.config.get("model")) or "A model")
    st.markdown(
        f":{color}-badge[{model.stage}] :gray[{STAGES.get(model.stage, '')}]  \n"
        f"{kind}, learned from {layout.number(model.trained_on)} labels of dataset version "
        f"**{plain(model.dataset.tag)}**, measured on {layout.number(model.holdout_size)} holdout items."
    )
    if model.stage == "retired":
        st.markdown(f":gray[{_since(model)}]")
    if not model.report:
        st.info(
            "Not measured yet: the holdout has too few labels. Labeling adds them, at random.",
            icon=":material/info:",
        )
    else:
        report.draw(model, project.info.task_type)
    mistakes.show(project, model)
    with st.expander("Model card"):
        card = feedback.attempt(lambda: project.model_card(model.number))
        if card:
            st.markdown(card.replace("![", "\\!\\["))
    with st.expander("How it was trained"):
        st.json(model.model_dump(mode="json", include=HOW))


def _reproduced(job: Job) -> None:
    done = job.result_as(Reproduction)
    if done.identical:
        st.success(
            f"Trained again: all {layout.number(done.compared)} predictions are identical.",
            icon=":material/check:",
        )
    else:
        st.error(
            f"Trained again: predictions differ by up to {done.max_difference}.",
            icon=":material/error:",
        )
