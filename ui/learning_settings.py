"""The settings of the loop: which items come next, what learns, when, and what is wanted of it."""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, metrics, session
from labeler_ui.components.keeper import keep, key
from labeler_ui.settings_fields import Fields, Save, Settings, share
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


def edit(project: ProjectOut, save: Save) -> None:
    """Two forms, each saved by itself."""
    st.header(t("Target"), anchor=False)
    _target(project, save)
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
    settings = project.settings
    fields = Fields(
        f"learning {project.slug}",
        project.slug,
        {
            "retrain-every": settings.retrain_every,
            "retrain-seconds": settings.retrain_seconds,
            "lease": max(1, round(settings.lease_seconds / 60)),
            "seed": settings.seed,
        },
    )
    with st.form(key(fields.scope, "loop"), border=False, width=680):
        st.header(t("What comes next"), anchor=False)
        changed = _next(st.container(), project)
        st.header(t("Suggestions"), anchor=False)
        changed |= _suggestions(project)
        with st.expander(t("For experts"), icon=":material/tune:"):
            changed |= _experts(project, fields)
        if st.form_submit_button(t("Save"), type="primary"):
            save(fields.scope, changed)
    fields.undo()


def _next(where: DeltaGenerator, project: ProjectOut) -> Settings:
    strategies = feedback.must(lambda: session.client().strategies(project.task_type), t("Reading the strategies"))
    title = t("Query strategy: which items to ask next")
    changed: Settings = {"strategy": _choice(where, title, strategies, project.settings.strategy)}
    if project.labels:
        changed["find_label"] = _finding(where, project)
    return changed


def _suggestions(project: ProjectOut) -> Settings:
    shows = st.toggle(
        t("Show labelers what the model would answer"),
        value=project.settings.show_suggestions,
        help=t("Faster, but people tend to agree with what they are shown. Off by default."),
    )
    without = share(
        st.columns(2, gap="large")[0],
        t("… but not for this share of the items"),
        project.settings.unsuggested_share,
        50,
        t("Drawn at random: what people say of these tells how far they follow suggestions. Page Labelers."),
    )
    return {"show_suggestions": shows, "unsuggested_share": without}


def _experts(project: ProjectOut, fields: Fields) -> Settings:
    settings, client, kind = project.settings, session.client(), project.task_type
    models = feedback.must(lambda: client.model_choices(kind), t("Reading the models"))
    methods = feedback.must(lambda: client.answer_methods(kind), t("Reading the methods"))
    auto = t("Leave it at auto unless you know better.")
    searched = t("Leave it at auto unless you know better: searches compare the models, see the Models page.")
    form = st.container()
    model = _choice(form, t("Model: what learns from the labels"), models, settings.model, searched)
    method = _choice(form, t("How several labels come to one answer"), methods, settings.answers, auto)
    counting: list[Any] = form.multiselect(
        t("Whose labels count"),
        list(COUNTING),
        default=[one for one in settings.counting if one in COUNTING],
        format_func=lambda one: t(COUNTING[one]),
        help=t(
            "They count toward the labels that an item needs, toward its answer, and toward what models learn from and "
            "are judged by. Other labels are kept and shown."
        ),
    )
    left, right = st.columns(2, gap="large")
    every = fields.whole(
        left,
        "retrain-every",
        t("Train after this many new labels"),
        1,
        10000,
        t("Fewer: the queue follows the labels more closely, and the machine trains more often."),
    )
    seconds = fields.whole(
        right,
        "retrain-seconds",
        t("… or after this many seconds"),
        1,
        86400,
        t("A training begins after this time when there is any new label, however few there are."),
    )
    holdout = share(
        left,
        t("Holdout: share that only judges"),
        settings.holdout_share,
        50,
        t(
            "Drawn at random, never trained on. They come between the others: up to twice as often as their share "
            "while the score's interval is wide or the target near, down to a quarter of it once it is narrow."
        ),
    )
    lease = fields.whole(
        right,
        "lease",
        t("Minutes an item stays with a labeler"),
        1,
        1440,
        t("Meanwhile nobody else gets it. Afterwards it goes to others."),
    )
    seed = fields.whole(left, "seed", t("Random seed"), 0, 2**31 - 1, t("The same seed draws the same items."))
    return {
        "model": model,
        "answers": method,
        "counting": counting,
        "retrain_every": every,
        "retrain_seconds": seconds,
        "holdout_share": holdout,
        "lease_seconds": lease * 60,
        "seed": seed,
    }


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
