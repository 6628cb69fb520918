"""The settings of the loop: which items come next, what learns, when, and what is wanted of it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, metrics, session
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.words import mark, said, t
from streamlit.delta_generator import DeltaGenerator

from labeler.wire.projects import AnswerMethod, ModelChoice, ProjectOut, StrategyOut

COUNTING = {
    "person": mark("people"),
    "import": mark("imported labels"),
    "simulated": mark("simulated labelers"),
    "heuristic": mark("heuristics"),
    "model": mark("models"),
}
OTHERS = {"bulk": mark("bulk labels")}
"""Labels that count when a check says so, not by a setting."""
_NAME = re.compile(r" \([a-z_]+\)$")  # the name that the API has for it
Choice = StrategyOut | ModelChoice | AnswerMethod
Settings = dict[str, Any]  # those that change, by name
Save = Callable[[str, Settings], None]  # scope: where the browser keeps what was typed until now


def edit(project: ProjectOut, save: Save) -> None:
    """Two forms, each saved by itself."""
    st.header(t("Target"), anchor=False)
    _target(project, save)
    st.header(t("How it learns"), anchor=False)
    _loop(project, save)


def _target(project: ProjectOut, save: Save) -> None:
    target, scope = project.settings.target, f"target {project.slug}"
    offered = metrics.of(project.task_type)
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom", width=680)
    name = left.selectbox(
        t("Score wanted on the holdout"),
        list(offered),
        index=list(offered).index(target.metric) if target and target.metric in offered else None,
        format_func=lambda one: offered[one].title,
        placeholder=t("no target"),
        help=t("The progress page then says how many labels are missing, for the first of these metrics."),
    )
    value = None
    if name is not None:
        metric, kept = offered[name], target.value if target and target.metric == name else None
        factor = 100.0 if metric.unit == "share" else 1.0
        bound = t("At least") if metric.better == "higher" else t("At most")
        unit = t(", in percent") if metric.unit == "share" else ""
        shown = None if kept is None else round(factor * kept, 6)
        field = key(scope, f"target-{name}")
        keep(scope, {field: "" if shown is None else f"{shown:g}"})
        typed = middle.number_input(f"{bound}{unit}", value=shown, placeholder=t("a number"), format="%g", key=field)
        value = None if typed is None else typed / factor
    if (middle if name is None else right).button(t("Save target"), disabled=name is not None and value is None):
        save(scope, {"target": None if name is None else {"metric": name, "value": value}})


def _choice(
    where: DeltaGenerator,
    title: str,
    offered: Sequence[StrategyOut | ModelChoice | AnswerMethod],
    current: str,
    more: str = "",
) -> str:
    """A choice among what the service offers for this task type."""
    words = {one.name: said(one.summary) for one in offered}
    return str(
        where.selectbox(
            title,
            list(words),
            index=list(words).index(current) if current in words else 0,
            format_func=lambda one: _NAME.sub("", words[one].rstrip(".")),
            help=more or None,
        )
    )


def _loop(project: ProjectOut, save: Save) -> None:
    settings, client = project.settings, session.client()
    strategies = feedback.must(lambda: client.strategies(project.task_type), t("Reading the strategies"))
    models = feedback.must(lambda: client.model_choices(project.task_type), t("Reading the models"))
    methods = feedback.must(lambda: client.answer_methods(project.task_type), t("Reading the methods"))
    scope = f"learning {project.slug}"
    begins = {
        "retrain-every": settings.retrain_every,
        "retrain-seconds": settings.retrain_seconds,
        "overlap": settings.overlap,
        "most-labels": settings.most_labels or 0,
        "lease": max(1, round(settings.lease_seconds / 60)),
        "seed": settings.seed,
    }
    keys = {name: f"{key(scope, f'{name}-{project.slug}')}-{value}" for name, value in begins.items()}
    keep(scope, {keys[name]: str(value) for name, value in begins.items()})
    with st.form(key(scope, "loop"), border=False, width=680):
        form = st.container()
        strategy = _choice(form, t("Query strategy: which items to ask next"), strategies, settings.strategy)
        model = _choice(
            form,
            t("Model: what learns from the labels"),
            models,
            settings.model,
            t("Leave it at auto unless you know better: searches compare the models, see the Models page."),
        )
        left, right = st.columns(2, gap="large")
        every = left.number_input(
            t("Train after this many new labels"),
            1,
            10000,
            begins["retrain-every"],
            key=keys["retrain-every"],
            help=t("Fewer: the queue follows the labels more closely, and the machine trains more often."),
        )
        seconds = right.number_input(
            t("… or after this many seconds"),
            1,
            86400,
            begins["retrain-seconds"],
            key=keys["retrain-seconds"],
            help=t("A training begins after this time when there is any new label, however few there are."),
        )
        holdout = left.slider(
            t("Holdout: share that only judges"),
            0,
            50,
            round(100 * settings.holdout_share),
            format="%d%%",
            help=t(
                "Drawn at random, never trained on. They come between the others: up to twice as often as their share "
                "while the score's interval is wide or the target near, down to a quarter of it once it is narrow."
            ),
        )
        overlap = right.number_input(
            t("Labelers per item"),
            1,
            20,
            begins["overlap"],
            key=keys["overlap"],
            help=t("With 2 or more, agreement can be measured."),
        )
        share = left.slider(
            t("… of this share of the items"),
            0,
            100,
            round(100 * settings.overlap_share),
            format="%d%%",
            help=t("Drawn at random; the others get one label. A tenth is enough to know how often people are right."),
        )
        most = right.number_input(
            t("Ask more people, up to"),
            0,
            20,
            begins["most-labels"],
            key=keys["most-labels"],
            help=t("One more at a time while the answer is not certain. 0: nobody more than said above."),
        )
        certainty = left.slider(
            t("An answer is certain from"),
            50,
            99,
            round(100 * settings.certainty),
            format="%d%%",
            help=t("The chance that it is right, by who said it and how often each is right."),
        )
        method = _choice(
            right,
            t("How several labels come to one answer"),
            methods,
            settings.answers,
            t("Leave it at auto unless you know better."),
        )
        lease = left.number_input(
            t("Minutes an item stays with a labeler"),
            1,
            1440,
            begins["lease"],
            key=keys["lease"],
            help=t("Meanwhile nobody else gets it. Afterwards it goes to others."),
        )
        seed = right.number_input(
            t("Random seed"),
            0,
            2**31 - 1,
            begins["seed"],
            key=keys["seed"],
            help=t("The same seed draws the same items."),
        )
        changed: Settings = {}
        if project.labels:
            changed["find_label"] = _finding(st.container(), project)
        counting = st.multiselect(
            t("Whose labels count"),
            list(COUNTING),
            default=[kind for kind in settings.counting if kind in COUNTING],
            format_func=lambda kind: t(COUNTING[kind]),
            help=t(
                "They count toward the labels that an item needs, toward its answer, and toward what models learn "
                "from and are judged by. Other labels are kept and shown."
            ),
        )
        suggest = st.toggle(
            t("Show labelers what the model would answer"),
            value=settings.show_suggestions,
            help=t("Faster, but people tend to agree with what they are shown. Off by default."),
        )
        unsuggested = st.slider(
            t("… but not for this share of the items"),
            0,
            50,
            round(100 * settings.unsuggested_share),
            format="%d%%",
            help=t("Drawn at random: what people say of these tells how far they follow suggestions. Page Labelers."),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            changed |= {
                "strategy": strategy,
                "model": model,
                "retrain_every": every,
                "retrain_seconds": seconds,
                "holdout_share": holdout / 100,
                "overlap": overlap,
                "overlap_share": share / 100,
                "most_labels": max(most, overlap) if most > 1 else None,
                "certainty": certainty / 100,
                "answers": method,
                "lease_seconds": lease * 60,
                "seed": seed,
                "counting": counting,
                "show_suggestions": suggest,
                "unsuggested_share": unsuggested / 100,
            }
            save(scope, changed)
    st.button(
        t("Undo what is not saved"),
        icon=":material/undo:",
        type="tertiary",
        help=t("Shows the settings as they are in force."),
        on_click=saved,
        args=(scope,),
    )


def _finding(where: DeltaGenerator, project: ProjectOut) -> str | None:
    labels = [one["name"] for one in project.labels]
    current = project.settings.find_label
    chosen: str | None = where.selectbox(
        t("Find all items with a label"),
        labels,
        index=labels.index(current) if current in labels else None,
        placeholder=t("no, learn all labels"),
        help=t(
            "The likeliest are asked first, and progress estimates how many are still to be found. For rare labels."
        ),
    )
    return chosen
